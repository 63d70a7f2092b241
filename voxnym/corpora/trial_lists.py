"""Trial lists as files: enrolments as JSON lines, and `speaker utterance target|nontarget`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from voxnym.corpora.json_lines import json_lines
from voxnym.corpora.lines import numbered_lines, refused, shown
from voxnym.corpora.trial_assembly import Pair, assembled
from voxnym.corpora.trials import Trials
from voxnym.records import Utterance

_LABELS = {"target": True, "nontarget": False}


def read_trials(
    name: str,
    folder: Path,
    utterances: Mapping[str, Utterance],
    sessions: Mapping[str, str],
) -> Trials:
    """The list NAME_enrol.jsonl and NAME_trials.txt of a folder.

    Args:
        name: of the list.
        folder: where both files lie.
        utterances: of the collection, by id.
        sessions: utterance id to session.

    Raises:
        InputError: a line that cannot be right, or utterances that the collection does not have.
    """
    enrolled = _enrolments(folder / f"{name}_enrol.jsonl")
    pairs = trial_lines(folder / f"{name}_trials.txt")
    return assembled(name, enrolled, pairs, utterances, sessions)


def _enrolments(file: Path) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number, row in json_lines(file):
        person, ids = row.get("speaker"), row.get("enrol")
        good = isinstance(person, str) and isinstance(ids, list) and ids
        if not good or not all(isinstance(id, str) for id in ids):  # type: ignore[union-attr]
            raise refused(file, number, 'expected {"speaker": NAME, "enrol": [UTTERANCE, …]}')
        assert isinstance(person, str)
        assert isinstance(ids, list)
        if person in found:
            raise refused(file, number, f"{shown(person)} stands there twice")
        found[person] = tuple(ids)
    return found


def trial_lines(file: Path) -> Iterator[Pair]:
    """The pairs of a list with lines SPEAKER UTTERANCE target|nontarget.

    Raises:
        InputError: another kind of line.
    """
    for number, line in numbered_lines(file):
        words = line.split()
        if not words:
            continue
        if len(words) != 3 or words[2] not in _LABELS:
            raise refused(file, number, "expected SPEAKER UTTERANCE target|nontarget")
        yield words[0], words[1], _LABELS[words[2]]


def enrolled_ids(file: Path) -> Iterator[tuple[int, str]]:
    """Line numbers and utterances of a challenge's list of enrolments, one on each line.

    Raises:
        InputError: a line with more than an id, or an id twice.
    """
    known: set[str] = set()
    for number, line in numbered_lines(file):
        words = line.split()
        if len(words) > 1:
            raise refused(file, number, "expected one utterance on each line")
        if words and words[0] in known:
            raise refused(file, number, f"{shown(words[0])} stands there twice")
        if words:
            known.add(words[0])
            yield number, words[0]
