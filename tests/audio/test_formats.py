from pathlib import Path

import pytest
import soundfile

from voxnym.audio.formats import (
    FORMATS,
    READABLE,
    bytes_per_sample,
    format_for,
    format_named,
    printable,
    subtype_for,
)
from voxnym.errors import InputError, OutputError


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_format_is_one_that_libsndfile_writes(form):
    available = soundfile.available_subtypes(form.major)
    assert form.default_subtype in available
    assert set(form.subtypes.values()) <= set(available)
    assert form.lossy == (form.compression_level is not None)
    assert format_named(form.name.upper()) is form
    for extension in form.extensions:
        assert format_for(f"a.b{extension.upper()}") is form
        assert extension in READABLE


def test_extensions_belong_to_one_format():
    extensions = [extension for form in FORMATS for extension in form.extensions]
    assert len(extensions) == len(set(extensions))


@pytest.mark.parametrize(
    ("name", "rate", "nearest"),
    [
        ("wav", 44_100, 44_100),
        ("wav", 192_000, 192_000),
        ("opus", 44_100, 48_000),
        ("opus", 22_050, 24_000),
        ("opus", 11_025, 12_000),
        ("opus", 10_000, 12_000),
        ("opus", 32_000, 24_000),
        ("opus", 192_000, 48_000),
        ("opus", 2000, 8000),
        ("mp3", 44_100, 44_100),
        ("mp3", 96_000, 48_000),
        ("ogg", 192_000, 192_000),
        ("ogg", 384_000, 192_000),
        ("flac", 768_000, 655_350),
        ("flac", 192_000, 192_000),
    ],
)
def test_nearest_rate(name, rate, nearest):
    assert format_named(name).nearest_rate(rate) == nearest


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("wav", "PCM_U8", "PCM_U8"),
        ("wav", "PCM_S8", "PCM_U8"),
        ("wav", "PCM_24", "PCM_24"),
        ("wav", "PCM_32", "PCM_32"),
        ("wav", "DOUBLE", "DOUBLE"),
        ("wav", "ULAW", "PCM_16"),
        ("wav", "OPUS", "PCM_16"),
        ("wav", None, "PCM_16"),
        ("aiff", "PCM_U8", "PCM_S8"),
        ("flac", "PCM_U8", "PCM_S8"),
        ("flac", "PCM_32", "PCM_24"),
        ("flac", "FLOAT", "PCM_24"),
        ("w64", "FLOAT", "FLOAT"),
        ("rf64", "ALAC_20", "PCM_24"),
        ("opus", "PCM_24", "OPUS"),
        ("ogg", "FLOAT", "VORBIS"),
        ("mp3", "PCM_16", "MPEG_LAYER_III"),
    ],
)
def test_subtype_keeps_the_width(name, given, kept):
    assert subtype_for(format_named(name), given) == kept


def test_wav_becomes_rf64_beyond_4_gb():
    wav = format_named("wav")
    frames = 2**32 // 4
    assert wav.major_for(2, "PCM_16", frames - 20_000) == "WAV"
    assert wav.major_for(2, "PCM_16", frames) == "RF64"
    assert wav.major_for(8, "PCM_16", 1000) == "WAVEX"
    assert wav.major_for(8, "FLOAT", frames) == "RF64"
    assert format_named("w64").major_for(8, "DOUBLE", frames) == "W64"
    assert format_named("flac").major_for(8, "PCM_24", frames) == "FLAC"


def test_aiff_beyond_4_gb_is_refused():
    with pytest.raises(OutputError, match=r"aiff holds at most 4 GB, this recording needs 4\.3 GB"):
        format_named("aiff").major_for(2, "PCM_16", 2**30)


def test_sizes_of_samples():
    assert [bytes_per_sample(name) for name in ("PCM_S8", "PCM_24", "DOUBLE", "OPUS")] == [
        1,
        3,
        8,
        0,
    ]


def test_unknown_names_say_what_is_known():
    with pytest.raises(InputError, match=r"did you mean flac\?"):
        format_named("flak")
    with pytest.raises(InputError, match=r"the extension '\.wma' says no output format"):
        format_for(Path("talk.wma"))
    with pytest.raises(InputError, match="no extension"):
        format_for("talk")


def test_printable_names_fit_on_one_line():
    assert printable("Bär 日本.wav") == "Bär 日本.wav"
    assert printable("a\r\n\x1b[31m\udcff.wav") == "a\\r\\n\\x1b[31m\\udcff.wav"
