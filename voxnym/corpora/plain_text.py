"""Transcripts without times: plain text, and lines with an id in front as in Kaldi's `text`.

Source: Kaldi, "Data preparation", section "Files you need to create yourself", `text`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from voxnym.corpora.text_file import refusal
from voxnym.corpora.transcript import Cue, joined, split_words
from voxnym.errors import OutputError

if TYPE_CHECKING:
    from voxnym.corpora.corpus import Naming

# Formats whose text would pass, names, comments and all, if they were taken for plain text.
_OTHER_FORMAT = re.compile(
    r"\s*(?:[<{]|\\rtf|File type\s*=|\[Script Info\]|\[(?:ti|ar|al|by|id):|%PDF|PK\x03|;;|@UTF8"
    r"|@Begin|SPEAKER\s\S+\s|Marker\s)",
    re.IGNORECASE,
)


def plain_cues(path: str | os.PathLike[str], lines: Sequence[str]) -> list[Cue]:
    """Plain text as one cue; ends of lines and paragraphs are kept.

    Raises:
        InputError: it looks like another format.
    """
    first = next((line for line in lines if line.strip()), "")
    if _OTHER_FORMAT.match(first):
        raise refusal(path, 0, "no plain text but some other format; expected plain text, SRT, "
                      "WebVTT, CTM or Kaldi's text: export it as one of them")  # fmt: skip
    return [Cue(tuple(split_words("\n".join(lines))))]


def kaldi_cues(path: str | os.PathLike[str], lines: Sequence[str]) -> list[Cue]:
    """A cue for each line that begins with the id of an utterance.

    Raises:
        InputError: an id that stands twice.
    """
    cues: dict[str, Cue] = {}
    for number, line in enumerate(lines, 1):
        name, *rest = line.split(None, 1)[:2] or [""]
        if not name:
            continue
        if name in cues:
            raise refusal(path, number, "an id for the second time; expected each once")
        cues[name] = Cue(tuple(split_words(rest[0] if rest else "")), recording=name)
    return list(cues.values())


def plain_lines(cues: Sequence[Cue]) -> list[str]:
    """Plain text again."""
    return [joined(cue.words) for cue in cues if cue.words]


def kaldi_lines(path: str, cues: Sequence[Cue], names: Naming) -> list[str]:
    """Lines with the new ids, sorted by them in byte order as Kaldi wants them.

    Raises:
        OutputError: two ids become one.
    """
    rows: dict[str, str] = {}
    for cue in cues:
        name = names.recording(cue.recording or "")
        if name in rows:
            raise OutputError(f"{path}: two utterances have one new name; expected one each")
        rows[name] = f"{name} {joined(cue.words)}".rstrip()
    return [rows[name] for name in sorted(rows, key=str.encode)]
