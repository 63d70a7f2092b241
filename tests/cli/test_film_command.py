"""A film through the command: the picture untouched, the sound in sync, nothing else left."""

import signal

import numpy as np
import pytest

from voxnym.audio.open import open_source
from voxnym.audio.resample import resample
from voxnym.cli import main
from voxnym.inspecting.walk import inspect
from voxnym.testing import ToySpeaker, toy_speech

av = pytest.importorskip("av", reason="PyAV is not installed (extra media)")
RATE = 48000
TURNS = "0.0\t2.0\tanna\n2.5\t4.5\tbruno\n5.0\t7.0\tanna\n"
# Without any change of voice, so that what comes out can be compared sample by sample.
UNCHANGED = (
    *("--system", "mcadams", "--set", "content_mcadams.coefficient=1"),
    *("--surroundings", "keep"),
)


@pytest.fixture(autouse=True)
def _signals():
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def call(*arguments):
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return caught.value.code


def conversation():
    parts = [
        toy_speech(ToySpeaker(pitch), seconds=2.5, rate=RATE, seed=i).samples[0]
        for i, pitch in enumerate((210, 110, 210))
    ]
    return np.concatenate(parts) + 1e-3 * np.random.default_rng(0).standard_normal(
        3 * round(2.5 * RATE)
    ).astype(np.float32)


def film(path, sound, codec):
    """A moving picture with the sound, a second sound stream, chapters and tags."""
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "Interview with Anna Berg"
        picture = container.add_stream(codec, rate=25, width=160, height=96)
        if codec == "libx264":
            picture.codec_context.max_b_frames = 2
            picture.options = {"preset": "veryfast"}
        main_sound = container.add_stream("aac", rate=RATE, layout="mono")
        other = container.add_stream("aac", rate=RATE, layout="mono")
        streams = [(main_sound, sound), (other, sound[::-1].copy())]
        for i in range(round(25 * sound.size / RATE)):
            image = np.full((96, 160, 3), (3 * i) % 255, np.uint8)
            image[:, i % 160] = 255
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        for stream, samples in streams:
            for first in range(0, samples.size, 1024):
                piece = np.ascontiguousarray(samples[np.newaxis, first : first + 1024])
                frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
                frame.sample_rate, frame.pts = RATE, first
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))


def packets(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [(p.pts * p.time_base, bytes(p)) for p in container.demux(stream) if p.size]


def heard(path):
    source = open_source(path)
    return np.concatenate(list(source.blocks()), axis=1)[0], source.start_s


def lag_of(one, two):
    size = 1 << (one.size + two.size).bit_length()
    found = np.fft.irfft(np.conj(np.fft.rfft(one, size)) * np.fft.rfft(two, size))
    best = int(np.argmax(found))
    return best if best < size // 2 else best - size


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "libx264"), (".mkv", "libx264"),
                                               (".mov", "mpeg4")])  # fmt: skip
def test_a_film_of_two_people(suffix, codec, tmp_path, capsys):
    source, labels = tmp_path / f"talk{suffix}", tmp_path / "talk.txt"
    film(source, conversation(), codec)
    labels.write_text(TURNS)
    out, plain = tmp_path / f"out{suffix}", tmp_path / f"plain{suffix}"
    assert call("anonymize", source, out, "--turns", labels) == 0
    told = capsys.readouterr().err
    assert "faces" in told
    assert "1 more sound stream" in told
    assert call("anonymize", source, plain, "--turns", labels, *UNCHANGED) == 0
    assert packets(out) == packets(source)
    (before, begins), (after, starts), (same, _) = (heard(p) for p in (source, out, plain))
    assert (after.size, starts) == (before.size, begins)
    assert lag_of(before, same) == 0
    low = [resample(x[np.newaxis], RATE, 16000)[0] for x in (before, after)]
    assert abs(np.corrcoef(np.diff(low[0]), np.diff(low[1]))[0, 1]) < 0.9
    with av.open(str(out)) as container:
        kinds = sorted(stream.type for stream in container.streams)
        assert kinds == ["audio", "video"]
        assert "Anna" not in str(dict(container.metadata))
    kinds = {finding.kind.value for finding in inspect(out)}
    assert kinds <= {"name", "stream", "tool"}


def test_the_sound_alone_of_a_film(tmp_path, capsys):
    source = tmp_path / "talk.mp4"
    film(source, conversation(), "mpeg4")
    out = tmp_path / "out.flac"
    assert call("anonymize", source, out) == 0
    assert "the picture is dropped" in capsys.readouterr().err
    assert open_source(out).declared_frames == heard(source)[0].size


def test_subtitles_inside_do_not_pass_a_redaction(tmp_path, capsys):
    source = tmp_path / "talk.mp4"
    film(source, conversation(), "mpeg4")
    (tmp_path / "names.txt").write_text("1.0\t1.5\tAnna\n")
    code = call(
        "anonymize", source, tmp_path / "out.mp4", "--redact", tmp_path / "names.txt",
        "--keep", "subtitles",
    )  # fmt: skip
    assert code == 2
    assert "not redacted" in capsys.readouterr().err
    assert not (tmp_path / "out.mp4").exists()
