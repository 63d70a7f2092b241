"""What the chunks of WAV files tell, in RIFF, RF64 and W64 alike.

Source: Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (LIST, cue, smpl,
DISP); EBU Tech 3285 (bext, levl, link, axml) and 3306 (RF64); iXML 3.0; AES46 (cart).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.id3 import id3_leaks
from voxnym.inspecting.shown import wording
from voxnym.inspecting.tools import tool, tools_in
from voxnym.inspecting.window import UnreadableError, Window

_QUIET: Final = frozenset(
    ("data", "avih", "strh", "strf", "dmlh", "idx1", "vprp", "seek", "slnt", "movi")
)
_PADDING: Final = frozenset(("junk", "junq", "pad", "fllr", "filr", "filler"))
_TAGS: Final = frozenset(
    ("ixml", "axml", "bxml", "_pmx", "cart", "disp", "umid", "mext", "levl", "link", "chna", "idit",
     "strn", "dbmd", "tlst")
)  # fmt: skip
_LABELS: Final = frozenset(("cue", "smpl", "inst", "plst", "acid", "strc", "marker", "labl",
                            "note", "ltxt", "file", "trkn", "regn"))  # fmt: skip
_NESTED: Final = frozenset(("hdrl", "strl", "odml", "wavl", "rec"))
_LIST_TAGS: Final = frozenset(("info", "exif", "adtl"))
_BEXT: Final = (
    ("description", 0, 256), ("originator", 256, 288), ("originator reference", 288, 320),
    ("date", 320, 330), ("time", 330, 338), ("time reference", 338, 346), ("UMID", 348, 412),
    ("reserved", 422, 602), ("coding history", 602, 602 + 4096),
)  # fmt: skip
_DEEPEST: Final = 6
_WALK = Callable[[Window], Iterator[tuple[str, Window]]]


def chunk_leaks(name: str, chunk: Window, walk: _WALK, depth: int = 0) -> Iterator[Leak]:
    """What one chunk tells.

    Args:
        name: its four characters.
        chunk: its content.
        walk: names and contents of the chunks in a window, in this file's byte order.
        depth: how many lists it lies in.
    """
    key = name.strip().lower()
    if key == "list":
        yield from _list(chunk, walk, depth)
    elif key in ("id3", "id32"):
        yield from id3_leaks(chunk, f"{name.strip()} chunk, ")
    elif key == "bext":
        yield from _bext(chunk)
    elif key == "fmt":
        yield from _format(chunk)
    elif key == "fact":
        yield from _beyond(chunk, 4, "fact")
    elif key == "ds64":
        yield from _beyond(chunk, 28, "ds64")
    elif key == "peak":
        yield from peak_leaks(chunk, "little")
    elif key in _PADDING:
        found = chunk.first_set()
        if found is not None:
            yield Leak(Kind.padding, f"{name.strip()} chunk", wording(chunk.some(found)))
    elif key not in _QUIET:
        kind = Kind.tag if key in _TAGS else Kind.label if key in _LABELS else Kind.unknown
        yield Leak(kind, f"{wording(name.encode())} chunk", wording(chunk.some(0)))
    elif key == "strh" and chunk.some(0, 4) != b"auds":
        yield Leak(Kind.stream, "strh chunk", f"a stream of kind {wording(chunk.some(0, 4))}")


def peak_leaks(chunk: Window, order: str) -> Iterator[Leak]:
    """The time of writing in a PEAK chunk."""
    stamp = int.from_bytes(chunk.some(4, 4), "big" if order == "big" else "little")
    if stamp:
        text = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        yield Leak(Kind.time, "PEAK chunk", f"written {text}")


def _list(chunk: Window, walk: _WALK, depth: int) -> Iterator[Leak]:
    kind = wording(chunk.some(0, 4))
    key = kind.strip().lower()
    inner = chunk.rest(4)
    if key == "movi":
        yield from tools_in("movi list", inner.some(0))
        return
    if depth >= _DEEPEST or key not in _LIST_TAGS | _NESTED:
        yield Leak(Kind.unknown, f"LIST {kind}", wording(inner.some(0)))
        return
    found = False
    try:
        for name, part in walk(inner):
            found = True
            where = f"{kind} {name.strip()}"
            if key in _NESTED:
                yield from chunk_leaks(name, part, walk, depth + 1)
            elif key == "adtl":
                yield Leak(Kind.label, where, wording(part.some(4)))
            elif name in ("ISFT", "ITCH"):
                yield from tool(where, wording(part.some(0)))
            else:
                yield Leak(Kind.tag, where, wording(part.some(0)))
    except UnreadableError as error:
        yield Leak(Kind.unreadable, f"LIST {kind}", f"{error}: {wording(inner.some(0))}")
    if not found and inner.first_set() is not None:
        yield Leak(Kind.unknown, f"LIST {kind}", wording(inner.some(0)))


def _bext(chunk: Window) -> Iterator[Leak]:
    empty = True
    for field, start, end in _BEXT:
        data = chunk.some(start, end - start)
        if data.strip(b"\0 \r\n"):
            empty = False
            yield Leak(Kind.tag, f"bext {field}", wording(data))
    if empty:
        yield Leak(Kind.tag, "bext chunk", "all fields are empty")


def _format(chunk: Window) -> Iterator[Leak]:
    if chunk.size < 18:
        yield from _beyond(chunk, 16, "fmt")
        return
    extra = chunk.number(16, 2)
    yield from _beyond(chunk, 18 + extra, "fmt")
    coding = int.from_bytes(chunk.some(0, 2), "little")
    if coding in (1, 3, 6, 7) and extra:
        data = chunk.some(18, extra)
        if data.strip(b"\0"):
            yield Leak(Kind.unknown, "fmt chunk", wording(data))


def _beyond(chunk: Window, size: int, name: str) -> Iterator[Leak]:
    rest = chunk.rest(size)
    if rest.first_set() is not None:
        yield Leak(Kind.unknown, f"{name} chunk", wording(rest.some(0)))
