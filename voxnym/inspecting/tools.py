"""Names of programs: which tell something, and which VoxNym's own encoders write anyway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened

# The releases are spelled out where the text beside the date is free. What libsndfile brings
# along depends on the installation, so that versions cannot be.
_OWN: Final = re.compile(
    r"libsndfile(-\d[\d.]{0,8})?"
    r"|reference libFLAC \d\.\d{1,2}\.\d{1,2} \d{8}"
    r"|Xiph\.Org libVorbis I \d{8} \((Reducing ?Environment|Now 100% fewer shells"
    r"|Turpakäräjiin|⛄⛄⛄⛄)\)"
    r"|libopus \d\.\d{1,2}(\.\d{1,2})?"
    r"|LAME3\.\d{2,3}[a-z.]?"
    r"|Lavf|Lavc (aac|libopus|opus|libvorbis|vorbis|libmp3lame|flac|alac|pcm_s16le|pcm_s24le)"
)
_IN_STREAM: Final = re.compile(
    rb"Lav[cf]\d[\d.]*|LAME\d\.\d{2,3}|x26[45] [ -~]{0,60}|(?:lib)?[Ff][Aa][Aa][Cc] [\d.]+"
    rb"|GOGO[ -~]{2,12}|GermanyFhG|Nero AAC[ -~]{0,40}"
)
_TOOL_KEYS: Final = re.compile(r"(?i)encod|software|tool|creator.?app|writing|muxing")


def tool(where: str, name: str) -> Iterator[Leak]:
    """A finding, unless VoxNym's own encoders write the same name."""
    name = name.strip("\0 ")
    if name and not _OWN.fullmatch(name):
        yield Leak(Kind.tool, where, shortened(name))


def names_tool(key: str) -> bool:
    """Whether a tag of that name holds the name of a program."""
    return _TOOL_KEYS.search(key) is not None


def tools_in(where: str, data: bytes) -> Iterator[Leak]:
    """Programs that sign in the coded sound itself, each once."""
    names = (match.decode("ascii") for match in _IN_STREAM.findall(data))
    for name in dict.fromkeys(names):
        yield from tool(where, name)
