"""File names of lhotse's manifests: `libri_recordings_train-clean.jsonl.gz` and the like."""

from __future__ import annotations

import re
from typing import Final

from voxnym.corpora.corpus import Naming

_NAME: Final = re.compile(
    r"(?:(?P<before>.*)[_.-])?(?P<kind>recordings|supervisions|cuts)(?:[_.-](?P<after>.*))?"
    r"(?P<ending>\.jsonl(?:\.gz)?)",
    re.DOTALL,
)


def kind_of(name: str) -> str | None:
    """Which records a file holds by its name: "recordings", "supervisions", "cuts" or None.

    >>> kind_of("ami_cuts_dev.jsonl.gz"), kind_of("recordings.jsonl"), kind_of("haircuts.jsonl")
    ('cuts', 'recordings', None)
    """
    found = _NAME.fullmatch(name)
    return None if found is None else found["kind"]


def place_of(name: str, kind: str) -> str:
    """The file in which records of a kind are written again, that came in the file `name`.

    >>> place_of("cuts_dev.jsonl.gz", "cuts"), place_of("dev.jsonl", "cuts")
    ('cuts_dev.jsonl.gz', 'cuts.jsonl')
    """
    ending = ".jsonl.gz" if name.endswith(".gz") else ".jsonl"
    return name if kind_of(name) == kind and name.isprintable() else f"{kind}{ending}"


def renamed(name: str, names: Naming) -> str:
    """A manifest's file name, without what may be a person's name where names are changed."""
    found = _NAME.fullmatch(name)
    if found is None:
        return name
    part = "_".join(text for text in (found["before"], found["after"]) if text)
    new = names.recording(part) if part else part
    return name if new == part else f"{found['kind']}_{new}{found['ending']}"
