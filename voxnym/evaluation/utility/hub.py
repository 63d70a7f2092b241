"""Networks from a hub or a folder, as recognisers and classifiers of utterances need them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError, MissingExtraError
from voxnym.records import Audio

INSTALL = 'networks from a hub need transformers: pip install "voxnym[hf]"'


@dataclass(frozen=True, eq=False)
class Model:
    """A network that is ready to hear.

    Args:
        front: the library's object that turns samples into inputs.
        network: the library's network, in evaluation mode.
        rate: Hz that it was trained at.
        digest: first 12 hexadecimal digits of the SHA-256 of its weights.
    """

    front: Any
    network: Any
    rate: int
    digest: str


def loaded(network: str, front: str, model: str, revision: str | None) -> Model:
    """Read a network: safetensors only, no code of its repository, nothing left untrained.

    Args:
        network: the library's class that reads it.
        front: the library's class for its inputs.
        model: a folder, or a name on the hub; a folder is never looked up there.
        revision: of a model on the hub; None for the newest.

    Raises:
        InputError: nothing usable under that name.
        MissingExtraError: transformers or PyTorch is missing.
    """
    try:
        import torch  # noqa: F401
        import transformers
    except ModuleNotFoundError as error:
        raise MissingExtraError(INSTALL) from error
    from safetensors import SafetensorError

    where = {"revision": revision, "local_files_only": Path(model).is_dir()}
    try:
        inputs = getattr(transformers, front).from_pretrained(model, **where)
        found, info = getattr(transformers, network).from_pretrained(
            model,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            **where,
        )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        first = str(error).strip().partition("\n")[0]
        raise InputError(f"{model}: no such model to be had: {first}") from error
    if missing := sorted(info["missing_keys"]):
        # The library fills them with random numbers and goes on.
        raise InputError(f"{model}: not trained for this; {missing[0]} is missing")
    rate = getattr(inputs, "feature_extractor", inputs).sampling_rate
    return Model(inputs, found.eval(), int(rate), _digest(found))


def mono(audio: Audio, rate: int) -> NDArray[np.float32]:
    """The mean of all channels at another rate: (n,).

    Raises:
        InputError: samples that are not finite.
    """
    from voxnym.audio.resample import resample

    if not np.isfinite(audio.samples).all():
        raise InputError("samples that are not finite numbers")
    mean = audio.samples.mean(axis=0, keepdims=True, dtype=np.float32)
    samples: NDArray[np.float32] = resample(mean, audio.rate, rate)[0]
    return samples


def long_enough(samples: NDArray[np.float32], config: Any) -> NDArray[np.float32]:
    """Silence behind sound that is shorter than the network's first frame: (n,)."""
    least = 1
    kernels, strides = getattr(config, "conv_kernel", ()), getattr(config, "conv_stride", ())
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        least = (least - 1) * stride + kernel
    return np.pad(samples, (0, max(0, least - samples.size)))


def _digest(network: Any) -> str:
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        array = value.detach().cpu().float().contiguous().numpy()
        digest.update(f"{name}:{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:12]
