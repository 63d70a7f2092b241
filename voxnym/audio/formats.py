"""What each file format can hold, and which one a name or an extension means."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from voxnym.errors import InputError, OutputError

LOWEST_RATE_HZ = 4_000
"""Below it there is no intelligible speech; a header that says so is wrong, and a system that works
by a wrong rate hides nothing."""
HIGHEST_RATE_HZ = 768_000
MAX_CHANNELS = 8

_RIFF_BYTES = 2**32 - 2**16  # chunk sizes have 32 bits; the rest is room for the headers
_WIDTHS = MappingProxyType(
    {
        "PCM_S8": "8",
        "PCM_U8": "8",
        "PCM_16": "16",
        "PCM_24": "24",
        "PCM_32": "32",
        "FLOAT": "float",
        "DOUBLE": "double",
        "ALAC_16": "16",
        "ALAC_20": "24",
        "ALAC_24": "24",
        "ALAC_32": "32",
        "DWVW_12": "16",
        "DWVW_16": "16",
        "DWVW_24": "24",
    }
)
_BYTES = MappingProxyType({"8": 1, "16": 2, "24": 3, "32": 4, "float": 4, "double": 8})


@dataclass(frozen=True)
class Format:
    """One output format.

    Args:
        name: what `--format` calls it.
        extensions: lower case, with the dot; the first is the usual one.
        major: the library's name of the container.
        subtypes: PCM width ("8", "16", "24", "32", "float", "double") to libsndfile's subtype;
            a width that is absent gets the next one that loses least.
        default_subtype: for input without a PCM width (lossy codecs, companded telephony).
        max_channels: the most that the format, or its encoder, holds.
        rates: sample rates in Hz where only some are allowed; empty where any is.
        highest_rate_hz: of formats that allow any rate.
        compression_level: libsndfile's scale, 0 best quality to 1 smallest file; None where
            nothing is lost.
        limit_bytes: of the samples; None where 64 bit sizes leave no limit in practice.
        media: whether FFmpeg's libraries write it (the extra `media`); `major` is then the name
            of the muxer, and subtypes are "AAC", "OPUS", "FLAC_16" and "FLAC_24".
        pictures: whether it holds moving pictures beside the sound.
    """

    name: str
    extensions: tuple[str, ...]
    major: str
    default_subtype: str
    subtypes: Mapping[str, str] = field(default_factory=dict)
    max_channels: int = MAX_CHANNELS
    rates: tuple[int, ...] = ()
    highest_rate_hz: int = HIGHEST_RATE_HZ
    compression_level: float | None = None
    limit_bytes: int | None = None
    media: bool = False
    pictures: bool = False

    @property
    def lossy(self) -> bool:
        """Whether what is read back differs from what was written, whatever the subtype."""
        return not self.subtypes

    def nearest_rate(self, rate: int) -> int:
        """The allowed sample rate next to `rate`, Hz; of two equally near ones the higher.

        >>> format_named("opus").nearest_rate(44100), format_named("wav").nearest_rate(44100)
        (48000, 44100)
        """
        if not self.rates:
            return min(rate, self.highest_rate_hz)
        return min(self.rates, key=lambda allowed: (abs(allowed - rate), -allowed))

    def major_for(self, channels: int, subtype: str, frames: int | None) -> str:
        """Name of the container, as libsndfile has it, for a recording of that size.

        WAV becomes the extensible kind for more than two channels, as its specification asks,
        and RF64 where it would pass 4 GB.

        Args:
            channels: number of channels.
            subtype: one of `subtypes`.
            frames: samples of one channel; None where unknown, taken as below the limit.

        Raises:
            OutputError: AIFF of more than 4 GB.
        """
        size = (frames or 0) * channels * bytes_per_sample(subtype)
        too_long = self.limit_bytes is not None and size > self.limit_bytes
        if too_long and self.name != "wav":
            raise OutputError(
                f"{self.name} holds at most 4 GB, this recording needs {size / 1e9:.1f} GB: "
                "choose wav, w64 or flac"
            )
        if too_long:
            return "RF64"
        return "WAVEX" if self.name == "wav" and channels > 2 else self.major


_RIFF_WIDTHS = MappingProxyType(
    {
        "8": "PCM_U8",
        "16": "PCM_16",
        "24": "PCM_24",
        "32": "PCM_32",
        "float": "FLOAT",
        "double": "DOUBLE",
    }
)
_AIFF_WIDTHS = MappingProxyType({**_RIFF_WIDTHS, "8": "PCM_S8"})
_FLAC_WIDTHS = MappingProxyType(
    {
        "8": "PCM_S8",
        "16": "PCM_16",
        "24": "PCM_24",
        "32": "PCM_24",
        "float": "PCM_24",
        "double": "PCM_24",
    }
)
_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)

# Levels, with what they gave on read speech, mono (libsndfile 1.2.2):
#   opus   0.88 -> 36 kbit/s per channel, at any rate
#   vorbis 0.6  -> 25 kbit/s at 8 kHz, 42 at 16, 51 at 24, 76 at 44.1 and 48 (Xiph's quality 4)
#   mp3    0.4  -> 27 kbit/s at 8 kHz, 44 at 16, 59 at 24, 82 at 44.1, 84 at 48 (LAME's V4)
# Two channels of the same voice cost 1.2 times that in vorbis and mp3, twice in opus.
FORMATS = (
    Format("wav", (".wav", ".wave"), "WAV", "PCM_16", _RIFF_WIDTHS, limit_bytes=_RIFF_BYTES),
    Format("rf64", (".rf64",), "RF64", "PCM_16", _RIFF_WIDTHS),
    Format("w64", (".w64",), "W64", "PCM_16", _RIFF_WIDTHS),
    Format(
        "aiff",
        (".aiff", ".aif", ".aifc"),
        "AIFF",
        "PCM_16",
        _AIFF_WIDTHS,
        limit_bytes=_RIFF_BYTES,
    ),
    Format("flac", (".flac",), "FLAC", "PCM_16", _FLAC_WIDTHS, highest_rate_hz=655_350),
    # Above 200 kHz libvorbis takes the whole process down instead of refusing.
    Format(
        "ogg", (".ogg", ".oga"), "OGG", "VORBIS", highest_rate_hz=192_000, compression_level=0.6
    ),
    Format("opus", (".opus",), "OGG", "OPUS", rates=_OPUS_RATES, compression_level=0.88),
    Format(
        "mp3",
        (".mp3",),
        "MP3",
        "MPEG_LAYER_III",
        max_channels=2,
        rates=_MP3_RATES,
        compression_level=0.4,
    ),
)

_AAC_RATES = (
    8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000,
)  # fmt: skip
_LOSSY_CHANNELS = 7  # PyAV 18.1 cannot hand eight to its encoders
_FLAC_16, _FLAC_24 = ("8", "16"), ("24", "32", "float", "double")
_MATROSKA: Mapping[str, Any] = MappingProxyType(
    {
        "subtypes": MappingProxyType(
            dict.fromkeys(_FLAC_16, "FLAC_16") | dict.fromkeys(_FLAC_24, "FLAC_24")
        ),
        "max_channels": MAX_CHANNELS,
    }
)


def _media(
    name: str, extensions: tuple[str, ...], muxer: str, *, pictures: bool = False, **more: Any
) -> Format:
    settings: dict[str, Any] = {"rates": _AAC_RATES, "max_channels": _LOSSY_CHANNELS, **more}
    return Format(
        name,
        extensions,
        muxer,
        settings.pop("default_subtype", "AAC"),
        media=True,
        pictures=pictures,
        **settings,
    )


MEDIA_FORMATS = (
    _media("m4a", (".m4a", ".m4b"), "ipod"),
    _media("aac", (".aac", ".adts"), "adts"),
    _media("mp4", (".mp4", ".m4v"), "mp4", pictures=True),
    _media("mov", (".mov",), "mov", pictures=True),
    _media("mka", (".mka",), "matroska", **_MATROSKA),
    _media("mkv", (".mkv",), "matroska", pictures=True, **_MATROSKA),
    _media("webm", (".webm",), "webm", pictures=True, rates=_OPUS_RATES, default_subtype="OPUS"),
)
"""What the extra `media` writes; bit rates are in `voxnym.audio.media_encode`."""

ALL_FORMATS = FORMATS + MEDIA_FORMATS

READABLE = frozenset(
    [extension for form in ALL_FORMATS for extension in form.extensions]
    + [".au", ".snd", ".caf", ".bwf"]
)
"""Extensions by which the recordings of a folder are found; reading itself looks inside."""


def printable(name: str | os.PathLike[str]) -> str:
    r"""A file name that fits on one line of a terminal, whatever bytes it is made of.

    >>> printable("a\nb.wav")
    'a\\nb.wav'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in os.fspath(name)
    )


def format_named(name: str) -> Format:
    """The format with that name.

    Raises:
        InputError: no such format; the text names the nearest one.
    """
    for form in ALL_FORMATS:
        if form.name == name.lower():
            return form
    names = [form.name for form in ALL_FORMATS]
    near = difflib.get_close_matches(name.lower(), names, n=1)
    guess = f"; did you mean {near[0]}?" if near else ""
    raise InputError(f"format={printable(name)!r}: expected one of {', '.join(names)}{guess}")


def format_for(path: str | os.PathLike[str]) -> Format:
    """The format that a file's extension means.

    Raises:
        InputError: an extension that is no output format.

    >>> format_for("talk.AIF").name
    'aiff'
    """
    extension = PurePath(path).suffix.lower()
    for form in ALL_FORMATS:
        if extension in form.extensions:
            return form
    known = " ".join(extension for form in ALL_FORMATS for extension in form.extensions)
    found = f"the extension {printable(extension)!r}" if extension else "no extension"
    raise InputError(
        f"{printable(path)}: {found} says no output format; expected one of {known}, "
        "or name the format (--format)"
    )


def subtype_for(form: Format, input_subtype: str | None) -> str:
    """The subtype in which a format keeps the PCM width of the input.

    Args:
        form: output format.
        input_subtype: libsndfile's subtype of the input, None where there is none.

    >>> subtype_for(format_named("flac"), "FLOAT"), subtype_for(format_named("wav"), "VORBIS")
    ('PCM_24', 'PCM_16')
    """
    width = _WIDTHS.get(input_subtype or "")
    return form.subtypes.get(width or "", form.default_subtype)


def bytes_per_sample(subtype: str) -> int:
    """Bytes of one sample as stored; 0 for compressed subtypes, whose size is not known before."""
    return _BYTES.get(_WIDTHS.get(subtype, ""), 0)
