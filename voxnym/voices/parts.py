"""Parts of a model as they come out of a file, each checked before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.model import Fact, Floats

_Plain = TypeVar("_Plain", str, int, float, bool)


def floats(
    arrays: Mapping[str, NDArray[np.generic]], name: str, shape: tuple[int | None, ...]
) -> Floats:
    """An array of real numbers.

    Args:
        arrays: by name.
        name: of the one wanted.
        shape: it must have; None for a length that does not matter.

    Raises:
        InputError: it is missing, has another shape, or holds something else than finite numbers.

    >>> floats({"mean": np.ones(2)}, "mean", (2,))
    array([1., 1.])
    """
    found = np.asarray(_there(arrays, name))
    if not np.issubdtype(found.dtype, np.floating) or not np.isfinite(found).all():
        raise InputError(f"voices: {name} of {found.dtype}; expected finite real numbers")
    _check_shape(found, name, shape)
    return found.astype(np.float64)


def integers(
    arrays: Mapping[str, NDArray[np.generic]], name: str, shape: tuple[int | None, ...]
) -> NDArray[np.int64]:
    """An array of whole numbers; see `floats`.

    Raises:
        InputError: it is missing, has another shape, or holds something else.
    """
    found = np.asarray(_there(arrays, name))
    if not np.issubdtype(found.dtype, np.integer):
        raise InputError(f"voices: {name} of {found.dtype}; expected whole numbers")
    _check_shape(found, name, shape)
    return found.astype(np.int64)


def fact(facts: Mapping[str, Fact], name: str, kind: type[_Plain]) -> _Plain:
    """A plain fact.

    Raises:
        InputError: it is missing or of another kind.

    >>> fact({"world": 200}, "world", int)
    200
    """
    found = facts.get(name)
    if kind is float and isinstance(found, int) and not isinstance(found, bool):
        return kind(found)
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise InputError(f"voices: {name}={found!r}; expected {kind.__name__}")
    return found


def settings_of(facts: Mapping[str, Fact], name: str = "settings") -> dict[str, Fact]:
    """A table within the facts.

    Raises:
        InputError: it is missing or no table.
    """
    found = facts.get(name)
    if not isinstance(found, dict):
        raise InputError(f"voices: {name} is missing or no table")
    return found


def _there(arrays: Mapping[str, NDArray[np.generic]], name: str) -> NDArray[np.generic]:
    if name not in arrays:
        raise InputError(f"voices: array {name} is missing; found {', '.join(sorted(arrays))}")
    return arrays[name]


def _check_shape(found: NDArray[np.generic], name: str, shape: tuple[int | None, ...]) -> None:
    fits = found.ndim == len(shape) and all(
        wanted in (None, length) for wanted, length in zip(shape, found.shape, strict=True)
    )
    if not fits:
        expected = ", ".join("any" if length is None else str(length) for length in shape)
        raise InputError(f"voices: {name} of shape {found.shape}; expected ({expected})")
