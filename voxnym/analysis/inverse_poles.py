"""Poles of linear prediction brought back to where a known map took them from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voxnym.analysis.poles import Quadratics, factor, multiply
from voxnym.errors import InputError
from voxnym.records import Frames

TRUSTED_SHARE = 0.95
"""Poles that the map took from above this share of half the rate are not brought back."""

LOST_RADIUS = 0.5
"""Factor on the radius of those: the map left an empty band, so that its poles model noise, and
brought back they would rise as a peak at the top that nobody's voice has."""


@dataclass(frozen=True, eq=False)
class AngleMap:
    """Where angles went: a table of a map that rises from 0.

    Args:
        old: (n,) angles before, radians, rising from 0 to π.
        new: (n,) angles after, never falling.

    Raises:
        InputError: shapes that differ, or a table that falls.
    """

    old: Frames
    new: Frames

    def __post_init__(self) -> None:
        if self.old.shape != self.new.shape or self.old.ndim != 1 or self.old.size < 2:
            raise InputError(
                f"old.shape={self.old.shape}, new.shape={self.new.shape}: expected (n,) twice"
            )
        if (np.diff(self.old) <= 0).any() or (np.diff(self.new) < 0).any():
            raise InputError("the angle map falls: it cannot be turned round")

    def back(self, angles: Frames) -> Frames:
        """Angles before, for angles after; beyond the table its last value.

        >>> AngleMap(np.array([0.0, 1, 2]), np.array([0.0, 2, 3])).back(np.array([1.0, 2.5]))
        array([0.5, 1.5])
        """
        return np.asarray(np.interp(angles, self.new, self.old))


def poles_back(
    content: Frames,
    table: AngleMap,
    trusted_share: float = TRUSTED_SHARE,
    lost_radius: float = LOST_RADIUS,
) -> Frames:
    """Prediction polynomials with each conjugate pair at the angle that it came from.

    Args:
        content: (frames, order + 1), first column 1.
        table: the map that was used.
        trusted_share: 0 to 1, how far up, before the map, poles are brought back.
        lost_radius: 0 to 1, factor on the radius of the others.

    Returns:
        The same shape; real poles and frames without prediction as they were.
    """
    changed = np.array(content, np.float64)
    shaped = np.flatnonzero(changed[:, 1:].any(axis=1))
    factors = factor(np.ascontiguousarray(changed[shaped].T))
    linear, constant = factors.linear, factors.constant
    pairs = 4 * constant > linear * linear
    radii = np.sqrt(np.where(pairs, constant, 1.0))
    angles = np.arccos(np.clip(np.where(pairs, linear, 0.0) / (-2 * radii), -1.0, 1.0))
    limit = np.interp(trusted_share * np.pi, table.old, table.new)
    lost = angles > limit
    angles = np.where(lost, angles, table.back(angles))
    radii = np.where(lost, radii * lost_radius, radii)
    moved = Quadratics(
        np.where(pairs, -2 * radii * np.cos(angles), linear),
        np.where(pairs, radii * radii, constant),
    )
    changed[shaped] = multiply(moved)[: changed.shape[1]].T
    return changed
