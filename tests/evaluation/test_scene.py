import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from toy_scene import Gain, toy_scene

from voxnym.errors import InputError, RenderError
from voxnym.evaluation.cache import Cache
from voxnym.evaluation.clips import LEVEL_DB, RATE, Clip, as_heard, digest_of, sixteen_bits
from voxnym.evaluation.scene import checked
from voxnym.evaluation.subjects import (
    AnonymizerSubject,
    CommandSubject,
    FolderSubject,
    PresetSubject,
    Untouched,
)
from voxnym.evaluation.takes import ENROL, ORIGINAL, TRIAL, Take, key_of, who_of
from voxnym.preset import read_preset
from voxnym.records import Audio, Utterance

LOUD = AnonymizerSubject("gain", Gain, "1")


def rms_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2)))


def test_sides_and_draws_have_keys_of_their_own() -> None:
    takes = (ENROL, TRIAL, Take("train"), Take("train", 1))
    keys = {key_of(1, take, "utterance").fingerprint for take in takes}
    assert len(keys) == 4
    assert key_of(1, TRIAL, "utterance") != key_of(2, TRIAL, "utterance")
    assert len({key_of(1, take, "one").fingerprint for take in takes}) == 1


def test_people_of_a_rule() -> None:
    a, b = Utterance("a", "r", speaker="x"), Utterance("b", "r", speaker="x")
    assert who_of(a, "utterance") != who_of(b, "utterance")
    assert who_of(a, "speaker") == who_of(b, "speaker")
    assert who_of(a, "one").name == who_of(Utterance("c", "r", speaker="y"), "one").name
    with pytest.raises(InputError, match="no speaker"):
        who_of(Utterance("c", "r"), "speaker")


def test_clip_reads_its_stretch_of_its_channel_at_the_common_rate(tmp_path: Path) -> None:
    left, right = np.zeros(48000), np.zeros(48000)
    right[24000:36000] = 0.25
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 48000)
    audio = Clip(tmp_path / "a.wav", 0.5, 0.75, 1).read()
    assert (audio.rate, audio.channels, audio.length) == (RATE, 1, RATE // 4)
    assert np.allclose(audio.samples[0, 500:-500], 0.25, atol=0.01)
    assert Clip(tmp_path / "a.wav", 0.5, 0.75, 0).read().samples.max() == 0
    with pytest.raises(InputError, match="channel 2 of 2"):
        Clip(tmp_path / "a.wav", channel=2).read()
    with pytest.raises(InputError, match="nothing between"):
        Clip(tmp_path / "a.wav", 5.0).read()


@given(st.floats(0.001, 0.9), st.integers(0, 8000), st.integers(0, 8000))
def test_as_heard_removes_level_and_edges(gain: float, before: int, after: int) -> None:
    rng = np.random.default_rng(0)
    speech = 0.1 * rng.standard_normal(RATE).astype(np.float32)
    padded = np.concatenate([np.zeros(before), gain * speech, np.zeros(after)])
    heard = as_heard(Audio(padded.astype(np.float32), RATE)).samples[0]
    assert abs(heard.size - speech.size) <= 6 * 320
    assert abs(rms_db(heard[heard != 0]) - LEVEL_DB) < 0.8


def test_as_heard_leaves_silence_alone() -> None:
    silence = Audio(np.zeros(RATE, np.float32), RATE)
    assert np.array_equal(as_heard(silence).samples, silence.samples)


def test_digest_follows_the_samples() -> None:
    audio = sixteen_bits(Audio(np.linspace(-0.5, 0.5, 100, dtype=np.float32), RATE))
    other = Audio(audio.samples + np.float32(1 / 32768), RATE)
    assert digest_of(audio) != digest_of(other)
    assert digest_of(audio) != digest_of(Audio(audio.samples, 8000))


def test_original_is_never_put_into_the_cache(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path, LOUD)
    list(scene.raw(scene.trials.utterances, ORIGINAL))
    scene.table("rms", lambda a: np.array([a.samples.std()]), scene.trials.utterances, ORIGINAL)
    assert list((tmp_path / "cache").rglob("*.flac")) == []


def test_cache_gives_the_same_and_is_used(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path, LOUD)
    ids = scene.trials.utterances[:3]
    first = [audio.samples for audio in scene.raw(ids, TRIAL)]
    kept = sorted((tmp_path / "cache").rglob("*.flac"))
    assert len(kept) == 3
    again = [audio.samples for audio in scene.raw(ids, TRIAL)]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    kept[0].write_bytes(b"half of it")
    repaired = [audio.samples for audio in scene.raw(ids, TRIAL)]
    assert all(np.array_equal(a, b) for a, b in zip(first, repaired, strict=True))
    other = [a.samples for a in replace(scene, seed=2).raw(ids, TRIAL)]
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_processes_change_nothing(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path, PresetSubject(read_preset("mcadams")))
    ids = scene.trials.utterances[:4]
    one = [audio.samples for audio in scene.raw(ids, ENROL)]
    other = replace(scene, processes=2, cache=Cache(tmp_path / "other"))
    two = [audio.samples for audio in other.raw(ids, ENROL)]
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_sides_differ_unless_one_voice_is_the_rule(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path, LOUD)
    ids = scene.trials.utterances[:4]

    def levels(rule: str, take: Take) -> list[float]:
        return [float(a.samples.std()) for a in scene.under(rule).raw(ids, take)]  # type: ignore[arg-type]

    assert levels("utterance", ENROL) != levels("utterance", TRIAL)
    assert levels("one", ENROL) == levels("one", TRIAL)


def test_table_remembers_by_take_and_subject(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path, LOUD)
    calls = []

    def measure(audio: Audio) -> np.ndarray:
        calls.append(1)
        return np.array([float(audio.samples.std())])

    ids = scene.trials.utterances[:2]
    first = scene.table("m", measure, ids, TRIAL, raw=True)
    assert np.array_equal(first, scene.table("m", measure, ids[::-1], TRIAL, raw=True)[::-1])
    assert len(calls) == 2
    scene.table("m", measure, ids, ENROL, raw=True)
    scene.table("m", measure, ids, TRIAL)
    assert len(calls) == 6
    untouched = scene.of(Untouched()).table("m", measure, ids, TRIAL, raw=True)
    assert not np.allclose(untouched, first)


def test_nobody_may_be_in_trials_and_training(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path)
    with pytest.raises(InputError, match="both in the trials and"):
        replace(scene, training=(*scene.training, scene.trials.utterances[0]))
    with pytest.raises(InputError, match="not in the corpus"):
        replace(scene, training=("nobody",))


def test_digest_follows_what_scores_depend_on(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path)
    others = (
        replace(scene, seed=2),
        scene.under("speaker"),
        scene.of(LOUD),
        replace(scene, training=()),
        scene.on(scene.trials.of_gender("f")),
    )
    assert len({scene.digest, *(other.digest for other in others)}) == 6
    assert scene.digest == toy_scene(tmp_path).digest


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (np.full(RATE, np.nan, np.float32), "NaN"),
        (np.zeros(RATE, np.float32), "silent"),
        (np.full(RATE // 3, 0.1, np.float32), "0.33 s"),
    ],
)
def test_results_that_look_like_privacy_by_failure_are_refused(made: np.ndarray, text: str) -> None:
    original = Audio(np.full(RATE, 0.1, np.float32), RATE)
    with pytest.raises(InputError, match=text):
        checked(Audio(made, RATE), original, "x")


def test_command_runs_somebody_elses_program(tmp_path: Path) -> None:
    program = tmp_path / "half.py"
    program.write_text(
        "import sys, soundfile\n"
        "x, r = soundfile.read(sys.argv[1])\n"
        "soundfile.write(sys.argv[2], x / 2, r)\n"
    )
    subject = CommandSubject(f"{sys.executable} {program} {{in}} {{out}}")
    scene = toy_scene(tmp_path, subject)
    id = scene.trials.utterances[0]
    (made,) = scene.raw([id], TRIAL)
    (original,) = scene.raw([id], ORIGINAL)
    assert np.allclose(made.samples, original.samples / 2, atol=2 / 32768)


@pytest.mark.parametrize("program", ["import sys; sys.exit('no voice')", "pass"])
def test_failing_programs_are_refused(tmp_path: Path, program: str) -> None:
    (tmp_path / "p.py").write_text(program)
    scene = toy_scene(tmp_path, CommandSubject(f"{sys.executable} {tmp_path}/p.py {{in}} {{out}}"))
    with pytest.raises(RenderError, match="no output"):
        list(scene.raw(scene.trials.utterances[:1], TRIAL))


def test_command_needs_both_places() -> None:
    with pytest.raises(InputError, match=r"\{out\}"):
        CommandSubject("program {in}")


def test_folder_has_one_draw_and_misses_loudly(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path)
    id, other = scene.trials.utterances[:2]
    folder = scene.of(FolderSubject("theirs", {id: scene.clips[id].path}))
    (made,) = folder.raw([id], TRIAL)
    (original,) = scene.raw([id], ORIGINAL)
    assert np.array_equal(made.samples, original.samples)
    with pytest.raises(InputError, match="no result for utterance"):
        list(folder.raw([other], TRIAL))
    with pytest.raises(InputError, match="draws only once"):
        list(folder.raw([id], Take("train", 1)))


def test_copy_is_the_codec_alone() -> None:
    preset = read_preset("mcadams")
    assert PresetSubject(preset).id != PresetSubject(preset, is_copy=True).id
    assert PresetSubject(preset).id != PresetSubject(read_preset("world")).id
    assert "without stages" in PresetSubject(preset, is_copy=True).name
