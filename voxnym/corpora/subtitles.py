"""SRT and WebVTT: cues with times. Settings, styles, ids, comments and headers are left out.

Source: W3C, WebVTT, section 4 "Syntax"; SRT has no specification, files of common programs decide.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from voxnym.corpora.cue_text import clock, srt_words, vtt_text, vtt_words
from voxnym.corpora.rolling import with_first_times
from voxnym.corpora.text_file import refusal
from voxnym.corpora.transcript import Cue, Word, joined

if TYPE_CHECKING:
    from voxnym.corpora.corpus import Naming

_MOST_TAGS: Final = 20_000
SubtitleKind = Literal["srt", "vtt"]
_CLOCK: Final = r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-9]{1,2})[.,]([0-9]{1,3})"
TIMES: Final = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_BROKEN_TIMES: Final = re.compile(r"\s*[0-9][0-9:.,]*\s*-->.*")
_HEADER: Final = re.compile(r"WEBVTT(?:[ \t].*)?")
_LEFT_OUT: Final = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t].*)?")


def is_vtt(line: str) -> bool:
    """Whether the first line of a file is WebVTT's."""
    return _HEADER.fullmatch(line) is not None


@dataclass(slots=True)
class _Block:
    line: int
    start: float
    end: float
    lines: list[str] = field(default_factory=list)


def subtitle_cues(
    path: str | os.PathLike[str], lines: Sequence[str], kind: SubtitleKind
) -> list[Cue]:
    """The cues of a file, in order of time.

    Raises:
        InputError: times that are broken or end before they start, or SRT without any cue.
    """
    cues = []
    read = vtt_words if kind == "vtt" else srt_words
    for block in _blocks(path, lines, kind):
        if block.end < block.start:
            raise refusal(path, block.line, "a cue ends before it starts; expected start --> end")
        text = "\n".join(block.lines)
        if text.count("<") > _MOST_TAGS:
            raise refusal(path, block.line, f"a cue with more than {_MOST_TAGS} tags; expected "
                          "fewer: divide it")  # fmt: skip
        cues.append(Cue(tuple(read(text, block.start, block.end)), block.start, block.end))
    if not cues and kind == "srt":
        raise refusal(path, 0, "no cue with times; expected lines such as 00:00:01,000 --> "
                      "00:00:02,000")  # fmt: skip
    cues.sort(key=lambda cue: (cue.start or 0.0, cue.end or 0.0))
    return with_first_times(cues)


def subtitle_lines(cues: Sequence[Cue], kind: SubtitleKind, names: Naming) -> list[str]:
    """A file again: times, words, and in WebVTT the new names of the voices."""
    lines = ["WEBVTT", ""] if kind == "vtt" else []
    number = 0
    for cue in cues:
        if not cue.words:
            continue
        number += 1
        start, end = cue.start or 0.0, cue.end or 0.0
        point = "." if kind == "vtt" else ","
        lines += [str(number)] if kind == "srt" else []
        lines.append(f"{clock(start, point)} --> {clock(end, point)}")
        text = vtt_text(_renamed(cue.words, names), start, end) if kind == "vtt" else _srt(cue)
        lines += [*text.split("\n"), ""]
    return lines


def _renamed(words: Sequence[Word], names: Naming) -> list[Word]:
    return [
        replace(
            word, gap=word.gap[:1], speaker=names.speaker(word.speaker) if word.speaker else None
        )
        for word in words
    ]


def _srt(cue: Cue) -> str:
    # A blank line or an arrow would be taken for the next cue.
    return re.sub("\n+", "\n", joined(cue.words)).replace("-->", "→")


def _blocks(
    path: str | os.PathLike[str], lines: Sequence[str], kind: SubtitleKind
) -> Iterator[_Block]:
    """Cues as they stand in the file; in SRT text goes on after a blank line."""
    block: _Block | None = None
    closed = skipped = False
    for number, line in enumerate(lines, 1):
        if not line:
            closed, skipped = True, False
            if block and kind == "srt":
                block.lines.append("")
            continue
        if kind == "vtt" and (block is None or closed) and _LEFT_OUT.fullmatch(line):
            skipped = True
        if skipped:
            continue
        if times := TIMES.fullmatch(line):
            if block:
                yield _without_number(block) if kind == "srt" else block
            block, closed = _Block(number, *_both(times)), False
        elif _BROKEN_TIMES.fullmatch(line):
            raise refusal(path, number, "broken times; expected 00:00:01.000 --> 00:00:02.000")
        elif block and (kind == "srt" or not closed):
            block.lines.append(line)
    if block:
        yield block


def _without_number(block: _Block) -> _Block:
    """A cue of SRT without the number of the next one."""
    if block.lines and block.lines[-1].strip().isdecimal():
        block.lines.pop()
    return block


def _both(times: re.Match[str]) -> tuple[float, float]:
    fields = times.groups()
    return _seconds(*fields[:4]), _seconds(*fields[4:])


def _seconds(hours: str | None, minutes: str, whole: str, fraction: str) -> float:
    seconds = int(hours or 0) * 3600 + int(minutes) * 60 + int(whole)
    return (seconds * 1000 + int(fraction.ljust(3, "0"))) / 1000
