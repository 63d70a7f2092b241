"""The text of a subtitle's cue: tags taken out, voices and inline times taken from them.

Source: W3C, WebVTT, section 6.4 "WebVTT cue text parsing rules".
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from voxnym.corpora.letters import SPACELESS
from voxnym.corpora.transcript import Word, split_words

# In WebVTT every "<" begins a tag, which lasts to the end where it is not closed.
_VTT_TAG: Final = re.compile(r"<([^>]*)(?:>|\Z)")
_SRT_TAG: Final = re.compile(r"<(/?[A-Za-z!][^<>]*)>|\{\\[^{}]*\}")
_STAMP: Final = re.compile(r"(?:([0-9]{2,6}):)?([0-9]{2}):([0-9]{2})\.([0-9]{3})")
_VOICE: Final = re.compile(r"v(?:\.[^\s]*)?[ \t\n]+(.*)", re.DOTALL)
_SPACELESS: Final = re.compile(f"[{SPACELESS}]")


@dataclasses.dataclass(frozen=True)
class _Piece:
    """Text between two tags: who speaks, and how many inline times came before."""

    text: str
    speaker: str | None
    stamps: int


def srt_words(text: str, start: float, end: float) -> list[Word]:
    """The words of a cue of SRT, each somewhere between its times; tags are dropped."""
    plain = html.unescape(_SRT_TAG.sub("", text))
    return [dataclasses.replace(word, start=start, end=end) for word in split_words(plain)]


def vtt_words(text: str, start: float, end: float) -> list[Word]:
    """The words of a cue of WebVTT with their speakers, and times of their own where it has them.

    Args:
        text: of the cue, with tags.
        start: of the cue, seconds.
        end: of the cue, seconds.
    """
    stamps: list[float] = []
    pieces = list(_pieces(text, stamps))
    edges = [start, *stamps, end]
    # Times out of order are some program's mistake: then only the cue's own are believed.
    exact = bool(stamps) and all(a <= b for a, b in pairwise(edges))
    words: list[Word] = []
    for piece in pieces:
        times = edges[piece.stamps : piece.stamps + 2] if exact else (start, end)
        for word in split_words(html.unescape(piece.text)):
            timed = dataclasses.replace(
                word, start=times[0], end=times[1], exact=exact, speaker=piece.speaker
            )
            if words and _continues(words[-1], word):
                words[-1] = _together(words[-1], timed)
            else:
                words.append(timed)
        # A space at the end of a piece stands before the first word of the next one.
    return words


def _pieces(text: str, stamps: list[float]) -> Iterator[_Piece]:
    speaker: str | None = None
    space = ""
    before = 0
    for tag in [*_VTT_TAG.finditer(text), None]:
        between = text[before : tag.start() if tag else len(text)]
        if between.strip():
            yield _Piece(space + between, speaker, len(stamps))
            space = between[len(between.rstrip()) :]
        else:
            space += between
        if tag is None:
            return
        before = tag.end()
        if stamp := _STAMP.fullmatch(tag[1]):
            hours, minutes, seconds, thousandths = (int(field or 0) for field in stamp.groups())
            seconds += hours * 3600 + minutes * 60
            stamps.append((seconds * 1000 + thousandths) / 1000)
        elif voice := _VOICE.fullmatch(tag[1]):
            speaker = " ".join(html.unescape(voice[1]).split()) or None
        elif tag[1].strip() == "/v":
            speaker = None


def _continues(before: Word, word: Word) -> bool:
    """Whether two pieces are one word that a tag divides."""
    return not (word.gap or _SPACELESS.match(before.text[-1]) or _SPACELESS.match(word.text))


def _together(before: Word, word: Word) -> Word:
    return dataclasses.replace(before, text=before.text + word.text, end=word.end)


def vtt_text(words: Sequence[Word], start: float, end: float) -> str:
    """The text of a cue for WebVTT: voices as tags, times of words inline.

    Args:
        words: speakers are written as they are here.
        start: of the cue, seconds.
        end: of the cue; times of words outside are not written.
    """
    parts: list[str] = []
    speaker: str | None = None
    latest = start
    for index, word in enumerate(words):
        gap = word.gap if index else ""
        if word.speaker != speaker:
            parts.append("</v>" if speaker else "")
            parts.append(gap)
            parts.append(f"<v {html.escape(word.speaker, quote=False)}>" if word.speaker else "")
            gap, speaker = "", word.speaker
        if word.exact and word.start is not None and latest < word.start < end:
            latest = word.start
            parts.append(f"<{clock(latest, '.')}>")
        parts.append(gap + html.escape(word.text, quote=False))
    return "".join(parts) + ("</v>" if speaker else "")


def clock(seconds: float, point: str) -> str:
    """A time as hours, minutes, seconds and thousandths.

    >>> clock(3723.5, ",")
    '01:02:03,500'
    """
    total = round(seconds * 1000)
    minutes, thousandths = divmod(total, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, rest = divmod(thousandths, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{point}{rest:03d}"
