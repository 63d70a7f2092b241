"""How fast to learn at which step."""

from __future__ import annotations

import math

WARM_STEPS = 30
FLOOR = 0.05
RAMP_STEPS = 150


def warm_cosine(
    step: int, steps: int, *, warm_steps: int = WARM_STEPS, floor: float = FLOOR
) -> float:
    """Share of the learning rate at a step: a straight rise, then half a cosine down.

    Args:
        step: from 0.
        steps: in all.
        warm_steps: length of the rise.
        floor: what is left at the end, 0 to 1.

    Returns:
        Above 0, at most 1.

    >>> [round(warm_cosine(step, 100, warm_steps=10), 2) for step in (0, 9, 55, 99)]
    [0.1, 1.0, 0.51, 0.05]
    """
    rise = min(1.0, (step + 1) / max(warm_steps, 1))
    way = min(max(step + 1 - warm_steps, 0) / max(steps - warm_steps, 1), 1.0)
    return rise * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * way)))


def ramp(step: int, ramp_steps: int = RAMP_STEPS) -> float:
    """Share of the margin at a step: it would throw a network that is well started off its way.

    >>> [ramp(step, 150) for step in (0, 75, 150, 400)]
    [0.0, 0.5, 1.0, 1.0]
    """
    return min(1.0, step / ramp_steps) if ramp_steps > 0 else 1.0


def triangular(step: int, *, base: float, peak: float, half_cycle: int) -> float:
    """Cyclic learning rate: from `base` up to `peak` in `half_cycle` steps, and down again.

    >>> [triangular(s, base=0.0, peak=1.0, half_cycle=4) for s in (0, 2, 4, 6, 8)]
    [0.0, 0.5, 1.0, 0.5, 0.0]

    Source: Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.1.
    """
    way = step % (2 * half_cycle) / half_cycle
    return base + (peak - base) * (1 - abs(way - 1))
