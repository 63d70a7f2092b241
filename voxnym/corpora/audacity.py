"""Label tracks as Audacity exports them: start, end and label, separated by tabs.

Source: Audacity manual, "Importing and Exporting Labels", standard and extended format.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from voxnym.corpora.labelled import Label, seconds
from voxnym.corpora.text_file import refusal

_LABEL = re.compile(r"[-+]?[0-9][^\t]*\t[-+]?[0-9][^\t]*(\t.*)?")
_FREQUENCIES = "\\"


def is_audacity(line: str) -> bool:
    r"""Whether the first line that is not blank looks like a label of Audacity's.

    >>> is_audacity("0,500000\t1,750000\tanna"), is_audacity("start\tend\tlabel")
    (True, False)
    """
    return _LABEL.fullmatch(line) is not None


def audacity_labels(path: str | os.PathLike[str], lines: Sequence[str]) -> Iterator[Label]:
    """The labels of an exported track; their frequency ranges (lines with a backslash) are dropped.

    Raises:
        InputError: a line that is no label.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith(_FREQUENCIES):
            continue
        fields = line.split("\t", 2)
        if len(fields) < 2:
            raise refusal(path, number, "no label; expected start, tab, end, tab, label")
        start, end = (seconds(path, number, field.strip()) for field in fields[:2])
        yield Label(number, start, end, fields[2].strip() if len(fields) > 2 else "")
