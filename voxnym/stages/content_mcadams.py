"""Move the poles of linear prediction to other angles: the McAdams coefficient."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from voxnym.analysis.poles import Quadratics, factor, multiply
from voxnym.errors import PresetError
from voxnym.records import Frames, Speech, Survey

# The published formula has its fixed point at 1 rad, which is this at 16 kHz.
REFERENCE_HZ = 16000 / (2 * math.pi)
# Frames worked on at a time: few enough for the cache, many enough for NumPy's overhead.
_CHUNK = 1024
_WAVES = 3
_SLOWEST_S, _FASTEST_S = 9.0, 2.5


@dataclass(frozen=True)
class ContentMcadams:
    """Stage: each resonance at angle φ moves to φ₀(φ/φ₀)^coefficient; its radius stays.

    A coefficient below 1 raises resonances below `reference_hz` and lowers those above. Real
    poles keep their place. One coefficient for a whole recording is a short search for an
    attacker; `band_spread` and `time_spread` let it vary over frequency and time.

    Args:
        low: smallest coefficient drawn.
        high: largest coefficient drawn.
        coefficient: used as it is, without draw and variation.
        reference_hz: frequency that keeps its place.
        band_spread: the coefficient at each knot of a frequency grid differs by up to this, inside
            [low, high]: near 1 nothing would be hidden.
        band_knots: number of knots from 0 to half the rate.
        time_spread: the coefficient wanders by up to this, with periods of 2.5 to 9 s, inside
            [low, high].
        knee_share: above this share of half the rate the map goes on in a straight line to half
            the rate, which keeps its place; None follows the power law up to the end, as
            published. That leaves an empty band at the top, whose edge tells the coefficient.
        largest_radius: poles are moved inwards to this; None leaves all radii alone.

    Raises:
        PresetError: a value out of range.

    Source: S. McAdams, "Spectral fusion, spectral parsing and the formation of auditory images"
        (1984); J. Patino et al., "Speaker anonymisation using the McAdams coefficient",
        Interspeech 2021, section 3.
    """

    low: float = 0.5
    high: float = 0.9
    coefficient: float | None = None
    reference_hz: float = REFERENCE_HZ
    band_spread: float = 0.0
    band_knots: int = 5
    time_spread: float = 0.0
    knee_share: float | None = None
    largest_radius: float | None = 1 - 1e-6

    reads: ClassVar[frozenset[str]] = frozenset({"content"})
    writes: ClassVar[frozenset[str]] = frozenset({"content"})
    kinds: ClassVar[frozenset[str] | None] = frozenset({"lpc"})
    needs: ClassVar[frozenset[str]] = frozenset()
    look_ahead: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        if not 0.1 <= self.low <= self.high <= 2.0:
            raise PresetError(
                f"low={self.low}, high={self.high}: expected 0.1 <= low <= high <= 2.0"
            )
        if self.coefficient is not None and not 0.1 <= self.coefficient <= 2.0:
            raise PresetError(f"coefficient={self.coefficient}: expected 0.1 to 2.0")
        if not 20.0 <= self.reference_hz <= 96_000.0:
            raise PresetError(f"reference_hz={self.reference_hz}: expected 20 to 96000 Hz")
        for name in ("band_spread", "time_spread"):
            if not 0.0 <= getattr(self, name) <= 0.5:
                raise PresetError(f"{name}={getattr(self, name)}: expected 0 to 0.5")
        if not 2 <= self.band_knots <= 32:
            raise PresetError(f"band_knots={self.band_knots}: expected 2 to 32")
        if self.knee_share is not None and not 0.0 < self.knee_share < 1.0:
            raise PresetError(f"knee_share={self.knee_share}: expected between 0 and 1, or none")
        if self.largest_radius is not None and not 0.0 < self.largest_radius < 1.0:
            raise PresetError(
                f"largest_radius={self.largest_radius}: expected between 0 and 1, or none"
            )

    def start(self, rng: np.random.Generator, survey: Survey) -> McadamsTransform:
        """Draw the coefficient and how it varies.

        All draws are made whatever the parameters, so that switching one variation on changes
        no other draw.
        """
        drawn = rng.uniform(self.low, self.high)
        bands = rng.uniform(-1.0, 1.0, self.band_knots) * self.band_spread
        periods_s = np.exp(rng.uniform(np.log(_FASTEST_S), np.log(_SLOWEST_S), _WAVES))
        phases = rng.uniform(0.0, 2 * np.pi, _WAVES)
        return McadamsTransform(
            self,
            float(drawn if self.coefficient is None else self.coefficient),
            bands,
            periods_s,
            phases,
        )


class McadamsTransform:
    """The stage at work on one recording; counts frames, so that blocks do not matter."""

    def __init__(
        self,
        stage: ContentMcadams,
        coefficient: float,
        bands: Frames,
        periods_s: Frames,
        phases: Frames,
    ) -> None:
        self._stage = stage
        self._coefficient = coefficient
        self._bands = bands
        self._periods_s = periods_s
        self._phases = phases
        self._seen = 0

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """The same frames with moved poles; frames without prediction are left alone."""
        content = np.array(speech.content, dtype=np.float64)
        reference = 2 * np.pi * self._stage.reference_hz / speech.rate
        shaped = np.flatnonzero(content[:, 1:].any(axis=1))
        seconds = (self._seen + shaped) / speech.frame_rate
        factors = factor(np.ascontiguousarray(content[shaped].T))
        coefficients = self._over_time(seconds)
        for start in range(0, len(shaped), _CHUNK):
            part = slice(start, start + _CHUNK)
            old = Quadratics(factors.linear[:, part], factors.constant[:, part])
            moved = multiply(self._moved(old, coefficients[part], reference))
            content[shaped[part]] = moved[: content.shape[1]].T
        self._seen += len(content)
        return speech.replace(content=content)

    def _over_time(self, seconds: Frames) -> Frames:
        """Coefficient at each of these times, shape (frames,)."""
        if self._stage.time_spread == 0.0 or self._stage.coefficient is not None:
            return np.full(len(seconds), self._coefficient)
        turns = np.outer(1 / self._periods_s, seconds) * 2 * np.pi + self._phases[:, np.newaxis]
        drift: Frames = np.sin(turns).mean(axis=0) * self._stage.time_spread
        return self._coefficient + drift

    def _moved(self, factors: Quadratics, coefficients: Frames, reference: float) -> Quadratics:
        """Factors with each conjugate pair at its new angle."""
        linear, constant = factors.linear, factors.constant
        pairs = 4 * constant > linear * linear
        radii = np.sqrt(np.where(pairs, constant, 1.0))
        angles = np.arccos(np.clip(np.where(pairs, linear, 0.0) / (-2 * radii), -1.0, 1.0))
        if self._stage.coefficient is None:
            knots = np.linspace(0.0, np.pi, self._stage.band_knots)
            varied = coefficients + np.interp(angles, knots, self._bands)
            coefficients = np.clip(varied, self._stage.low, self._stage.high)
        angles = self._mapped(angles, coefficients, reference)
        if self._stage.largest_radius is not None:
            radii = np.minimum(radii, self._stage.largest_radius)
        return Quadratics(
            np.where(pairs, -2 * radii * np.cos(angles), linear),
            np.where(pairs, radii * radii, constant),
        )

    def _mapped(self, angles: Frames, coefficients: Frames, reference: float) -> Frames:
        """New angles, radians from 0 to π."""
        if self._stage.knee_share is None:
            mapped: Frames = reference * (angles / reference) ** coefficients
            return mapped
        knee = np.pi * self._stage.knee_share
        mapped = reference * (np.minimum(angles, knee) / reference) ** coefficients
        at_knee = reference * (knee / reference) ** coefficients
        beyond = np.maximum(angles - knee, 0.0) / (np.pi - knee)
        return mapped + beyond * (np.pi - at_knee)
