from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.analysis.phrases import PhraseCutter
from voxnym.analysis.pitch import estimate_pitch
from voxnym.codecs.world import World
from voxnym.errors import InputError, PresetError
from voxnym.records import Survey
from voxnym.testing import ToySpeaker, check_codec, run_codec, toy_speech

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SPEECH = toy_speech(ToySpeaker(pitch_hz=125), seconds=4).samples[0]
SHORT_PHRASES = World(phrase_s=0.6)
FINGERPRINT = """
import hashlib
from voxnym.codecs.world import World
from voxnym.testing import ToySpeaker, run_codec, toy_speech
speech = toy_speech(ToySpeaker(pitch_hz=125), seconds=4).samples[0]
print(hashlib.sha256(run_codec(World(phrase_s=0.6), speech).tobytes()).hexdigest())
"""


@pytest.mark.parametrize(
    "codec",
    [World(), SHORT_PHRASES, World(rate=24000), World(rate=48000), World(frame_s=0.01)],
    ids=str,
)
def test_promises(codec):
    check_codec(codec)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 30000), min_size=1, max_size=6))
def test_any_cut_gives_the_same_bytes(sizes):
    whole = run_codec(SHORT_PHRASES, SPEECH)
    assert np.array_equal(run_codec(SHORT_PHRASES, SPEECH, sizes=sizes), whole)


@settings(max_examples=10, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=5),
    held=st.integers(0, 200),
)
def test_frames_may_come_back_in_other_portions(sizes, held):
    run = SHORT_PHRASES.start(Survey())
    speech = run.analyze(SPEECH, True)
    whole = run.synthesize(speech, True)
    run = SHORT_PHRASES.start(Survey())
    run.analyze(SPEECH, True)
    pieces, place, turn = [run.synthesize(speech[:0], False)], 0, 0
    while place < speech.frames - held:
        size = min(sizes[turn % len(sizes)], speech.frames - held - place)
        pieces.append(run.synthesize(speech[place : place + size], False))
        place, turn = place + size, turn + 1
    pieces.append(run.synthesize(speech[place:], True))
    assert np.array_equal(np.concatenate(pieces), whole)


def test_another_process_gives_the_same_bytes():
    here = hashlib.sha256(run_codec(SHORT_PHRASES, SPEECH).tobytes()).hexdigest()
    # What was synthesized before must not matter, so the other process has done nothing else.
    there = subprocess.run(
        [sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == here


def test_parts_have_the_stated_shapes():
    for rate, bands in ((16000, 1), (24000, 3), (48000, 5)):
        codec = World(rate=rate)
        run = codec.start(Survey())
        speech = run.analyze(np.ones(rate, np.float32) * 0.1, True)
        assert speech.frames == 201
        assert speech.content.shape == (201, codec.bins)
        assert speech.content.dtype == np.float32
        assert speech.rest["aperiodicity"].shape == (201, bands)
        assert speech.frame_rate == 200
        assert speech.pitch.shape == speech.energy.shape == (201,)


def test_energy_is_the_level_in_db():
    rng = np.random.default_rng(0)
    noise = (0.1 * rng.standard_normal(32000)).astype(np.float32)
    speech = World().start(Survey()).analyze(noise, True)
    power = 10 * np.log10(np.mean(10 ** (speech.energy[20:-20] / 10)))
    assert power == pytest.approx(-20, abs=0.5)
    circle = np.exp(np.concatenate([speech.content, speech.content[:, -2:0:-1]], axis=1))
    assert np.allclose(circle.mean(axis=1), 1, rtol=1e-3)


def test_synthesis_obeys_energy_and_ignores_the_level_of_content():
    def rendered(change):
        run = World().start(Survey())
        return run.synthesize(change(run.analyze(SPEECH, True)), True)

    plain = rendered(lambda s: s)
    quieter = rendered(lambda s: s.replace(energy=s.energy - 20))
    shifted = rendered(lambda s: s.replace(content=s.content + np.float32(1.5)))
    # Not exact, because WORLD guards its logarithms by an absolute constant.
    assert np.abs(quieter - plain * 0.1).max() < 0.02 * np.abs(quieter).max()
    assert np.allclose(shifted, plain, atol=1e-5)


def test_synthesis_obeys_pitch():
    run = World().start(Survey())
    speech = run.analyze(SPEECH, True)
    out = run.synthesize(speech.replace(pitch=speech.pitch * 1.4), True)
    track = estimate_pitch(out, 16000)
    assert np.median(track.pitch_hz[track.voiced]) == pytest.approx(
        1.4 * np.median(speech.pitch[speech.pitch > 0]), rel=0.03
    )


def test_digital_silence_is_kept_to_the_sample():
    speech = SPEECH + np.float32(1e-3)
    silent = [(0, 500), (8003, 8003 + 320), (20001, 30007), (len(speech) - 700, len(speech))]
    for start, end in silent:
        speech[start:end] = 0
    speech[12000 : 12000 + 310] = 0
    out = run_codec(SHORT_PHRASES, speech)
    for start, end in silent:
        assert not out[start:end].any()
        assert not np.signbit(out[start:end]).any()
    assert out[12000:12310].any(), "less than 20 ms of zeros is not silence"
    assert np.abs(out[14000:19000]).max() > 0.01


def steady(amplitudes):
    time = np.arange(64000) / 16000
    waves = [a * np.sin(2 * np.pi * 150 * k * time) for k, a in enumerate(amplitudes, 1)]
    return (0.15 * np.sum(waves, axis=0)).astype(np.float32)


# Steady sounds have no quiet place: the worst case for joining phrases.
def test_level_holds_at_cuts():
    out = run_codec(SHORT_PHRASES, steady([1 / k for k in range(1, 20)]))
    level = np.sqrt(np.convolve(out**2, np.ones(320) / 320, "valid"))[4000:-4000]
    assert level.min() / np.median(level) > 0.82
    assert level.max() / np.median(level) < 1.1


def test_no_click_at_cuts():
    signal = steady([1, 0.5])
    cutter = PhraseCutter(16000, 80, 0.3, 0.6)
    cuts = (cutter.add(signal) + cutter.finish())[:-1]
    bends = np.abs(np.diff(run_codec(SHORT_PHRASES, signal), 2))[:-4000]
    near = np.zeros(len(bends), bool)
    for place in cuts:
        near[place - 200 : place + 40] = True
    assert near.sum() > 1000
    assert bends[near].max() < 1.5 * bends[4000:][~near[4000:]].max()


def test_analysis_hears_beyond_the_cuts():
    pitch = SHORT_PHRASES.start(Survey()).analyze(steady([1 / k for k in range(1, 20)]), True).pitch
    assert np.abs(pitch[10:-10] / 150 - 1).max() < 0.005


def test_memory_and_latency_are_bounded():
    codec = World(phrase_s=1.0)
    run = codec.start(Survey())
    given_ = 0
    for number in range(60):
        block = np.roll(SPEECH, 997 * number)[:8000]
        given_ += len(run.synthesize(run.analyze(block, False), False))
        assert sum(map(len, run._blocks)) < 3 * 16000
        assert sum(part.frames for part in run._frames) == 0
        assert (number + 1) * 8000 - given_ <= codec.look_ahead * 16000
    assert given_ > 57 * 8000


def test_no_block_after_the_last():
    run = World().start(Survey())
    run.analyze(SPEECH[:100], True)
    with pytest.raises(InputError, match="start a new recording"):
        run.analyze(SPEECH[:100], True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": 8000},
        {"rate": 22050},
        {"frame_s": 0.05},
        {"pitch_method": "yin"},
        {"floor_hz": 20.0},
        {"ceiling_hz": 50.0},
        {"phrase_s": 21.0},
        {"phrase_s": 0.1},
    ],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(PresetError, match=next(iter(wrong))):
        World(**wrong)


@pytest.mark.skipif(not DATA.is_dir(), reason="no speech collection beside this checkout")
@pytest.mark.parametrize("number", [0, 60, 120])
def test_resynthesis_keeps_pitch_and_voicing_of_real_speech(number):
    import soundfile

    path = sorted((DATA / "librispeech" / "test-clean").rglob("*.flac"))[number]
    speech, rate = soundfile.read(path, dtype="float32")
    out = run_codec(World(rate=rate), speech)
    before, after = estimate_pitch(speech, rate), estimate_pitch(out, rate)
    both = before.voiced & after.voiced
    assert (before.voiced == after.voiced).mean() > 0.85
    assert np.corrcoef(np.log(before.pitch_hz[both]), np.log(after.pitch_hz[both]))[0, 1] > 0.95
    assert np.median(after.pitch_hz[both] / before.pitch_hz[both]) == pytest.approx(1, abs=0.01)
    level = 10 * np.log10(np.mean(out**2) / np.mean(speech**2))
    assert abs(level) < 2
