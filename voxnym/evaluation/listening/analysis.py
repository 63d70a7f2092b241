"""What the answers of a listening test say, with intervals over listeners and recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.listening.answers import Answer
from voxnym.evaluation.listening.key_file import TestKey
from voxnym.evaluation.listening.plan import KINDS, Kind
from voxnym.evaluation.listening.transcripts import word_errors
from voxnym.evaluation.metrics.bootstrap import REPLICATES, interval, resamples

Measure = Literal["WER", "MOS", "ABX"]
Floats = NDArray[np.float64]

MEASURES: Final[dict[Kind, Measure]] = {"words": "WER", "naturalness": "MOS", "abx": "ABX"}
UNITS: Final[dict[Measure, str]] = {"WER": "%", "MOS": "of 5", "ABX": "%"}
CHANCE_ABX: Final = 50.0
LEAST_LISTENERS: Final = 20
LEAST_RECORDINGS: Final = 20
ANCHOR_LIMIT: Final = 3
"""A rating of the noisy anchor above this fails the check."""

FAILED_CHECKS: Final = 1
"""More failed checks than this leave a listener out."""


@dataclass(frozen=True)
class Heard:
    """One figure of one system.

    Args:
        system: its name, or "original".
        measure: "WER" and "ABX" in %, "MOS" 1 to 5.
        value: over all answers.
        low: lower end of the 95 % interval; None where one listener heard one recording.
        high: its upper end.
        answers: how many.
        listeners: how many gave them.
        recordings: how many were heard.
        indicative: why that is too little for a claim; empty where it is enough.
    """

    system: str
    measure: Measure
    value: float
    low: float | None
    high: float | None
    answers: int
    listeners: int
    recordings: int
    indicative: str = ""

    @property
    def is_told(self) -> bool | None:
        """For ABX, whether people are recognised beyond guessing; None for other measures."""
        return None if self.measure != "ABX" or self.low is None else self.low > CHANCE_ABX


@dataclass(frozen=True)
class Difference:
    """Two systems, compared by the same resamples.

    Args:
        first: system.
        second: system.
        measure: of which figure.
        value: first minus second.
        low: lower end of the 95 % interval; None where there is none.
        high: its upper end.
    """

    first: str
    second: str
    measure: Measure
    value: float
    low: float | None
    high: float | None

    @property
    def is_shown(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Attention:
    """How a listener fared with the trials that have one sensible answer.

    Args:
        listener: number.
        checks: how many were answered.
        failed: of them.
        answers: all others.
        left_out: whether their answers do not count.
    """

    listener: int
    checks: int
    failed: int
    answers: int
    left_out: bool


@dataclass(frozen=True)
class Findings:
    """All that a test found.

    Args:
        test: its code.
        figures: by measure and system.
        differences: of each pair of systems.
        attention: by listener.
        expected: how many answers a whole session has.
        seed: of the resamples.
    """

    test: str
    figures: tuple[Heard, ...]
    differences: tuple[Difference, ...]
    attention: tuple[Attention, ...]
    expected: int
    seed: int


@dataclass(frozen=True)
class _Scores:
    """Answers of a kind as numbers: figure = scale · sum of tops / sum of bottoms."""

    system: NDArray[np.int64]
    listener: NDArray[np.int64]
    recording: NDArray[np.int64]
    top: Floats
    bottom: Floats
    scale: float


def analyse(
    key: TestKey,
    answers: Sequence[Answer],
    *,
    keep_all: bool = False,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Findings:
    """Figures of all systems, and the differences between them.

    Intervals are percentiles of a bootstrap that resamples listeners and recordings at once; an
    answer weighs as often as its listener was drawn times as often as its recording was. All
    systems share the resamples.

    Args:
        key: of the test.
        answers: as `read_answers` gives them.
        keep_all: count those who failed their checks, too.
        seed: of the resamples.
        replicates: how many resamples.

    Raises:
        InputError: no answers are left.

    Source: Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2), 2007.
    """
    attention = tuple(_attention(key, answers, keep_all))
    out = {each.listener for each in attention if each.left_out}
    counted = [
        answer
        for answer in answers
        if answer.listener not in out and not key.trials[answer.trial].check
    ]
    if not counted:
        raise InputError(
            "no answers are left: all listeners failed their checks (--keep-all counts them)"
        )
    figures: list[Heard] = []
    differences: list[Difference] = []
    for kind in KINDS:
        of_kind = [answer for answer in counted if answer.kind == kind]
        if of_kind:
            rng = np.random.default_rng([seed, KINDS.index(kind)])
            found, apart = _of_kind(key, kind, of_kind, rng, replicates)
            figures += found
            differences += apart
    return Findings(key.test, tuple(figures), tuple(differences), attention, len(key.trials), seed)


def _attention(key: TestKey, answers: Sequence[Answer], keep_all: bool) -> list[Attention]:
    found = []
    for listener in sorted({answer.listener for answer in answers}):
        mine = [answer for answer in answers if answer.listener == listener]
        checks = [answer for answer in mine if key.trials[answer.trial].check]
        failed = sum(not _passes(key, answer) for answer in checks)
        left_out = failed > FAILED_CHECKS and not keep_all
        found.append(Attention(listener, len(checks), failed, len(mine) - len(checks), left_out))
    return found


def _passes(key: TestKey, answer: Answer) -> bool:
    if answer.kind == "naturalness":
        return int(answer.given) <= ANCHOR_LIMIT
    return answer.given == key.trials[answer.trial].right


def _of_kind(
    key: TestKey, kind: Kind, answers: list[Answer], rng: np.random.Generator, replicates: int
) -> tuple[list[Heard], list[Difference]]:
    measure = MEASURES[kind]
    scores = _scores(key, kind, answers)
    listeners = resamples(int(scores.listener.max()) + 1, rng, replicates)
    recordings = resamples(int(scores.recording.max()) + 1, rng, replicates)
    drawn: dict[str, tuple[float, Floats]] = {}
    figures = []
    for index, system in enumerate(key.systems):
        rows = np.flatnonzero(scores.system == index)
        if not rows.size:
            continue
        value, spread = _resampled(scores, rows, listeners, recordings)
        drawn[system] = (value, spread)
        heard = (len(set(scores.listener[rows])), len(set(scores.recording[rows])))
        low, high = _ends(value, spread, max(heard))
        figures.append(
            Heard(system, measure, value, low, high, rows.size, *heard, _indicative(*heard))
        )
    several = max(listeners.shape[1], recordings.shape[1])
    apart = []
    for first, second in combinations(drawn, 2):
        (one, ones), (two, twos) = drawn[first], drawn[second]
        low, high = _ends(one - two, ones - twos, several)
        apart.append(Difference(first, second, measure, one - two, low, high))
    return figures, apart


def _scores(key: TestKey, kind: Kind, answers: list[Answer]) -> _Scores:
    sounds = [key.sounds[answer.sounds[-1]] for answer in answers]
    if kind == "words":
        pairs = [word_errors(s.text, a.given) for s, a in zip(sounds, answers, strict=True)]
        top, bottom = np.array(pairs, np.float64).T
    else:
        given = [
            float(a.given) if kind == "naturalness" else a.given == key.trials[a.trial].right
            for a in answers
        ]
        top, bottom = np.array(given, np.float64), np.ones(len(given))
    return _Scores(
        np.array([key.systems.index(sound.system) for sound in sounds]),
        np.unique([answer.listener for answer in answers], return_inverse=True)[1],
        np.unique([sound.recording for sound in sounds], return_inverse=True)[1],
        top,
        bottom,
        1.0 if kind == "naturalness" else 100.0,
    )


def _resampled(
    scores: _Scores, rows: NDArray[np.intp], listeners: NDArray[np.int64],
    recordings: NDArray[np.int64],
) -> tuple[float, Floats]:  # fmt: skip
    """The value, and that of each resample; NaN where nothing of this system was drawn."""
    top, bottom = scores.top[rows], scores.bottom[rows]
    values = np.full(len(listeners), np.nan)
    for place, (people, things) in enumerate(zip(listeners, recordings, strict=True)):
        weights = people[scores.listener[rows]] * things[scores.recording[rows]]
        if (below := float(weights @ bottom)) > 0:
            values[place] = scores.scale * float(weights @ top) / below
    return scores.scale * float(top.sum() / bottom.sum()), values


def _ends(value: float, replicates: Floats, several: int) -> tuple[float | None, float | None]:
    """Ends of the interval; nothing where there is only one thing to resample."""
    if several < 2:
        return None, None
    found = interval(value, replicates)
    return found.low, found.high


def _indicative(listeners: int, recordings: int) -> str:
    why = []
    if listeners < LEAST_LISTENERS:
        why.append(f"only {listeners} listeners ({LEAST_LISTENERS} would allow a claim)")
    if recordings < LEAST_RECORDINGS:
        why.append(f"only {recordings} recordings ({LEAST_RECORDINGS} would allow a claim)")
    return "; ".join(why)
