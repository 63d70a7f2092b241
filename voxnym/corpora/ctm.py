"""CTM: a line for each word with its time, as recognisers and aligners write it.

Source: NIST sclite, "ctm" input format: file, channel, start, duration, word, confidence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from voxnym.corpora.labelled import seconds
from voxnym.corpora.names import plain
from voxnym.corpora.text_file import refusal
from voxnym.corpora.transcript import Cue, Word, split_words
from voxnym.errors import OutputError

if TYPE_CHECKING:
    from voxnym.corpora.corpus import Naming

_COMMENT = ";;"
_FIELDS = range(5, 9)
_LINE = re.compile(r"\S+\s+\S+\s+[0-9.]+\s+[0-9.]+\s+\S+(\s+(?:[0-9.]+|NA|<NA>)(\s+\S+){0,2})?\s*")


def is_ctm(line: str) -> bool:
    """Whether a line is one of CTM.

    >>> is_ctm("talk 1 0.50 0.25 hello 0.98"), is_ctm("and 1 2 3 more")
    (True, True)
    """
    return _LINE.fullmatch(line) is not None


def ctm_cues(
    path: str | os.PathLike[str], lines: Sequence[str], recording: str | None
) -> list[Cue]:
    """The words of one recording, a cue for each run of lines of one channel.

    Confidences and further columns are dropped.

    Args:
        path: the file, for errors.
        lines: of the file.
        recording: which to take where there are several.

    Raises:
        InputError: a line that is none of CTM, alternatives, or several recordings of which
            none is this one.
    """
    rows = list(_rows(path, lines))
    files = {plain(row[0]) for row in rows}
    if len(files) > 1:
        if recording is None or plain(recording) not in files:
            raise refusal(
                path, 0, f"words of {len(files)} recordings, and not clear which; expected the "
                "name of this one, without extension, among them"
            )  # fmt: skip
        rows = [row for row in rows if plain(row[0]) == plain(recording)]
    cues = []
    for (file, channel), group in groupby(rows, key=lambda row: row[:2]):
        words = tuple(row[2] for row in group)
        times = [(word.start or 0.0, word.end or 0.0) for word in words]
        first, last = min(start for start, _ in times), max(end for _, end in times)
        cues.append(Cue(words, first, last, file, channel))
    return cues


def ctm_lines(path: str, cues: Sequence[Cue], names: Naming) -> list[str]:
    """Lines with the new name of the recording and nothing but times and words.

    Raises:
        OutputError: a name with spaces.
    """
    lines = []
    for cue in cues:
        name = names.recording(cue.recording or "")
        if name.split() != [name]:
            raise OutputError(f"{path}: a name has spaces, which CTM cannot hold; expected none: "
                              "give recordings pseudonyms")  # fmt: skip
        for word in cue.words:
            start, end = word.start or 0.0, word.end or 0.0
            lines.append(f"{name} {cue.channel} {start:.3f} {end - start:.3f} {word.text}")
    return lines


def _rows(path: str | os.PathLike[str], lines: Sequence[str]) -> Iterator[tuple[str, str, Word]]:
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields or line.startswith(_COMMENT):
            continue
        if len(fields) not in _FIELDS:
            raise refusal(path, number, f"{len(fields)} fields; expected file, channel, start, "
                          "duration, word")  # fmt: skip
        if fields[2] == "*" or fields[4].startswith("<ALT"):
            raise refusal(path, number, "alternatives; expected one word at a time")
        start = seconds(path, number, fields[2])
        end = start + seconds(path, number, fields[3])
        text = "".join(word.text for word in split_words(fields[4]))
        # Channels are numbers or single letters; a longer one may be a name.
        channel = fields[1] if len(fields[1]) == 1 or fields[1].isdigit() else "1"
        if text:
            yield fields[0], channel, Word(text, " ", start, end, exact=True)
