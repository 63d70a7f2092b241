"""The additive angular margin: the right person has to be nearer by an angle."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from voxnym.errors import InputError

_LEAST_SQUARED_SINE = 1e-12


def aam_softmax(
    cosines: Tensor, people: Tensor, *, margin: float = 0.2, scale: float = 30.0
) -> Tensor:
    """Cross entropy of scaled cosines after the right one's angle has grown by a margin.

    Where the grown angle would pass 180 degrees, cos - margin · sin(π - margin) takes over, so
    that a larger angle always costs more.

    Args:
        cosines: (batch, people), -1 to 1.
        people: (batch,) integers: who is right.
        margin: radians, 0 to π/2.
        scale: of the cosines, above 0.

    Returns:
        The mean loss of the batch, one number; float32 or better, whatever came in.

    Raises:
        InputError: shapes that do not fit, or a margin or scale out of range.

    Source: Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR
        2019, equation 3. The divergence from one-hot targets, as the VoicePrivacy 2024 attacker
        writes it, is the same number.
    """
    if cosines.ndim != 2 or people.shape != cosines.shape[:1] or not people.numel():
        raise InputError(
            f"cosines {tuple(cosines.shape)}, people {tuple(people.shape)}: "
            "expected (batch, people) and (batch,)"
        )
    if not (0 <= margin <= math.pi / 2 and 0 < scale < math.inf):
        raise InputError(f"margin={margin}, scale={scale}: expected 0 to π/2, and above 0")
    if cosines.dtype in (torch.float16, torch.bfloat16):
        cosines = cosines.float()
    right = people[:, None]
    logits = cosines.scatter(1, right, _grown(cosines.gather(1, right), margin))
    return nn.functional.cross_entropy(scale * logits, people)


def _grown(cosine: Tensor, margin: float) -> Tensor:
    # The slope of the square root has no limit at 0: a cosine of exactly 1 would make it NaN.
    sine = torch.sqrt((1.0 - cosine**2).clamp_min(_LEAST_SQUARED_SINE))
    grown = cosine * math.cos(margin) - sine * math.sin(margin)
    beyond = cosine - math.sin(math.pi - margin) * margin
    return torch.where(cosine > math.cos(math.pi - margin), grown, beyond)
