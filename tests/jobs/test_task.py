import hashlib
import io

import numpy as np
import pytest
import soundfile

import voxnym.render
from voxnym.errors import InputError, OutputError, RenderError
from voxnym.jobs.pool import prepare
from voxnym.jobs.task import Recipe, Task
from voxnym.jobs.work import run_task
from voxnym.testing import toy_speech

KEY = bytes(range(32))


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "in" / "anna.wav"
    path.parent.mkdir()
    soundfile.write(path, toy_speech(seconds=1.0).samples.T, 16000, subtype="PCM_16")
    return path


def do(path, target, *, inline=None, speaker="", **recipe):
    task = Task(
        "anna.wav", None if inline else path, target, speaker, Recipe("mcadams", "", KEY, **recipe)
    )
    job = prepare(task)
    job.claim.close()
    shares = []
    outcome = run_task(task, job.temporary, shares.append, inline)
    return outcome, job.temporary.read_bytes(), shares


def leftovers(tmp_path):
    return list(tmp_path.rglob(".voxnym-*"))


def test_the_outcome_describes_the_file(recording, tmp_path):
    outcome, data, shares = do(recording, tmp_path / "x.flac")
    assert outcome.sha256 == hashlib.sha256(data).hexdigest()
    assert outcome.size == len(data)
    assert (outcome.rate, outcome.channels, outcome.format) == (16000, 1, "flac")
    assert outcome.audio_s == 1.0
    assert outcome.cpu_s > 0
    assert max(shares) == 1.0
    samples, rate = soundfile.read(io.BytesIO(data))
    assert (samples.size, rate) == (16000, 16000)
    assert not np.array_equal(samples, soundfile.read(recording)[0])


def test_the_same_recording_and_key_give_the_same_bytes_anywhere(recording, tmp_path):
    copy = tmp_path / "elsewhere.wav"
    copy.write_bytes(recording.read_bytes())
    one, other = (do(path, tmp_path / "x.wav")[1] for path in (recording, copy))
    assert one == other
    piped = do(None, tmp_path / "x.wav", inline=io.BytesIO(recording.read_bytes()))[1]
    assert piped == one


def test_scope_file_goes_by_content_and_scope_speaker_by_name(recording, tmp_path):
    def data(**options):
        return do(recording, tmp_path / "x.wav", **options)[1]

    assert data(speaker="a") == data(speaker="b")
    assert data(speaker="a", scope="speaker") == data(speaker="a", scope="speaker")
    assert data(speaker="a", scope="speaker") != data(speaker="b", scope="speaker")
    assert data(speaker="a", scope="utterance") != data(speaker="a")


def test_a_rate_that_the_format_refuses_is_changed_and_said(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, toy_speech(seconds=1.0, rate=44100).samples.T, 44100)
    outcome, data, _ = do(path, tmp_path / "x.opus")
    assert outcome.rate == 48000
    assert any("44100" in note and "48000" in note for note in outcome.notes)
    assert soundfile.info(io.BytesIO(data)).samplerate == 48000


@pytest.mark.parametrize("content", [b"", b"just text, named .wav\n", b"RIFF\0\0\0\0WAVEjunk"])
def test_a_refused_input_leaves_nothing(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"anna\.wav"):
        do(path, tmp_path / "x.wav")
    assert leftovers(tmp_path) == []


def test_a_vanished_input_is_named(tmp_path):
    with pytest.raises(InputError, match=r"anna\.wav: is no longer there"):
        do(tmp_path / "gone.wav", tmp_path / "x.wav")
    assert leftovers(tmp_path) == []


def render_that(failure):
    def render(*arguments, **options):
        raise failure

    return render


@pytest.mark.parametrize(
    ("failure", "kind", "text"),
    [
        (OSError(28, "No space left on device"), OutputError, "no space left"),
        (PermissionError(13, "Permission denied"), OutputError, "Permission denied"),
        (MemoryError(), RenderError, "memory"),
        (FloatingPointError("overflow"), RenderError, "FloatingPointError: overflow"),
        (RenderError("the codec gave up"), RenderError, "the codec gave up"),
    ],
)
def test_every_failure_is_one_named_line_and_no_output(
    recording, tmp_path, monkeypatch, failure, kind, text
):
    monkeypatch.setattr(voxnym.render, "render", render_that(failure))
    with pytest.raises(kind) as caught:
        do(recording, tmp_path / "x.wav")
    assert str(caught.value).startswith("anna.wav: ")
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert leftovers(tmp_path) == []


def test_an_interruption_leaves_nothing(recording, tmp_path, monkeypatch):
    monkeypatch.setattr(voxnym.render, "render", render_that(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        do(recording, tmp_path / "x.wav")
    assert leftovers(tmp_path) == []


def test_an_input_that_changes_meanwhile_is_refused(recording, tmp_path, monkeypatch):
    real = voxnym.render.render

    def render(*arguments, **options):
        result = real(*arguments, **options)
        with recording.open("ab") as file:
            file.write(b"more")
        return result

    monkeypatch.setattr(voxnym.render, "render", render)
    with pytest.raises(InputError, match="changed"):
        do(recording, tmp_path / "x.wav")
    assert leftovers(tmp_path) == []


def test_the_key_is_not_shown():
    recipe = Recipe("mcadams", "", KEY)
    assert KEY.hex() not in repr(recipe)
    assert "key" not in repr(recipe)
    assert KEY.hex() not in recipe.fingerprint
