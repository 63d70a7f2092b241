"""RTTM: who speaks when, one line a turn, as diarization programs write it.

Source: NIST, Rich Transcription 2009 evaluation plan, appendix A ("RTTM file format").
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

from voxnym.corpora.labelled import Label, seconds
from voxnym.corpora.text_file import refusal

COMMENT: Final = ";;"
TYPES: Final = frozenset((
    "SPEAKER", "SPKR-INFO", "SEGMENT", "NOSCORE", "NO_RT_METADATA", "LEXEME", "NON-LEX",
    "NON-SPEECH", "FILLER", "EDIT", "IP", "CB", "SU", "A/P",
))  # fmt: skip
_ABSENT: Final = "<NA>"
_FIELDS: Final = range(8, 11)


def is_rttm(line: str) -> bool:
    r"""Whether the first line that is not blank looks like RTTM.

    >>> is_rttm("SPEAKER talk 1 0.5 1.25 <NA> <NA> anna <NA> <NA>"), is_rttm("0.5\t1.75\tanna")
    (True, False)
    """
    first, *rest = line.split(maxsplit=2) or [""]
    return line.startswith(COMMENT) or (first in TYPES and len(rest) == 2)


def rttm_labels(path: str | os.PathLike[str], lines: Sequence[str]) -> Iterator[Label]:
    """The SPEAKER lines of an RTTM file; lines of other types are skipped.

    Raises:
        InputError: a SPEAKER line with too few or too many fields, or a type that RTTM has not.
    """
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields or line.startswith(COMMENT):
            continue
        if fields[0] not in TYPES:
            raise refusal(path, number, "no line type of RTTM; expected SPEAKER, file, channel, "
                          "start, duration, …")  # fmt: skip
        if fields[0] != "SPEAKER":
            continue
        if len(fields) not in _FIELDS:
            raise refusal(path, number, f"{len(fields)} fields; expected 8 to 10: SPEAKER, file, "
                          "channel, start, duration, <NA>, <NA>, name without spaces")  # fmt: skip
        start = seconds(path, number, fields[3])
        end = start + seconds(path, number, fields[4])
        name = "" if fields[7] == _ABSENT else fields[7]
        yield Label(number, start, end, name, fields[1])
