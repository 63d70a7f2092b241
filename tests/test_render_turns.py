"""Several people on one signal, with a codec whose effect is known, and with the real ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from voxnym import Audio, Key, System, Who, load
from voxnym.errors import InputError
from voxnym.lane import Lane
from voxnym.preset import Preset
from voxnym.recording.listening import HeardLane, HeardPart
from voxnym.recording.redaction import Redaction
from voxnym.recording.source import AudioSource
from voxnym.recording.turns import cast_of
from voxnym.records import Block, Span, Speech, Survey
from voxnym.render import RenderOptions, render
from voxnym.testing import ToySpeaker, toy_speech

WHO = Who(utterance="u")
KEY = Key(bytes(range(32)))
RATE = 16000
TURNS = (Span(0.5, 3, "a"), Span(3.2, 6, "b"), Span(5.5, 7, "a"), Span(9, 10, "b"))


@dataclass(frozen=True)
class Late:
    """A codec that gives out its input, some samples late, as codecs with look-ahead do."""

    delay: int = 700
    rate: int = RATE
    frame_rate: ClassVar[float] = float(RATE)
    look_back: ClassVar[float] = 0.0
    kind: ClassVar[str] = "samples"
    parts: ClassVar[frozenset[str]] = frozenset({"content"})
    needs: ClassVar[frozenset[str]] = frozenset()

    @property
    def look_ahead(self) -> float:
        return self.delay / self.rate

    def start(self, survey: Survey) -> "Held":
        return Held(self.delay)


class Held:
    def __init__(self, delay: int) -> None:
        self.delay, self.held = delay, np.zeros(0, np.float32)

    def analyze(self, block: Block, last: bool) -> Speech:
        self.held = np.concatenate([self.held, block])
        count = self.held.size if last else max(self.held.size - self.delay, 0)
        ready, self.held = np.split(self.held, [count])
        return Speech("samples", ready[:, np.newaxis], float(RATE), RATE)

    def synthesize(self, speech: Speech, last: bool) -> Block:
        return speech.content[:, 0]


def late(delay: int) -> System:
    return System(Preset("late", "late", (), surroundings="keep"), Late(delay), (), KEY)


def speech(seconds: float = 12.0, pitch_hz: float = 120.0) -> Audio:
    rng = np.random.default_rng(1)
    samples = toy_speech(ToySpeaker(pitch_hz), seconds=seconds).samples
    return Audio(samples + 0.003 * rng.standard_normal(samples.shape).astype(np.float32), RATE)


class Cuts(AudioSource):
    """The same samples in small blocks of uneven size."""

    def __init__(self, audio: Audio) -> None:
        super().__init__(audio)
        self.audio = audio

    def blocks(self) -> Iterator[Block]:
        place, size = 0, 1
        while place < self.audio.length:
            yield self.audio.samples[:, place : place + size]
            place, size = place + size, size * 3 % 70_001 + 1


def rendered(system: System, source: AudioSource, **options: object) -> np.ndarray:
    with render(system, source, WHO, options=RenderOptions(**options)) as rendering:  # type: ignore[arg-type]
        return rendering.audio().samples


@pytest.mark.parametrize("delay", [0, 1, 700, 20_000])
def test_people_are_put_back_where_they_spoke(delay: int) -> None:
    audio = Audio(0.1 * speech().samples, RATE)  # quiet, so that no limiter is at work
    out = rendered(late(delay), AudioSource(audio), turns=TURNS, level="keep")[0]
    # Each person has a gain of their own, so compare the shape within a turn.
    for first, last in ((0.6, 2.9), (3.3, 5.9), (9.1, 9.9)):
        place = slice(round(first * RATE), round(last * RATE))
        x, y = audio.samples[0, place], out[place]
        assert np.dot(x, y) / np.sqrt(np.dot(x, x) * np.dot(y, y)) > 0.99999


@pytest.mark.parametrize("delay", [0, 700, 20_000])
def test_shares_of_all_people_make_up_every_sample(delay: int) -> None:
    samples = speech().samples[0]
    cast = cast_of(WHO, TURNS)
    part = HeardPart(Survey(), -23.0)
    heard = HeardLane((part,) * len(cast.people), np.zeros((0, 2), np.int64), RATE)
    lane = Lane(late(delay), cast, heard, 1)
    pieces = [lane.process(samples[i : i + 7_001], False) for i in range(0, samples.size, 7_001)]
    out = np.concatenate([*pieces, lane.process(samples[:0], True)])
    np.testing.assert_allclose(out, samples, atol=1e-6)


def test_two_voices_with_equal_gains_leave_no_seam() -> None:
    tone = np.sin(2 * np.pi * 200 * np.arange(12 * RATE) / RATE) * 0.1
    audio = Audio(tone.astype(np.float32), RATE)
    out = rendered(late(700), AudioSource(audio), turns=TURNS, level="keep")[0]
    assert np.abs(np.diff(out, 2)).max() < 1.3 * np.abs(np.diff(tone, 2)).max()


@pytest.mark.parametrize("name", ["mcadams", "world"])
def test_cuts_make_no_difference(name: str) -> None:
    audio, system = speech(), load(name, key=KEY)
    whole = rendered(system, AudioSource(audio), turns=TURNS)
    cut = rendered(system, Cuts(audio), turns=TURNS)
    np.testing.assert_allclose(whole, cut, atol=2e-4)


def test_each_label_has_a_voice_of_its_own_and_the_rest_is_anonymized_too() -> None:
    audio, system = speech(), load("mcadams", key=KEY)
    with_turns = rendered(system, AudioSource(audio), turns=TURNS, surroundings="keep")[0]
    for first, last in ((0, 0.2), (1, 2.8), (3.5, 5), (7.5, 8.5), (10.5, 12)):
        place = slice(round(first * RATE), round(last * RATE))
        x, y = np.diff(audio.samples[0, place]), np.diff(with_turns[place])
        assert abs(np.dot(x, y)) / np.sqrt(np.dot(x, x) * np.dot(y, y)) < 0.97
    swapped = tuple(Span(t.start, t.end, "ab"["ba".index(t.label)]) for t in TURNS)
    other = rendered(system, AudioSource(audio), turns=swapped, surroundings="keep")[0]
    place = slice(RATE, 2 * RATE)
    assert np.abs(other[place] - with_turns[place]).max() > 0.01


def test_turn_has_the_voice_that_its_person_has_alone() -> None:
    audio, system = speech(), load("mcadams", key=KEY)
    options = RenderOptions(turns=(Span(0, 12, "anna"),), surroundings="keep")
    who = Who("someone", "u", "speaker")
    with render(system, AudioSource(audio), who, options=options) as rendering:
        turned = rendering.audio().samples
    who = Who("anna", "another file", "speaker")
    options = RenderOptions(surroundings="keep")
    with render(system, AudioSource(audio), who, options=options) as rendering:
        alone = rendering.audio().samples
    np.testing.assert_allclose(turned, alone, atol=1e-4)


def test_everybody_gets_the_level() -> None:
    loud, quiet = speech(8), speech(8, 200)
    audio = Audio(np.concatenate([loud.samples, 0.3 * quiet.samples], axis=1), RATE)
    turns = (Span(0, 8, "loud"), Span(8, 16, "quiet"))
    out = rendered(load("mcadams", key=KEY), AudioSource(audio), turns=turns)[0]
    first, second = np.split(out, 2)
    ratio_db = 20 * np.log10(np.std(first) / np.std(second))
    assert abs(ratio_db) < 2.5


def test_a_recording_without_speech_is_told() -> None:
    vowel = np.sign(np.sin(2 * np.pi * 120 * np.arange(2 * RATE) / RATE)) * 0.1
    for samples, told in ((vowel, True), (speech(3).samples[0], False)):
        audio = AudioSource(Audio(samples.astype(np.float32), RATE))
        with render(load("mcadams"), audio, WHO, options=RenderOptions()) as rendering:
            assert any("no speech was found" in note for note in rendering.notes) == told
        with render(
            load("mcadams"), audio, WHO, options=RenderOptions(surroundings="keep")
        ) as rendering:
            assert not any("no speech" in note for note in rendering.notes)


def test_turns_and_separate_channels_do_not_go_together() -> None:
    audio = Audio(np.tile(speech(2).samples, (2, 1)), RATE)
    with pytest.raises(InputError, match="one person already"):
        rendered(late(0), AudioSource(audio), turns=TURNS, channels="separate")


@pytest.mark.parametrize("surroundings", ["keep", "clean"])
@pytest.mark.parametrize("sound", ["tone", "silence"])
def test_redacted_words_leave_no_trace(sound: str, surroundings: str) -> None:
    audio = speech()
    changed = Audio(audio.samples.copy(), RATE)
    rng = np.random.default_rng(5)
    hidden = slice(round(3.9 * RATE), round(5.1 * RATE))
    changed.samples[:, hidden] = 0.3 * rng.standard_normal(hidden.stop - hidden.start)
    redaction = Redaction((Span(4, 5, "name"),), sound)  # type: ignore[arg-type]
    one, two = (
        rendered(
            load("mcadams", key=KEY), AudioSource(a), redaction=redaction,
            surroundings=surroundings, turns=TURNS,
        )
        for a in (audio, changed)
    )  # fmt: skip
    np.testing.assert_array_equal(one, two)
    middle = one[0, round(4.1 * RATE) : round(4.9 * RATE)]
    if sound == "tone":
        assert np.std(middle) == pytest.approx(0.1 / np.sqrt(2), rel=0.01)
    else:
        assert np.abs(middle).max() < (0.02 if surroundings == "clean" else 1e-9)
