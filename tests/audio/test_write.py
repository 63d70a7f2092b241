import errno
import io
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.audio.formats import FORMATS, format_named
from voxnym.audio.read import FileSource, read_audio
from voxnym.audio.write import FileWriter, write_audio
from voxnym.errors import InputError, OutputError
from voxnym.records import Audio

BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
RATES = [8000, 16_000, 44_100, 48_000, 192_000]
CASES = [
    pytest.param(form, subtype, channels, rate, id=f"{form.name}-{subtype}-{channels}-{rate}")
    for form in FORMATS
    for subtype in sorted(set(form.subtypes.values()) or {form.default_subtype})
    for channels in (1, 2, 8)
    for rate in RATES
    if channels <= form.max_channels and form.nearest_rate(rate) == rate
]


def speechlike(channels, length, seed=0, level=0.2):
    rng = np.random.default_rng(seed)
    smooth = np.convolve(rng.standard_normal(length + 63), np.hanning(65)[1:], "valid")
    wave = smooth * level / np.abs(smooth).max(initial=1e-9)
    return np.stack([wave * (1 - 0.05 * index) for index in range(channels)]).astype(np.float32)


def written(form, rate, samples, subtype=None, cuts=(), frames=None):
    file = io.BytesIO()
    with FileWriter(file, form, rate, samples.shape[0], subtype, frames) as writer:
        for piece in np.split(samples, list(cuts), axis=1):
            writer.write(piece)
    return file, writer


@pytest.mark.parametrize(("form", "subtype", "channels", "rate"), CASES)
def test_every_format_width_channel_count_and_rate_comes_back(form, subtype, channels, rate):
    length = 9_001 if form.lossy else 1_003
    samples = speechlike(channels, length)
    file, writer = written(form, rate, samples, subtype, [1, 777], frames=length)
    source = FileSource(file)
    assert (source.rate, source.channels, source.subtype) == (rate, channels, subtype)
    assert source.format_name == form.name
    assert source.declared_frames == length == writer.frames
    back = np.concatenate(list(source.blocks()), axis=1)
    assert back.shape == samples.shape
    assert writer.clipped == 0
    assert source.note is None
    if subtype in BITS:
        np.testing.assert_allclose(back, samples, atol=0.5001 / 2 ** (BITS[subtype] - 1))
    elif subtype in ("FLOAT", "DOUBLE"):
        np.testing.assert_array_equal(back, samples)
    else:
        assert np.corrcoef(back[0], samples[0])[0, 1] > 0.9
        ratio = np.sqrt(np.mean(back**2) / np.mean(samples**2))
        assert 0.8 < ratio < 1.2


@pytest.mark.parametrize("form", [form for form in FORMATS if form.lossy], ids=lambda f: f.name)
@pytest.mark.parametrize("length", [1, 80, 160, 441, 1151, 1152, 1153, 5000, 48_000])
def test_lossy_formats_keep_the_frame_count(form, length):
    for rate in {form.nearest_rate(rate) for rate in (8000, 16_000, 44_100, 48_000)}:
        file, _ = written(form, rate, speechlike(1, length))
        assert read_audio(file).length == length, rate


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        (form.name, subtype)
        for form in FORMATS
        for subtype in sorted(set(form.subtypes.values()) & set(BITS))
    ],
)
def test_integers_come_back_bit_by_bit(name, subtype):
    bits = min(BITS[subtype], 24)  # float32 holds no more
    top = 2 ** (bits - 1)
    values = np.random.default_rng(bits).integers(-top, top, 5000)
    values[:6] = [-top, top - 1, 0, 1, -1, top - 2]
    samples = (values / top).astype(np.float32)[None]
    file, writer = written(format_named(name), 16_000, samples, subtype)
    np.testing.assert_array_equal(read_audio(file).samples, samples)
    assert writer.clipped == 0


def test_pcm_16_is_the_rounded_value():
    samples = np.array([[0.4, 0.6, -0.6, 1.5, 2.5, 40e3, -40e3, 32_767.6]], np.float32) / 32_768
    file, writer = written(format_named("wav"), 16_000, samples)
    file.seek(0)
    stored, _ = soundfile.read(file, dtype="int16")
    assert stored.tolist() == [0, 1, -1, 2, 2, 32_767, -32_768, 32_767]
    assert writer.clipped == 3


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32"])
def test_full_scale_never_turns_over(subtype):
    samples = np.array([[1.0, -1.0, 7.0, -7.0]], np.float32)
    file, writer = written(format_named("wav"), 16_000, samples, subtype)
    step = 2.0 ** (1 - BITS[subtype])
    np.testing.assert_allclose(
        read_audio(file).samples[0], [1 - step, -1, 1 - step, -1], atol=step / 4 + 6e-8
    )
    assert writer.clipped == 3


@given(st.lists(st.floats(-1.25, 1.25, width=32), min_size=1, max_size=50))
@settings(deadline=None, max_examples=50)
def test_writing_what_was_read_changes_nothing(values):
    wav = format_named("wav")
    samples = np.array([values], np.float32)
    first, _ = written(wav, 16_000, samples)
    second, writer = written(wav, 16_000, read_audio(first).samples)
    assert second.getvalue() == first.getvalue()
    assert writer.clipped == 0


def test_float_files_are_never_limited_and_lossy_ones_are_counted():
    loud = np.full((1, 4000), 1.5, np.float32)
    file, writer = written(format_named("wav"), 16_000, loud, "FLOAT")
    np.testing.assert_array_equal(read_audio(file).samples, loud)
    assert writer.clipped == 0
    assert written(format_named("opus"), 16_000, loud)[1].clipped == 4000


def test_the_same_samples_give_the_same_bytes_later_whatever_the_cuts():
    samples = speechlike(2, 20_000)
    kinds = [(form, subtype) for form in FORMATS for subtype in {*form.subtypes.values(), None}]

    def all_bytes(cuts):
        files = [written(form, 48_000, samples, subtype, cuts) for form, subtype in kinds]
        return [file.getvalue() for file, _ in files]

    first = all_bytes([5, 9000])
    time.sleep(1.05)  # time stamps in headers count seconds
    for (form, subtype), before, after in zip(kinds, first, all_bytes([12_345]), strict=True):
        assert before == after, (form.name, subtype)


def test_nothing_of_the_clock_or_a_tag_is_in_the_file():
    for form in FORMATS:
        data = written(form, 48_000, speechlike(1, 9000))[0].getvalue()
        for word in (b"LIST", b"ISFT", b"bext", b"id3 ", b"PEAK", b"DATE", b"TITLE", b"COMMENT="):
            assert word not in data, (form.name, word)


@pytest.mark.parametrize(
    ("name", "rate", "low", "high"),
    [("opus", 16_000, 20, 45), ("ogg", 16_000, 20, 80), ("mp3", 16_000, 20, 80)],
)
def test_bit_rates_suit_speech(name, rate, low, high):
    samples = speechlike(1, 10 * rate)
    size = len(written(format_named(name), rate, samples)[0].getvalue())
    assert low < size * 8 / 10 / 1000 < high


def test_wav_of_more_than_two_channels_is_extensible():
    def tag(channels):
        file, _ = written(format_named("wav"), 16_000, speechlike(channels, 100))
        return int.from_bytes(file.getvalue()[20:22], "little")

    assert (tag(2), tag(3), tag(8)) == (1, 0xFFFE, 0xFFFE)


def test_announced_size_makes_wav_rf64(tmp_path):
    writer = FileWriter(tmp_path / "a.wav", format_named("wav"), 48_000, 2, "PCM_16", 2**31)
    writer.write(speechlike(2, 100))
    with pytest.raises(OutputError, match="100 frames were written, 2147483648 announced"):
        writer.close()
    assert (tmp_path / "a.wav").read_bytes()[:4] == b"RF64"


def test_wav_of_unknown_length_stops_before_4_gb():
    writer = FileWriter(io.BytesIO(), format_named("wav"), 48_000, 2, "PCM_16")
    writer.frames = 2**30 - 2**14 - 50
    with pytest.raises(OutputError, match="beyond 4 GB, which wav does not hold; choose rf64"):
        writer.write(speechlike(2, 100))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad):
    samples = speechlike(1, 100)
    samples[0, 50] = bad
    for form in FORMATS:
        with pytest.raises(OutputError, match="not finite"):
            written(form, 48_000, samples)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype", "text"),
    [
        ("mp3", 16_000, 3, None, "mp3 holds 1 to 2; choose flac or wav"),
        ("opus", 44_100, 1, None, "the nearest one is 48000 Hz"),
        ("ogg", 400_000, 1, None, "the nearest one is 192000 Hz"),
        ("wav", 0, 1, None, "does not hold that rate"),
        ("flac", 16_000, 1, "FLOAT", "flac is written as one of PCM_16, PCM_24, PCM_S8"),
        ("wav", 16_000, 9, None, "wav holds 1 to 8"),
        ("wav", 16_000, 0, None, "wav holds 1 to 8"),
    ],
)
def test_what_a_format_does_not_hold_is_refused(name, rate, channels, subtype, text):
    with pytest.raises(OutputError, match=text):
        FileWriter(io.BytesIO(), format_named(name), rate, channels, subtype)


def test_a_block_of_another_shape_is_refused():
    writer = FileWriter(io.BytesIO(), format_named("wav"), 16_000, 2)
    with pytest.raises(OutputError, match=r"expected \(2, n\)"):
        writer.write(np.zeros((1, 4), np.float32))


class FullDisk(io.BytesIO):
    def __init__(self, room, number=errno.ENOSPC):
        super().__init__()
        self.room = room
        self.number = number

    def write(self, data):
        if self.tell() + len(data) > self.room:
            raise OSError(self.number, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("room", [0, 10, 100, 2000, 4000])
def test_a_full_disk_is_told_in_one_line(form, room, capfd):
    samples = np.random.default_rng(0).standard_normal((1, 60_000)).astype(np.float32) * 0.2

    def write():
        with FileWriter(FullDisk(room), form, 48_000, 1) as writer:
            writer.write(samples)

    with pytest.raises(OutputError, match="no space left on the disk") as caught:
        write()
    assert "\n" not in str(caught.value)
    assert "Traceback" not in capfd.readouterr().err


def test_write_audio_is_whole_or_absent(tmp_path):
    path = tmp_path / "a.flac"
    audio = Audio(speechlike(2, 1000), 16_000)
    write_audio(path, audio, subtype="PCM_24")
    np.testing.assert_allclose(read_audio(path).samples, audio.samples, atol=1e-7)
    with pytest.raises(OutputError, match="exists already"):
        write_audio(path, audio)
    write_audio(path, audio, overwrite=True)
    bad = Audio(np.full((1, 10), np.nan, np.float32), 16_000)
    with pytest.raises(OutputError, match=r"b\.wav: samples that are not finite"):
        write_audio(tmp_path / "b.wav", bad)
    with pytest.raises(OutputError, match=r"b\.opus: 44100 Hz: opus does not hold that rate"):
        write_audio(tmp_path / "b.opus", Audio(audio.samples, 44_100))
    with pytest.raises(InputError, match="says no output format"):
        write_audio(tmp_path / "b.wma", audio)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.flac"]


def test_a_path_is_written_directly(tmp_path):
    with FileWriter(tmp_path / "a.wav", format_named("wav"), 8000, 1) as writer:
        writer.write(speechlike(1, 10))
    assert FileSource(tmp_path / "a.wav").declared_frames == 10
    with pytest.raises(OutputError, match="no such folder"):
        FileWriter(Path(tmp_path / "x/a.wav"), format_named("wav"), 8000, 1)


def test_an_error_in_the_body_is_the_one_that_is_seen(tmp_path):
    with pytest.raises(KeyError), FileWriter(tmp_path / "a", format_named("flac"), 8000, 1):
        raise KeyError


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE", "PCM_16", "PCM_24"])
@pytest.mark.parametrize("name", ["a.aiff", "a.wav", "a.w64", "a.rf64"])
def test_the_shortest_recordings_come_back_whole(tmp_path, name, subtype):
    for channels, frames in [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (3, 1), (8, 1)]:
        samples = np.linspace(-0.5, 0.5, channels * frames + 1, dtype=np.float32)[1:]
        audio = Audio(samples.reshape(channels, frames), 32000)
        write_audio(tmp_path / name, audio, subtype=subtype, overwrite=True)
        back = read_audio(tmp_path / name)
        np.testing.assert_allclose(back.samples, audio.samples, rtol=0, atol=2**-15)
