"""Toy speech and executable contracts, for our tests and for those of anyone who adds a part.

Each `check_…` raises AssertionError with a sentence that says which promise was broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxnym.protocols import Anonymizer, Codec, Stage
from voxnym.records import Audio, Block, Speech, Survey, Who

# Formant frequencies of adult vowels a, e, i, o, u (Hz), after Peterson and Barney (1952).
_VOWELS_HZ = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
)
_BANDWIDTHS_HZ = (80.0, 100.0, 140.0)
QUIET_PEAK = 0.02
"""Highest sample of what may stand in place of digital silence."""


@dataclass(frozen=True)
class ToySpeaker:
    """What makes one toy voice differ from another.

    Args:
        pitch_hz: mean F0.
        tract: factor on all formant frequencies (1.15 for a short vocal tract).
        breath: share of noise in the source, 0 to 1.
        pace: syllables per second.
    """

    pitch_hz: float = 120.0
    tract: float = 1.0
    breath: float = 0.05
    pace: float = 4.0


def toy_speech(
    speaker: ToySpeaker = ToySpeaker(), *, seconds: float = 3.0, rate: int = 16000, seed: int = 0
) -> Audio:
    """Vowels, hiss and pauses from a source and three resonators: speech with known factors.

    Args:
        speaker: the voice.
        seconds: length.
        rate: Hz, at least 8000.
        seed: chooses the "words"; the same for two speakers gives them the same text.

    Returns:
        One channel, RMS 0.1, with digital silence in the pauses.

    >>> toy_speech(seconds=0.5).samples.shape
    (1, 8000)
    """
    rng = np.random.default_rng(seed)
    length = round(seconds * rate)
    out = np.zeros(length)
    start = round(0.1 * rate)
    while start < length:
        syllable = round(rate / speaker.pace * rng.uniform(0.7, 1.3))
        kind, vowel, slope = int(rng.integers(6)), int(rng.integers(5)), rng.uniform(-0.15, 0.15)
        stop = min(start + syllable, length)
        if kind > 0:
            sound = _syllable(speaker, stop - start, rate, vowel, slope, kind == 1, rng)
            out[start:stop] = sound
        start += syllable
    rms = np.sqrt(np.mean(out**2)) if length else 0.0
    return Audio((out * (0.1 / max(rms, 1e-9))).astype(np.float32), rate)


def _syllable(
    speaker: ToySpeaker,
    length: int,
    rate: int,
    vowel: int,
    slope: float,
    hiss: bool,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    from scipy.signal import lfilter

    time = np.arange(length) / rate
    noise = rng.standard_normal(length)
    phase = np.cumsum(speaker.pitch_hz * (1 + slope * time * speaker.pace)) / rate
    pulses = np.diff(np.floor(phase), prepend=0.0)
    source = 0.3 * noise if hiss else pulses * np.sqrt(rate / 100) + speaker.breath * 0.3 * noise
    for centre, width in zip(_VOWELS_HZ[vowel], _BANDWIDTHS_HZ, strict=True):
        centre_hz = min(centre * speaker.tract * (2.0 if hiss else 1.0), 0.45 * rate)
        radius = np.exp(-np.pi * width / rate)
        angle = 2 * np.pi * centre_hz / rate
        source = lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], source)
    return np.asarray(source * np.hanning(length))


def edge_inputs(rate: int, *, seconds: float = 0.5) -> dict[str, Block]:
    """Signals on which speech code tends to break: name to (n,) float32 samples."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(0).standard_normal(time.size)
    sweep = np.sin(2 * np.pi * (100 * time + (0.2 * rate - 100) * time**2 / (2 * seconds)))
    impulse = np.zeros(time.size)
    impulse[time.size // 2] = 1.0
    signals = {
        "silence": np.zeros(time.size),
        "constant": np.full(time.size, 0.5),
        "sine 440 Hz": 0.5 * np.sin(2 * np.pi * 440 * time),
        "sine 1000 Hz": 0.5 * np.sin(2 * np.pi * 1000 * time),
        "two sines": 0.3 * (np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 1000 * time)),
        "sweep": 0.5 * sweep,
        "impulse": impulse,
        "full-scale square": np.sign(np.sin(2 * np.pi * 100 * time)),
        "white noise": 0.1 * noise,
        "noise at -160 dB": 1e-8 * noise,
        "one sample": np.array([0.5]),
        "nothing": np.zeros(0),
    }
    return {name: signal.astype(np.float32) for name, signal in signals.items()}


def cut(samples: Block, sizes: Sequence[int]) -> Iterator[tuple[Block, bool]]:
    """Blocks of the given sizes in turn (0 allowed), with a flag on the last one."""
    position, turn = 0, 0
    while True:
        size = sizes[turn % len(sizes)]
        block = samples[position : position + size]
        position, turn = position + size, turn + 1
        last = position >= samples.size and size > 0
        yield block, last
        if last:
            return


def run_codec(
    codec: Codec, samples: Block, *, sizes: Sequence[int] = (1 << 30,), survey: Survey | None = None
) -> Block:
    """Analyze and synthesize (n,) samples block by block, nothing changed in between."""
    run = codec.start(survey or Survey())
    blocks = [run.synthesize(run.analyze(b, last), last) for b, last in cut(samples, sizes)]
    return np.concatenate(blocks)


def run_stage(
    stage: Stage,
    speech: Speech,
    *,
    seed: int = 0,
    survey: Survey | None = None,
    sizes: Sequence[int] = (1 << 30,),
) -> Speech:
    """Send frames through a stage in portions of the given sizes."""
    transform = stage.start(np.random.default_rng(seed), survey or Survey())
    portions = []
    position, turn = 0, 0
    while True:
        size = sizes[turn % len(sizes)]
        last = position + size >= speech.frames
        portions.append(transform(speech[position : position + size], last))
        position, turn = position + size, turn + 1
        if last:
            break
    whole = portions[0]
    for portion in portions[1:]:
        whole = whole.joined(portion)
    return whole


def check_codec(codec: Codec, *, tolerance: float = 1e-4) -> None:
    """All promises of a codec: cuts, length, repeatability, silence, finite on edge inputs.

    Raises:
        AssertionError: the first promise that is broken.
    """
    assert isinstance(codec, Codec), f"{codec!r} lacks a field of the Codec protocol"
    speech = toy_speech(seconds=3.0, rate=codec.rate).samples[0]
    survey = Survey(float(np.log(120)), 0.1, float(np.log(120)), -23.0, 0.5)
    whole = run_codec(codec, speech, survey=survey)
    assert whole.shape == speech.shape, f"{speech.shape} samples in, {whole.shape} out"
    again = run_codec(codec, speech, survey=survey)
    assert np.array_equal(whole, again), "two equal runs differ"
    peak = float(np.abs(whole).max())
    assert peak > 1e-3, "speech came out as silence"
    for sizes in ((160,), (1, 997, 0, 4096), (codec.rate, 37), (48_000 - 1,)):
        cuts = run_codec(codec, speech, sizes=sizes, survey=survey)
        assert cuts.shape == whole.shape, f"cuts {sizes} change the length"
        error = float(np.abs(cuts - whole).max())
        assert error <= tolerance * max(1.0, peak), f"cuts {sizes} change samples by {error:.2g}"
    _check_delay(codec, survey)
    for length in (0, 1, 2, 159, 160, 161, 319, 320, 321, 1000):
        out = run_codec(codec, speech[4000 : 4000 + length], survey=survey)
        assert out.size == length, f"{length} samples in, {out.size} out"
    for name, signal in edge_inputs(codec.rate).items():
        out = run_codec(codec, signal, survey=survey)
        assert out.size == signal.size, f"{name}: {signal.size} samples in, {out.size} out"
        assert np.isfinite(out).all(), f"{name}: output is not finite"
        if name == "silence":
            assert not out.any(), "digital silence came out as sound"
        if name == "noise at -160 dB":
            assert np.abs(out).max() < 1e-5, "near-silence was blown up"


def _check_delay(codec: Codec, survey: Survey) -> None:
    """Samples come out a look-ahead after they went in, or sooner."""
    run, taken, given = codec.start(survey), 0, 0
    allowed = round(codec.look_ahead * codec.rate)
    speech = toy_speech(seconds=min(3.0 * codec.look_ahead + 1.0, 60.0), rate=codec.rate).samples[0]
    for block, last in cut(speech, (codec.rate // 100 + 1,)):
        taken += block.size
        given += run.synthesize(run.analyze(block, last), last).size
        behind = taken - given
        assert behind <= allowed, f"{behind} samples behind, {allowed} by its look_ahead"


def check_stage(stage: Stage, speech: Speech, *, tolerance: float = 1e-4) -> None:
    """All promises of a stage on these frames: cuts, frames kept, chance, undeclared parts.

    Raises:
        AssertionError: the first promise that is broken.
    """
    assert isinstance(stage, Stage), f"{stage!r} lacks a field of the Stage protocol"
    voiced = speech.pitch[speech.pitch > 0] if speech.pitch is not None else np.array([120.0])
    logs = np.log(voiced if voiced.size else np.array([120.0]))
    survey = Survey(float(logs.mean()), float(logs.std()), float(np.median(logs)), -23.0, 0.5)
    whole = run_stage(stage, speech, survey=survey)
    again = run_stage(stage, speech, survey=survey)
    before, after, repeated = _parts(speech), _parts(whole), _parts(again)
    assert before.keys() == after.keys(), "a part appeared or vanished"
    for name, array in after.items():
        assert len(array) == len(before[name]), f"{name}: the number of frames changed"
        assert np.array_equal(array, repeated[name]), f"{name}: equal seeds, different results"
        assert np.isfinite(array).all(), f"{name} is not finite"
        if name not in stage.writes:
            assert np.array_equal(array, before[name]), f"{name} changed, but is not in writes"
    if "pitch" in stage.writes and speech.pitch is not None and whole.pitch is not None:
        same = (whole.pitch > 0) == (speech.pitch > 0)
        assert same.all(), "a stage on pitch changed what is voiced"
    transform = stage.start(np.random.default_rng(0), survey)
    given = transform(speech, last=False).frames
    allowed = round(stage.look_ahead * speech.frame_rate) + 1
    held = speech.frames - given
    assert held <= allowed, f"{held} frames held back, {allowed} by its look_ahead"
    for sizes in ((1,), (7, 0, 31), (100,)):
        for name, array in _parts(run_stage(stage, speech, survey=survey, sizes=sizes)).items():
            error = np.abs(array.astype(float) - after[name]).max(initial=0.0)
            scale = max(1.0, float(np.abs(after[name]).max(initial=0.0)))
            assert error <= tolerance * scale, f"{name}: cuts {sizes} change it by {error:.2g}"


def _parts(speech: Speech) -> dict[str, NDArray[Any]]:
    named = {"content": speech.content, "pitch": speech.pitch, "energy": speech.energy}
    return {k: v for k, v in (named | dict(speech.rest)).items() if v is not None}


def check_anonymizer(system: Anonymizer, *, rate: int = 16000) -> None:
    """What every system promises: shape kept, silence kept, no clipping, repeatable, changed.

    Raises:
        AssertionError: the first promise that is broken.
    """
    who = Who(utterance="check")
    speech = toy_speech(seconds=2.0, rate=rate)
    for audio in (speech, Audio(np.tile(speech.samples, (2, 1)), rate)):
        out = system(audio, who)
        assert out.samples.shape == audio.samples.shape, "the shape changed"
        assert out.rate == audio.rate, "the rate changed"
        assert np.isfinite(out.samples).all(), "output is not finite"
        assert np.abs(out.samples).max() <= 1.0, "output is clipped"
    assert np.array_equal(out.samples, system(audio, who).samples), "two equal calls differ"
    assert _correlation(out.samples[0], speech.samples[0]) < 0.99, "the input passed through"
    silence = Audio(np.zeros((1, rate), np.float32), rate)
    peak = np.abs(system(silence, who).samples).max()
    assert peak < QUIET_PEAK, "digital silence came out louder than comfort noise"
    for length in (0, 1, rate // 100):
        short = Audio(speech.samples[:, rate // 2 : rate // 2 + length], rate)
        assert system(short, who).length == length, f"{length} samples: the length changed"
    stream = system.open(rate, who)
    pieces = [stream.push(block) for block, _ in cut(speech.samples[0], (rate // 50,))]
    live = np.concatenate([*pieces, stream.finish()])
    assert live.size == speech.length, "the live stream changed the length"
    assert np.isfinite(live).all(), "the live stream is not finite"


def _correlation(a: Block, b: Block) -> float:
    scale = float(np.sqrt(np.sum(a.astype(float) ** 2) * np.sum(b.astype(float) ** 2)))
    return abs(float(np.dot(a.astype(float), b.astype(float)))) / max(scale, 1e-20)
