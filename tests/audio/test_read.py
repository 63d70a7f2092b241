import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voxnym.audio.described import RecordingInfo
from voxnym.audio.formats import FORMATS, format_named
from voxnym.audio.read import FileSource, probe, read_audio
from voxnym.audio.write import FileWriter
from voxnym.errors import InputError
from voxnym.protocols import Source

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def noise(channels=1, length=20_000, seed=0):
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal((channels, length))).astype(np.float32)


def encoded(name, samples=None, rate=16_000, subtype=None):
    samples = noise() if samples is None else samples
    file = io.BytesIO()
    with FileWriter(file, format_named(name), rate, samples.shape[0], subtype) as writer:
        writer.write(samples)
    return file.getvalue()


def outcome(data):
    """Samples, or the one-line refusal; any other exception fails the test."""
    try:
        return read_audio(io.BytesIO(data))
    except InputError as error:
        text = str(error)
    assert text.isprintable()
    return text


def refusal(file, name=None):
    with pytest.raises(InputError) as caught:
        for _ in FileSource(file, name).blocks():
            pass
    text = str(caught.value)
    assert "\n" not in text
    return text


def wav_header(rate=16_000, channels=1, bits=16, code=1, data=b"\0" * 3200, size=None):
    frame = channels * bits // 8
    fmt = struct.pack(
        "<HHIIHH", code, channels & 0xFFFF, rate, rate * frame & 0xFFFFFFFF, frame & 0xFFFF, bits
    )
    size = len(data) if size is None else size
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", min(len(body), 0xFFFFFFFF)) + body


def test_a_source_can_be_read_more_than_once(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(encoded("wav", noise(2, 200_000), subtype="FLOAT"))
    source: Source = FileSource(path)
    first, second = list(source.blocks()), list(source.blocks())
    assert [block.shape for block in first] == [(2, 65_536)] * 3 + [(2, 3392)]
    assert all(block.dtype == np.float32 and block.flags.c_contiguous for block in first)
    np.testing.assert_array_equal(np.concatenate(first, axis=1), noise(2, 200_000))
    np.testing.assert_array_equal(np.concatenate(second, axis=1), np.concatenate(first, axis=1))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_block_sizes_do_not_matter(form):
    source = FileSource(io.BytesIO(encoded(form.name, noise(2, 30_000))))
    whole = np.concatenate(list(source.blocks(10**6)), axis=1)
    assert whole.shape == (2, 30_000)
    for size in (1111, 4096, 65_536):
        parts = np.concatenate(list(source.blocks(size)), axis=1)
        np.testing.assert_array_equal(parts, whole)


def test_a_generator_left_early_closes_the_file(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(encoded("wav"))
    blocks = FileSource(path).blocks(100)
    next(blocks)
    blocks.close()
    if Path("/proc/self/fd").exists():
        assert str(path) not in {os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize(
    ("kind", "subtype", "dtype", "scale"),
    [("WAV", "PCM_16", "int16", 2**15), ("FLAC", "PCM_16", "int16", 2**15)],
)
def test_integers_scale_by_a_power_of_two(kind, subtype, dtype, scale):
    values = np.array([-32_768, -1, 0, 1, 32_767], dtype)
    file = io.BytesIO()
    soundfile.write(file, values, 8000, format=kind, subtype=subtype)
    np.testing.assert_array_equal(read_audio(file).samples[0], values / scale)


def test_probe_reads_the_header():
    info = probe(io.BytesIO(encoded("opus", noise(2, 24_000), 24_000)))
    assert info == RecordingInfo(24_000, 2, 24_000, "opus", "OPUS")
    assert info.duration_s == 1.0


@pytest.mark.parametrize("kind", ["AU", "CAF", "AIFF", "WAVEX", "RF64", "W64"])
def test_other_containers_with_a_header_are_read(kind):
    file = io.BytesIO()
    soundfile.write(file, noise()[0], 16_000, format=kind, subtype="FLOAT")
    np.testing.assert_array_equal(read_audio(file).samples, noise())


@pytest.mark.parametrize(
    "name", ["a.raw", "a.gsm", "a.vox", "a.au", "a.snd", "a.mp3", "a.sd2", "a"]
)
def test_the_extension_never_decides_how_bytes_are_read(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(bytes(range(1, 200)) * 100)
    assert "begins with" in refusal(path)
    path.write_bytes(encoded("wav", subtype="FLOAT"))
    np.testing.assert_array_equal(read_audio(path).samples, noise())


def test_refusals_say_what_was_found(tmp_path):
    folder = tmp_path / "folder.wav"
    folder.mkdir()
    empty = tmp_path / "empty.wav"
    empty.touch()
    text = tmp_path / "text.wav"
    text.write_text("Hello, this is no audio.\n")
    assert "a folder; expected a file" in refusal(folder)
    assert "missing.wav: cannot be opened (No such file" in refusal(tmp_path / "missing.wav")
    assert "empty.wav: the file is empty" in refusal(empty)
    assert "text.wav: text; expected wav" in refusal(text)
    movie = io.BytesIO(b"\0\0\0\x20ftypM4A " + bytes(100))
    assert "talk.m4a: an MP4 or M4A file; expected wav" in refusal(movie, "talk.m4a")
    assert "not a regular file" in refusal("/dev/null")
    assert "cannot be opened" in refusal("a\0b.wav")


@pytest.mark.parametrize("name", ["mp3", "flac"])
def test_a_tag_with_a_large_picture_before_the_audio_is_passed_over(name):
    data = encoded(name)
    size = 300_000
    digits = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    frame = b"APIC" + struct.pack(">I", size - 10) + b"\0\0" + bytes(size - 10)
    found = read_audio(io.BytesIO(b"ID3\3\0\0" + digits + frame + data))
    np.testing.assert_array_equal(found.samples, read_audio(io.BytesIO(data)).samples)


def test_pipes_are_refused_without_waiting(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes on this system")
    os.mkfifo(tmp_path / "a.wav")
    assert "not a regular file" in refusal(tmp_path / "a.wav")


def test_unreadable_files_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    path.write_bytes(encoded("wav"))

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "a.wav: cannot be opened (Permission denied)" in refusal(path)


def test_streams_that_cannot_seek_are_refused():
    with os.fdopen(os.pipe()[0], "rb") as pipe:
        assert "cannot seek" in refusal(pipe, "stdin")


def test_names_with_line_breaks_stay_on_one_line(tmp_path):
    path = tmp_path / "a\nb\x1b.wav"
    path.write_bytes(b"x")
    assert "a\\nb\\x1b.wav" in refusal(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2e6, -1e30])
def test_samples_beyond_reason_are_refused_with_their_place(bad):
    samples = noise(2, 100_000)
    samples[1, 80_000] = bad
    file = io.BytesIO()
    soundfile.write(file, samples.T, 16_000, format="WAV", subtype="FLOAT")
    text = refusal(file, "x.wav")
    assert text.startswith("x.wav: ")
    assert " at 5.000 s; expected finite" in text


def test_doubles_that_float32_does_not_hold_are_refused():
    file = io.BytesIO()
    soundfile.write(file, np.array([0.0, 1e300]), 16_000, format="WAV", subtype="DOUBLE")
    assert "a sample that is inf at 0.000 s" in refusal(file)


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({"rate": 1}, "1 samples per second; expected 4000 to 768000"),
        ({"rate": 0}, ""),
        ({"rate": 0xFFFFFFFF}, ""),
        ({"rate": 1_000_000}, "1000000 samples per second"),
        ({"channels": 9, "data": b"\0" * 180}, "9 channels; expected 1 to 8"),
        ({"channels": 0}, ""),
        ({"channels": 1024, "data": b"\0" * 20_480}, "1024 channels"),
        ({"channels": 65_535}, ""),
        ({"bits": 0}, ""),
        ({"code": 0x1234}, ""),
        ({"data": b""}, "holds no samples"),
        ({"size": 0}, "holds no samples"),
    ],
)
def test_absurd_headers_are_refused(header, text):
    assert text in refusal(io.BytesIO(wav_header(**header)))


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF])
def test_lengths_that_a_stream_could_not_know_are_no_reason(size):
    source = FileSource(io.BytesIO(wav_header(size=size)))
    assert sum(block.shape[1] for block in source.blocks()) == 1600
    assert source.note is None


@pytest.mark.parametrize("name", ["wav", "aiff", "w64", "rf64"])
def test_a_recording_that_ends_early_is_read_with_a_note(name):
    data = encoded(name)
    source = FileSource(io.BytesIO(data[: len(data) // 2]), "cut")
    samples = np.concatenate(list(source.blocks()), axis=1)
    assert 9_000 < samples.shape[1] < 10_100
    assert source.note is not None
    assert source.note.startswith("cut: ends early: the header declares ")
    assert FileSource(io.BytesIO(data)).note is None


def test_an_mp3_that_ends_early_is_read_with_a_note():
    data = encoded("mp3", noise(1, 100_000))
    source = FileSource(io.BytesIO(data[: len(data) // 2]))
    assert sum(block.shape[1] for block in source.blocks()) < 70_000
    assert "declares 6.25 s, the file holds" in (source.note or "")


def test_a_file_that_changes_between_passes_is_refused(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(encoded("wav"))
    source = FileSource(path)
    path.write_bytes(encoded("wav", noise(1, 30_000)))
    with pytest.raises(InputError, match="changed while it was being read"):
        list(source.blocks())
    path.unlink()
    with pytest.raises(InputError, match="cannot be opened"):
        list(source.blocks())


class BadDisk(io.BytesIO):
    def read(self, size=-1):
        if self.tell() > 8192:
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_a_disk_error_is_said(capfd):
    text = refusal(BadDisk(encoded("flac", noise(1, 300_000))), "a.flac")
    assert text.startswith("a.flac: reading failed (Input/output error)")
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("name", [form.name for form in FORMATS])
def test_any_truncation_gives_a_result_or_a_refusal(name, capfd):
    data = encoded(name, noise(2, 24_000), 48_000)
    for share in np.linspace(0, 1, 30, endpoint=False):
        found = outcome(data[: int(share * len(data))])
        assert isinstance(found, str) or found.length <= 24_000
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("name", [form.name for form in FORMATS])
def test_damaged_bytes_give_a_result_or_a_refusal(name, capfd):
    data = np.frombuffer(encoded(name, noise(1, 4_000)), np.uint8)
    rng = np.random.default_rng(len(data))
    for _ in range(40):
        damaged = data.copy()
        places = rng.integers(0, rng.choice([64, len(data)]), rng.integers(1, 12))
        damaged[places] = rng.integers(0, 256, places.size)
        outcome(damaged.tobytes())
    assert "Traceback" not in capfd.readouterr().err


def test_random_bytes_behind_every_known_start_are_survived():
    rng = np.random.default_rng(5)
    for magic in (b"RIFF\xff\xff\xff\x7fWAVEfmt ", b"FORM\0\1\0\0AIFF", b"fLaC", b"OggS\0\2"):
        for _ in range(20):
            assert isinstance(outcome(magic + rng.bytes(500)), str)


def test_a_flac_that_claims_days_takes_no_memory():
    data = bytearray(encoded("flac"))
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"  # total samples, 36 bits
    source = FileSource(io.BytesIO(bytes(data)))
    assert source.declared_frames == 2**36 - 1
    assert sum(block.shape[1] for block in source.blocks()) <= 20_000


def test_a_flac_that_does_not_say_its_length_is_read():
    data = bytearray(encoded("flac"))
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    source = FileSource(io.BytesIO(bytes(data)))
    assert source.declared_frames is None
    assert source.info.duration_s is None
    assert sum(block.shape[1] for block in source.blocks()) == 20_000


def test_too_long_for_memory_is_refused(monkeypatch):
    monkeypatch.setattr("voxnym.audio.read.MAX_SAMPLES_IN_MEMORY", 19_999)
    with pytest.raises(InputError, match="too many for memory"):
        read_audio(io.BytesIO(encoded("wav")))


@pytest.mark.parametrize("part", ["vctk", "fsdd", "commonvoice/de", "librispeech/test-other"])
def test_real_recordings_are_the_same_as_soundfile_reads(part):
    files = sorted(path for path in (DATA / part).rglob("*") if path.suffix in (".flac", ".opus"))
    if not files:
        pytest.skip(f"no speech collection at {DATA}")
    for path in files[:: max(1, len(files) // 4)]:
        audio = read_audio(path)
        expected, rate = soundfile.read(path, dtype="float32", always_2d=True)
        assert audio.rate == rate
        np.testing.assert_array_equal(audio.samples, expected.T)


@pytest.mark.parametrize("name", ["wav", "rf64", "w64", "aiff", "flac", "ogg", "opus", "mp3"])
def test_bytes_after_the_last_sample_are_no_samples(name):
    data = encoded(name)
    tagged = data + b"TAG" + b"anna".ljust(1125)
    assert np.array_equal(outcome(tagged).samples, outcome(data).samples)


def test_a_w64_chunk_after_the_samples_is_no_sample():
    data = encoded("w64", noise(length=20_001))
    chunk = b"summarylist".ljust(16) + (24 + 16).to_bytes(8, "little") + b"anna".ljust(16)
    padding = bytes(-len(data) % 8)
    assert np.array_equal(outcome(data + padding + chunk).samples, outcome(data).samples)
