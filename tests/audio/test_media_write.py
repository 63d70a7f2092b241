"""Media files of our own: length and place to the sample, equal bytes, nothing but the sound."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest

from voxnym.audio.formats import MEDIA_FORMATS, format_for, format_named, subtype_for
from voxnym.audio.open import open_source, open_writer
from voxnym.audio.read import read_audio
from voxnym.audio.resample import resample
from voxnym.audio.write import write_audio
from voxnym.errors import InputError, MissingExtraError, OutputError
from voxnym.records import Audio

pytest.importorskip("av", reason="needs PyAV, of the media extra")
from media_files import decoded, lag, probed, samples_in, snr_db, speechlike, written

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
RATES = (8_000, 16_000, 22_050, 44_100, 48_000)
CASES = [
    (form, subtype, rate)
    for form in MEDIA_FORMATS
    for subtype in sorted({form.default_subtype, *form.subtypes.values()})
    for rate in RATES
    if form.nearest_rate(rate) == rate
]
LEAST_SNR_DB = {"AAC": 12, "OPUS": 8, "FLAC_16": 75, "FLAC_24": 120}


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("form", "subtype", "rate"), CASES, ids=lambda value: getattr(value, "name", value)
)
def test_what_is_read_back_has_the_length_and_the_place_of_what_was_written(
    form, subtype, rate, channels
):
    samples = speechlike(1.2 + rate % 7 / 1000, rate, channels)
    source = open_source(io.BytesIO(written(form, samples, rate, subtype)))
    back = np.concatenate(list(source.blocks(3_333)), axis=1)
    assert back.shape == samples.shape
    assert (source.rate, source.note) == (rate, None)
    assert lag(samples[0], back[0]) == 0
    assert snr_db(samples, back) > LEAST_SNR_DB[subtype]
    # Each channel is its own, in its order.
    assert all(snr_db(a, b) > LEAST_SNR_DB[subtype] - 6 for a, b in zip(samples, back, strict=True))


@pytest.mark.parametrize("form", MEDIA_FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("count", [1, 700, 1023, 1024, 1025, 2048, 8192, 8193])
def test_any_length_is_kept(form, count):
    if form.name == "webm" and count == 1:
        pytest.skip("FFmpeg forgets the end of a file of one packet, less than 14 ms")
    samples = speechlike(1, 16_000)[:, 4_000 : 4_000 + count]
    assert samples_in(io.BytesIO(written(form, samples, 16_000))).shape == samples.shape


@pytest.mark.parametrize("form", MEDIA_FORMATS, ids=lambda form: form.name)
def test_the_same_samples_give_the_same_bytes_however_they_are_cut(form, tmp_path):
    samples = speechlike(1, 16_000, 2)
    first = written(form, samples, 16_000, cut=16_000)
    assert first == written(form, samples, 16_000, cut=997)
    # The job writes to a name that tells nothing of the format.
    path = tmp_path / ".voxnym-0123456789abcdef.tmp"
    written(form, samples, 16_000, file=path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("form", MEDIA_FORMATS, ids=lambda form: form.name)
def test_no_tool_date_or_tag_is_named(form, ffmpeg, tmp_path):
    path = tmp_path / f"a{form.extensions[0]}"
    for subtype in sorted({form.default_subtype, *form.subtypes.values()}):
        written(form, speechlike(1, 16_000), 16_000, subtype, file=path)
        told = probed(path)
        assert len(told["streams"]) == 1
        tags = {**told["format"].get("tags", {}), **told["streams"][0].get("tags", {})}
        assert {name.lower() for name in tags} <= {
            "major_brand", "minor_version", "compatible_brands", "language", "handler_name",
            "vendor_id", "duration", "encoder",
        }  # fmt: skip
        assert tags.get("handler_name", "SoundHandler") == "SoundHandler"
        # FFmpeg names itself, but neither version nor encoder.
        assert tags.get("ENCODER", tags.get("encoder", "Lavf")) == "Lavf"
        assert b"Lavc" not in path.read_bytes()


@pytest.mark.parametrize("form", MEDIA_FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_another_program_hears_the_same(form, rate, ffmpeg, tmp_path):
    samples = speechlike(1.5, rate)
    path = tmp_path / f"a{form.extensions[0]}"
    subtype = subtype_for(form, "PCM_16")
    written(form, samples, rate, subtype, file=path)
    heard = decoded(path, rate)
    # ADTS has no field for the lead-in, and older programs overlook Matroska's for AAC.
    late = (0, 1024) if form.name == "aac" else (0,)
    assert lag(samples[0], heard) in late
    assert 0 <= len(heard) - samples.shape[1] <= 2 * 1024


@pytest.mark.parametrize("form", MEDIA_FORMATS, ids=lambda form: form.name)
@pytest.mark.skipif(not DATA.is_dir(), reason="the speech collection is not here")
def test_real_speech_keeps_its_length_and_place(form):
    path = sorted((DATA / "vctk").rglob("*.flac"))[0]
    speech = read_audio(path)
    for rate in RATES:
        if form.nearest_rate(rate) == rate:
            samples = resample(speech.samples, speech.rate, rate)
            back = samples_in(io.BytesIO(written(form, samples, rate)))
            assert back.shape == samples.shape
            assert lag(samples[0], back[0]) == 0
            assert snr_db(samples, back) > 12


def test_a_lossless_original_stays_lossless_where_the_format_can():
    expected = {"mkv": "FLAC_16", "mka": "FLAC_16", "m4a": "AAC", "webm": "OPUS", "aac": "AAC"}
    for name, subtype in expected.items():
        assert subtype_for(format_named(name), "PCM_16") == subtype
    assert subtype_for(format_named("mkv"), "FLOAT") == "FLAC_24"
    assert subtype_for(format_named("mkv"), "AAC") == "AAC"
    assert format_for("x.M4B").name == "m4a"


def test_flac_in_matroska_is_exact_and_counts_what_it_limits():
    samples = np.rint(speechlike(1, 16_000) * 32_767).astype(np.float32) / 32_768
    file = io.BytesIO(written(format_named("mka"), samples, 16_000, "FLAC_16"))
    np.testing.assert_array_equal(samples_in(file), samples)
    assert open_source(file).subtype == "PCM_16"
    for name, loud in (("mka", 4), ("m4a", 2)):
        with open_writer(io.BytesIO(), format_named(name), 16_000, 1, "AAC") as writer:
            writer.write(np.array([[2.0, -1.5, 0.5] + [0.0] * 3_000], np.float32))
            writer.write(np.array([[-9.0, 1.0, 9.0]], np.float32)[:, : loud - 1])
        assert (writer.clipped, writer.frames) == (2 + loud // 2, 3_003 + loud - 1)


@pytest.mark.parametrize(("name", "channels"), [("m4a", 6), ("mkv", 5), ("webm", 7), ("mka", 8)])
def test_many_channels_stay_apart(name, channels):
    time = np.arange(24_000) / 48_000
    tones = [0.3 * np.sin(2 * np.pi * (300 + 170 * i) * time) for i in range(channels)]
    samples = np.stack(tones).astype(np.float32)
    form = format_named(name)
    subtype = "FLAC_16" if channels == 8 else None
    back = samples_in(io.BytesIO(written(form, samples, 48_000, subtype)))
    inner = slice(3_000, -3_000)
    assert all(snr_db(a[inner], b[inner]) > 15 for a, b in zip(samples, back, strict=True))


def refused(match, *arguments, **more):
    with pytest.raises(OutputError, match=match) as caught:
        open_writer(io.BytesIO(), *arguments, **more)
    assert "\n" not in str(caught.value)


def test_refusals_say_what_to_do():
    refused("11000 Hz: m4a does not hold that rate; the nearest one is 11025", *_form("m4a", 11000))
    refused("44100 Hz: webm does not hold", *_form("webm", 44_100))
    refused("m4a holds 1 to 7", *_form("m4a", 16_000, 8))
    refused("AAC holds 1 to 7; choose flac", *_form("mkv", 16_000, 8, "AAC"))
    refused("subtype='PCM_16': aac is written as one of AAC", *_form("aac", 16_000, 1, "PCM_16"))
    refused("keep='voices'", *_form("mkv", 16_000), keep=frozenset(["voices"]))


def _form(name, rate, channels=1, subtype=None):
    return format_named(name), rate, channels, subtype


@pytest.mark.parametrize("name", ["m4a", "mkv", "aac"])
def test_wrong_blocks_and_counts_are_refused(name):
    def writer(**more):
        return open_writer(io.BytesIO(), format_named(name), 16_000, 1, name="a.x", **more)

    for block in (np.zeros((2, 9)), np.zeros(9), np.full((1, 9), np.nan), np.full((1, 2), np.inf)):
        with pytest.raises(OutputError, match=r"a\.x: "), writer() as open_one:
            open_one.write(block.astype(np.float32))
    short = writer(frames=10)
    short.write(np.zeros((1, 9), np.float32))
    with pytest.raises(OutputError, match="9 frames were written, 10 announced"):
        short.close()
    short.close()
    with pytest.raises(KeyError), writer():
        raise KeyError


class FullDisk(io.BytesIO):
    def write(self, data):
        if self.tell() + len(data) > 4_000:
            raise OSError(28, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("form", MEDIA_FORMATS, ids=lambda form: form.name)
def test_a_full_disk_is_one_line(form):
    with pytest.raises(OutputError, match="the output: no space left on the disk"):
        written(form, speechlike(20, 16_000), 16_000, file=FullDisk())
    with pytest.raises(OutputError, match="no such folder"):
        open_writer("nowhere-at-all/a.mkv", form, 16_000, 1)


def test_write_audio_knows_media_formats(tmp_path):
    samples = speechlike(1, 16_000)
    write_audio(tmp_path / "a.m4a", Audio(samples, 16_000))
    assert samples_in(tmp_path / "a.m4a").shape == samples.shape
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.m4a"]


def test_without_the_library_the_line_that_installs_it_is_named(monkeypatch, tmp_path):
    path = tmp_path / "a.m4a"
    written(format_named("m4a"), speechlike(0.5, 16_000), 16_000, file=path)
    monkeypatch.setitem(sys.modules, "av", None)
    for call in (
        lambda: open_source(path),
        lambda: open_writer(io.BytesIO(), format_named("m4a"), 16_000, 1, name="b.m4a"),
    ):
        with pytest.raises(InputError, match=r'pip install "voxnym\[media\]"') as caught:
            call()
        assert isinstance(caught.value, MissingExtraError)
        assert "\n" not in str(caught.value)
