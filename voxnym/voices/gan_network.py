"""A trained generator of voices, run without the library that trained it.

The same network as `voxnym.nn.gan_voices.Generator` in use: batch normalisation, which only
matters in training, has been folded into the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.model import Floats
from voxnym.voices.parts import floats

START: Final = 4
SIDE: Final = 8
SLOPE: Final = 0.2
BRANCH: Final = 0.1
_PREFIX: Final = "network."


@dataclass(frozen=True, eq=False)
class GanNetwork:
    """Weights by name, as `voxnym.nn.gan_voices.plain_arrays` gives them.

    Args:
        weights: by name; their shapes say how large the network is.
    """

    weights: Mapping[str, Floats]

    @property
    def latent(self) -> int:
        """Random numbers that a voice is made of."""
        return int(self.weights["first.weight"].shape[1])

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.weights["last.weight"].shape[0])

    def __call__(self, latent: Floats) -> Floats:
        """Voices.

        Args:
            latent: (count, latent) standard normal numbers.

        Returns:
            (count, dims), in the units of the training.
        """
        w = self.weights
        image = _leaky(latent @ w["first.weight"].T + w["first.bias"])
        image = self._block(0, image.reshape(len(latent), -1, START, START))
        image = image.repeat(SIDE // START, axis=2).repeat(SIDE // START, axis=3)
        image = self._block(2, self._block(1, image))
        image = _leaky(_convolved(image, w["image.weight"], w["image.bias"]))
        return np.asarray(image.reshape(len(latent), -1) @ w["last.weight"].T + w["last.bias"])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For a file: single precision, in which they were learned."""
        return {f"{_PREFIX}{name}": each.astype(np.float32) for name, each in self.weights.items()}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """From `arrays`.

        Raises:
            InputError: parts are missing or do not fit together.
        """
        wide, narrow = (
            floats(arrays, f"{_PREFIX}{block}.leave.bias", (None,)).size for block in (0, 2)
        )
        planes = floats(arrays, f"{_PREFIX}image.bias", (None,)).size
        shapes: dict[str, tuple[int | None, ...]] = {
            "first.weight": (wide * START**2, None),
            "first.bias": (wide * START**2,),
            "image.weight": (planes, narrow, 3, 3),
            "image.bias": (planes,),
            "last.weight": (None, planes * SIDE**2),
            "last.bias": (None,),
        }
        for number, (inputs, outputs) in enumerate(
            ((wide, wide), (wide, narrow), (narrow, narrow))
        ):
            shapes |= _block_shapes(number, inputs, outputs)
        weights = {name: floats(arrays, _PREFIX + name, shape) for name, shape in shapes.items()}
        if len(weights["last.weight"]) != weights["last.bias"].size:
            raise InputError("voices: network.last.weight and network.last.bias do not fit")
        return cls(weights)

    def _block(self, number: int, image: Floats) -> Floats:
        w = self.weights
        enter, leave = f"{number}.enter", f"{number}.leave"
        inner = _leaky(_convolved(image, w[f"{enter}.weight"], w[f"{enter}.bias"]))
        branch = _convolved(inner, w[f"{leave}.weight"], w[f"{leave}.bias"])
        if f"{number}.shortcut.weight" in w:
            image = np.einsum("oi,nihw->nohw", w[f"{number}.shortcut.weight"][:, :, 0, 0], image)
        return _leaky(image + BRANCH * branch)


def _block_shapes(number: int, inputs: int, outputs: int) -> dict[str, tuple[int | None, ...]]:
    hidden = min(inputs, outputs)
    shapes: dict[str, tuple[int | None, ...]] = {
        f"{number}.enter.weight": (hidden, inputs, 3, 3),
        f"{number}.enter.bias": (hidden,),
        f"{number}.leave.weight": (outputs, hidden, 3, 3),
        f"{number}.leave.bias": (outputs,),
    }
    if inputs != outputs:
        shapes[f"{number}.shortcut.weight"] = (outputs, inputs, 1, 1)
    return shapes


def _convolved(image: Floats, weight: Floats, bias: Floats) -> Floats:
    """3 x 3 convolutions of (count, channels, side, side), zeros around the edges."""
    padded = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    summed = np.tensordot(windows, weight, axes=((1, 4, 5), (1, 2, 3)))
    return np.asarray(summed.transpose(0, 3, 1, 2) + bias[:, None, None])


def _leaky(values: Floats) -> Floats:
    return np.asarray(np.where(values > 0, values, SLOPE * values))
