"""Rendering with systems whose effect is known, and with the real ones."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyloudnorm
import pytest

from voxnym import Audio, Key, System, Who, load, read_audio
from voxnym.errors import InputError, OutputError, RenderError
from voxnym.preset import Preset
from voxnym.recording.source import AudioSource
from voxnym.records import Block, Speech, Survey
from voxnym.render import MOST_EXTRA_DB, RenderOptions, render
from voxnym.testing import ToySpeaker, toy_speech

WHO = Who(utterance="u")
KEY = Key(bytes(range(32)))
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
KEEP = RenderOptions(level="keep")


@dataclass(frozen=True)
class Gain:
    """A codec that multiplies its input: loudness, length and blocks can be predicted."""

    factor: float = 1.0
    lose: int = 0
    explode: bool = False
    thin: int = 1
    rate: int = 16000
    frame_rate: ClassVar[float] = 16000.0
    look_back: ClassVar[float] = 0.0
    look_ahead: ClassVar[float] = 0.0
    kind: ClassVar[str] = "samples"
    parts: ClassVar[frozenset[str]] = frozenset({"content"})
    needs: ClassVar[frozenset[str]] = frozenset()
    surveys: list[Survey] = field(default_factory=list, compare=False)

    def start(self, survey: Survey) -> "Gain":
        self.surveys.append(survey)
        return self

    def analyze(self, block: Block, last: bool) -> Speech:
        if self.explode:
            raise ZeroDivisionError("inside")
        return Speech("samples", block[:, np.newaxis], 16000.0, 16000)

    def synthesize(self, speech: Speech, last: bool) -> Block:
        samples: Block = speech.content[:, 0] * np.float32(self.factor)
        samples = np.where(np.arange(samples.size) % self.thin, samples[:1] * 0, samples)
        return samples[: max(samples.size - self.lose, 0)]


def system(**options: object) -> System:
    return System(Preset("gain", "gain", (), surroundings="keep"), Gain(**options), (), KEY)  # type: ignore[arg-type]


def loudness(audio: Audio) -> float:
    return float(pyloudnorm.Meter(audio.rate).integrated_loudness(audio.samples.T.astype(float)))


def rendered(s: System, audio: Audio, **options: object) -> Audio:
    with render(s, AudioSource(audio), WHO, options=RenderOptions(**options)) as rendering:  # type: ignore[arg-type]
        return rendering.audio()


def speech(rate: int, channels: int, gain: float = 1.0, seconds: float = 2.5) -> Audio:
    rows = [
        toy_speech(ToySpeaker(100 + 30 * i), seconds=seconds, rate=rate, seed=i).samples[0]
        for i in range(channels)
    ]
    return Audio(np.stack(rows) * np.float32(gain), rate)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("separate", [False, True])
def test_shape_and_loudness(rate: int, channels: int, separate: bool) -> None:
    audio = speech(rate, channels, 0.3)
    way = "separate" if separate else "mix"
    for factor in (0.1, 1.0, 20.0):
        fixed = rendered(system(factor=factor), audio, channels=way)
        assert (fixed.samples.shape, fixed.rate) == (audio.samples.shape, audio.rate)
        assert loudness(fixed) == pytest.approx(-23.0, abs=0.3)
        keep = rendered(system(factor=factor), audio, channels=way, level="keep")
        assert loudness(keep) == pytest.approx(loudness(audio), abs=0.5)
        assert max(np.abs(fixed.samples).max(), np.abs(keep.samples).max()) < 1.0


def test_loud_recordings_keep_their_level_without_clipping() -> None:
    noise = np.random.default_rng(0).standard_normal(48000)
    audio = Audio(np.clip(noise * 0.25, -1, 1).astype(np.float32), 16000)
    keep = rendered(system(factor=3.0), audio, level="keep")
    assert np.abs(keep.samples).max() <= 0.9
    assert loudness(keep) == pytest.approx(loudness(audio), abs=0.5)


def test_level_that_needs_clipping_is_told() -> None:
    square = np.sign(np.sin(np.arange(48000) / 20)).astype(np.float32)
    with render(
        system(), AudioSource(Audio(square, 16000)), WHO, options=RenderOptions(level="keep")
    ) as rendering:
        assert any("need clipping" in note for note in rendering.notes)
        assert np.abs(rendering.audio().samples).max() <= 0.9


def test_a_level_out_of_reach_does_not_raise_the_pauses() -> None:
    time = np.arange(64000) / 16000
    pause = 1e-3 * np.random.default_rng(0).standard_normal(time.size)
    sounding = time % 1.0 < 0.5
    square = np.where(sounding, np.sign(np.sin(700 * time)), pause).astype(np.float32)
    s = system(thin=160)
    with render(s, AudioSource(Audio(square, 16000)), WHO, options=KEEP) as rendering:
        assert any("below the wanted level" in note for note in rendering.notes)
        out = rendering.audio().samples[0]
    thinned = 10 * np.log10(160)
    raised_db = 20 * np.log10(np.abs(out[~sounding]).max() / np.abs(pause[~sounding]).max())
    assert 6 < raised_db < thinned + MOST_EXTRA_DB + 0.5


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("level", ["fixed", "keep"])
def test_level_of_one_voice_needs_no_further_pass(
    channels: int, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = Audio(np.tile(speech(24000, 1, 0.25).samples, (channels, 1)), 24000)
    monkeypatch.delattr("voxnym.render.Meter")
    out = rendered(system(factor=0.8), audio, level=level)
    wanted = -23.0 if level == "fixed" else loudness(audio)
    assert loudness(out) == pytest.approx(wanted, abs=0.15)


@pytest.mark.parametrize("factor", [0.005, 0.03, 0.3])
def test_faint_results_reach_their_level(factor: float) -> None:
    noise = np.random.default_rng(0).standard_normal(80000)
    audio = Audio(
        (noise * np.where(np.arange(80000) % 16000 < 8000, 0.1, 0.03)).astype("f4"), 16000
    )
    assert loudness(rendered(system(factor=factor), audio)) == pytest.approx(-23.0, abs=0.15)


@pytest.mark.parametrize("name", ["mcadams", "world"])
def test_level_counts_what_digital_silence_takes_away(name: str) -> None:
    time = np.arange(48000) / 16000
    tone = 0.05 * np.sin(2 * np.pi * 300 * time) + 0.05 * np.sin(2 * np.pi * 1700 * time)
    audio = Audio(np.where(time % 0.04 < 0.016, tone, 0).astype(np.float32), 16000)
    assert loudness(rendered(load(name, key=KEY), audio)) == pytest.approx(-23.0, abs=0.3)


@pytest.mark.parametrize("seconds", [0.01, 0.05, 0.2, 0.39])
def test_short_recordings_go_by_rms(seconds: float) -> None:
    audio = Audio(speech(16000, 1).samples[:, 5000 : 5000 + round(16000 * seconds)], 16000)
    keep = rendered(system(factor=7.0), audio, level="keep")
    np.testing.assert_allclose(keep.samples, audio.samples, atol=2e-3)


def test_near_silence_is_not_blown_up() -> None:
    hiss = (1e-4 * np.random.default_rng(0).standard_normal(32000)).astype(np.float32)
    with render(system(), AudioSource(Audio(hiss, 16000)), WHO, options=RenderOptions()) as r:
        assert any("not made louder" in note for note in r.notes)
        assert np.sqrt(np.mean(r.audio().samples ** 2)) < 2e-4


def test_digital_silence_stays_where_it_was() -> None:
    audio = speech(44100, 1)
    samples = audio.samples.copy()
    samples[:, 40000:60000] = 0
    out = rendered(load("mcadams", key=KEY), Audio(samples, 44100), surroundings="keep")
    assert not out.samples[:, 40000:60000].any()
    assert out.samples[:, 60500:61500].any()
    assert np.abs(np.diff(out.samples[0, 39000:40010])).max() < 0.1


def test_channels_that_cancel_are_told() -> None:
    one = speech(16000, 1).samples
    with render(
        system(), AudioSource(Audio(np.concatenate([one, -one]), 16000)), WHO,
        options=RenderOptions(),
    ) as rendering:  # fmt: skip
        assert any("--channels separate" in note for note in rendering.notes)


@pytest.mark.parametrize("rate", [8000, 16000, 16001, 48000])
def test_band_that_is_lost_is_told(rate: int) -> None:
    source = AudioSource(speech(rate, 1, seconds=0.5))
    with render(system(), source, WHO, options=RenderOptions()) as rendering:
        assert any("above 8000 Hz" in note for note in rendering.notes) == (rate > 16000)


class Cuts(AudioSource):
    """A source with blocks of odd sizes."""

    def blocks(self) -> Iterator[Block]:
        audio = self._audio
        place, size = 0, 1
        while place < audio.length:
            yield audio.samples[:, place : place + size]
            place, size = place + size, size * 3 % 30011 + 1


@pytest.mark.parametrize("name", ["mcadams", "world"])
def test_blocks_of_the_source_do_not_matter(name: str) -> None:
    audio = speech(22050, 2)
    s = load(name, key=KEY)
    with render(s, Cuts(audio), WHO, options=RenderOptions()) as rendering:
        cuts = rendering.audio().samples
    np.testing.assert_allclose(cuts, s(audio, WHO).samples, atol=1e-4)


@pytest.mark.parametrize(("coefficient", "told"), [(1.0, True), (0.9, False), (0.5, False)])
def test_a_result_that_is_still_the_original_is_told(coefficient: float, told: bool) -> None:
    hum = 0.2 * np.sin(2 * np.pi * 50 * np.arange(40000) / 16000)
    audio = Audio((speech(16000, 1).samples + hum).astype(np.float32), 16000)
    s = load("mcadams", settings={"content_mcadams.coefficient": coefficient})
    with render(s, Cuts(audio), WHO, options=RenderOptions()) as rendering:
        assert any("nearly the original" in note for note in rendering.notes) == told


def test_coefficient_one_changes_nothing_but_the_level() -> None:
    audio = speech(16000, 1, 0.3)
    s = load("mcadams", settings={"content_mcadams.coefficient": 1})
    out = rendered(s, audio, level="keep", surroundings="keep").samples
    np.testing.assert_allclose(out, audio.samples, atol=1e-4)


def test_other_rate_out_keeps_the_length_in_time() -> None:
    audio = Audio(speech(44100, 1).samples[:, :30004], 44100)
    with render(
        system(), AudioSource(audio), WHO, options=RenderOptions(), rate_out=48000
    ) as rendering:
        assert rendering.rate == 48000
        out = rendering.audio()
    assert out.length == rendering.length == round(audio.length * 48000 / 44100)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"explode": True}, "ZeroDivisionError"),
        ({"lose": 5}, "samples too few"),
        ({"factor": np.inf}, "NaN"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_failure_gives_no_output(options: dict[str, object], text: str) -> None:
    with pytest.raises(RenderError, match=text):
        rendered(system(**options), speech(16000, 1))


class Shrinks(AudioSource):
    """A recording that somebody cuts while it is read."""

    reads = 0

    def blocks(self) -> Iterator[Block]:
        self.reads += 1
        yield self._audio.samples[:, : 20000 - 5000 * self.reads]


def test_recording_that_changes_midway_is_refused() -> None:
    with pytest.raises(InputError, match="changed while"):
        render(system(), Shrinks(speech(16000, 1)), WHO, options=RenderOptions())


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(bad: float) -> None:
    with pytest.raises(InputError, match="NaN"):
        load("mcadams")(Audio(np.array([0.0, bad], np.float32), 16000), WHO)


def test_nine_channels_are_refused() -> None:
    with pytest.raises(InputError, match="1 to 8"):
        load("mcadams")(Audio(np.zeros((9, 10), np.float32), 16000), WHO)


def test_scratch_without_room_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voxnym.recording.scratch.IN_MEMORY_BYTES", 10)
    with pytest.raises(OutputError, match="intermediate"):
        render(
            system(), AudioSource(speech(16000, 1)), WHO, options=RenderOptions(),
            scratch=tmp_path / "gone",
        )  # fmt: skip


def test_large_scratch_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voxnym.recording.scratch.IN_MEMORY_BYTES", 10)
    audio = speech(16000, 1)
    with render(
        system(), AudioSource(audio), WHO, options=RenderOptions(), scratch=tmp_path
    ) as rendering:
        assert list(tmp_path.iterdir()) == []
        out = rendering.audio()
    np.testing.assert_array_equal(out.samples, rendered(system(), audio).samples)


def test_loud_speech_keeps_its_level_with_a_faster_limiter() -> None:
    found = next(DATA.glob("emodb/**/08a01Wc.flac"), None)
    if found is None:
        pytest.skip("EMO-DB recording 08a01Wc is not at hand")
    audio = read_audio(found)
    who = Who(utterance="08a01Wc")  # a voice with high peaks for its loudness
    options = RenderOptions(level="keep")
    with render(load("world", key=KEY), AudioSource(audio), who, options=options) as rendering:
        out = rendering.audio()
    assert loudness(out) == pytest.approx(loudness(audio), abs=0.5)
    assert np.abs(out.samples).max() <= 0.9
