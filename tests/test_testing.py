"""The contracts must notice parts that break them, and the toy voices must have their factors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from voxnym import Audio, Key, Who, load
from voxnym.analysis.pitch import estimate_pitch
from voxnym.codecs.lpc import Lpc
from voxnym.records import Block, Speech, Survey
from voxnym.testing import (
    ToySpeaker,
    check_anonymizer,
    check_codec,
    check_stage,
    cut,
    edge_inputs,
    run_codec,
    toy_speech,
)


class Wrapped:
    """A codec run whose result is spoiled by `spoil(samples, last)`."""

    def __init__(self, spoil: Callable[[Block, bool], Block]) -> None:
        self._run = Lpc().start(Survey())
        self._spoil = spoil
        self.analyze = self._run.analyze

    def synthesize(self, speech: Speech, last: bool) -> Block:
        return self._spoil(self._run.synthesize(speech, last), last)


@dataclass(frozen=True)
class Spoiled(Lpc):
    spoil: Callable[[Block, bool], Block] = lambda samples, last: samples

    def start(self, survey: Survey) -> Any:
        return Wrapped(self.spoil)


def fresh_noise(samples: Block, last: bool) -> Block:
    return samples + np.random.default_rng().standard_normal(samples.size).astype(np.float32)


def block_peak(samples: Block, last: bool) -> Block:
    return samples / max(float(np.abs(samples).max(initial=0.0)), 0.1)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s, last: s[:-1] if last else s, "samples in"),
        (fresh_noise, "two equal runs differ"),
        (lambda s, last: s * 0, "came out as silence"),
        (block_peak, "change samples"),
        (lambda s, last: s / np.abs(s).max(initial=1e-9), "blown up|change samples"),
        (lambda s, last: s + np.float32(1e-3), "silence came out as sound"),
        (lambda s, last: s / (np.abs(s).sum() < 0.45 * s.size), "not finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_broken_codecs_are_noticed(spoil: Callable[[Block, bool], Block], told: str) -> None:
    check_codec(Lpc())
    with pytest.raises(AssertionError, match=told):
        check_codec(Spoiled(spoil=spoil))


@dataclass(frozen=True)
class Late(Lpc):
    """Says that it looks 1 ms ahead, but needs its whole window."""

    @property
    def look_ahead(self) -> float:
        return 0.001


def test_codec_that_is_later_than_it_says_is_noticed() -> None:
    with pytest.raises(AssertionError, match="behind"):
        check_codec(Late())


@dataclass(frozen=True)
class Any_Stage:  # noqa: N801  reads like what it stands for
    change: Callable[[Speech, np.random.Generator, bool], Speech]
    look_ahead: float = 0.0
    reads: frozenset[str] = frozenset({"pitch"})
    writes: frozenset[str] = frozenset({"pitch"})
    kinds: None = None
    needs: frozenset[str] = frozenset()

    def start(self, rng: np.random.Generator, survey: Survey) -> Any:
        return lambda speech, last: self.change(speech, rng, last)


def voiced(frames: int = 300) -> Speech:
    pitch = np.where(np.arange(frames) % 60 < 40, 120.0, 0.0)
    return Speech("any", np.ones((frames, 3)), 200.0, 16000, pitch=pitch)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s, r, last: s.replace(content=s.content + 1), "not in writes"),
        (lambda s, r, last: s.replace(pitch=s.pitch + 1), "what is voiced"),
        (lambda s, r, last: s.replace(pitch=s.pitch + np.inf), "not finite"),
        (lambda s, r, last: s[: s.frames - 1], "number of frames"),
        (lambda s, r, last: s.replace(pitch=None), "appeared or vanished"),
        (lambda s, r, last: s.replace(pitch=s.pitch * r.uniform(1, 2)), "cuts"),
        (
            lambda s, r, last: s.replace(pitch=s.pitch * np.random.default_rng().uniform(1, 2)),
            "equal seeds",
        ),
    ],
)
def test_broken_stages_are_noticed(change: Any, told: str) -> None:
    check_stage(Any_Stage(lambda s, r, last: s), voiced())
    with pytest.raises(AssertionError, match=told):
        check_stage(Any_Stage(change), voiced())


class Holding:
    """Holds everything back to the end."""

    def __init__(self) -> None:
        self.held: Speech | None = None

    def __call__(self, speech: Speech, last: bool) -> Speech:
        self.held = speech if self.held is None else self.held.joined(speech)
        return self.held if last else self.held[:0]


@dataclass(frozen=True)
class Holder(Any_Stage):
    def start(self, rng: np.random.Generator, survey: Survey) -> Holding:
        return Holding()


def test_stage_that_is_later_than_it_says_is_noticed() -> None:
    check_stage(Holder(lambda s, r, last: s, look_ahead=1.5), voiced())
    with pytest.raises(AssertionError, match="held back"):
        check_stage(Holder(lambda s, r, last: s, look_ahead=0.5), voiced())


class Altered:
    """An anonymizer whose results are spoiled."""

    def __init__(self, change: Callable[[Audio, Audio], Audio]) -> None:
        self._system = load("mcadams", key=Key(bytes(32)))
        self._change = change
        self.open = self._system.open

    def __call__(self, audio: Audio, who: Who) -> Audio:
        return self._change(audio, self._system(audio, who))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda a, b: a, "passed through"),
        (lambda a, b: Audio(-0.1 * a.samples, a.rate), "passed through"),
        (lambda a, b: Audio(b.samples[:1], b.rate), "shape"),
        (lambda a, b: Audio(b.samples, b.rate + 1), "rate"),
        (lambda a, b: Audio(b.samples * 50, b.rate), "clipped"),
        (lambda a, b: Audio(b.samples + np.float32(2e-2), b.rate), "silence"),
        (lambda a, b: Audio(b.samples[:, :-1], b.rate), "shape|length"),
    ],
)
def test_broken_anonymizers_are_noticed(change: Callable[[Audio, Audio], Audio], told: str) -> None:
    check_anonymizer(Altered(lambda a, b: b))
    with pytest.raises(AssertionError, match=told):
        check_anonymizer(Altered(change))


@pytest.mark.parametrize("pitch_hz", [90.0, 150.0, 240.0])
def test_toy_speakers_have_their_pitch(pitch_hz: float) -> None:
    samples = toy_speech(ToySpeaker(pitch_hz), seconds=6.0).samples[0]
    track = estimate_pitch(samples, 16000, method="dio")
    assert np.median(track.pitch_hz[track.voiced]) == pytest.approx(pitch_hz, rel=0.05)


def test_toy_speakers_have_their_tract_and_their_breath() -> None:
    def centroid(speaker: ToySpeaker) -> float:
        power = np.abs(np.fft.rfft(toy_speech(speaker, seconds=6.0).samples[0])) ** 2
        return float(np.sum(np.arange(power.size) * power) / power.sum())

    assert centroid(ToySpeaker(tract=1.2)) > 1.1 * centroid(ToySpeaker())
    quiet, loud = (toy_speech(ToySpeaker(breath=b)).samples[0] for b in (0.0, 0.8))
    assert np.corrcoef(quiet, loud)[0, 1] < 0.99


def test_toy_speech_is_the_same_text_for_all_and_has_silence() -> None:
    one, other = (toy_speech(ToySpeaker(p)).samples[0] for p in (100.0, 200.0))
    np.testing.assert_array_equal(one[:1600], other[:1600])
    assert not one[:1600].any()
    assert np.sqrt(np.mean(one**2)) == pytest.approx(0.1, rel=1e-3)
    assert not np.array_equal(one, toy_speech(ToySpeaker(100.0), seed=1).samples[0])


@pytest.mark.parametrize("sizes", [(1,), (7, 0, 31), (100,), (10**6,)])
def test_cut_gives_every_sample_once_and_one_last(sizes: tuple[int, ...]) -> None:
    samples = np.arange(100, dtype=np.float32)
    blocks = list(cut(samples, sizes))
    np.testing.assert_array_equal(np.concatenate([block for block, _ in blocks]), samples)
    assert [last for _, last in blocks].count(True) == 1
    assert blocks[-1][1]
    assert [last for _, last in cut(samples[:0], sizes)] == [True]


def test_edge_inputs_are_what_they_say() -> None:
    signals = edge_inputs(8000, seconds=0.25)
    assert signals["nothing"].size == 0
    assert signals["one sample"].size == 1
    assert np.count_nonzero(signals["impulse"]) == 1
    assert all(np.isfinite(signal).all() for signal in signals.values())
    assert run_codec(Lpc(rate=8000), signals["sweep"]).size == 2000
