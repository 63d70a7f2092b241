"""Trials as files: our two, or the challenge's data directories without sound, and a manifest.

The manifest names the seed and the digest, so that figures can be repeated.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from voxnym.audio.atomic import atomic_output
from voxnym.corpora.trials import Trials
from voxnym.errors import OutputError

MANIFEST: Final = "trials.json"
FORMAT: Final = "voxnym trials 1"
_LABELS: Final = {True: "target", False: "nontarget"}


def write_trials(
    trials: Trials, folder: Path, name: str, *, seed: int | None = None, overwrite: bool = False
) -> None:
    """Write NAME_enrol.jsonl, NAME_trials.txt and NAME_trials.json, as `read_trials` reads them.

    Args:
        trials: what to write.
        folder: made where it is not there.
        name: of the list.
        seed: of the rule that made it, for the manifest.
        overwrite: whether files may be replaced.

    Raises:
        OutputError: a file exists or cannot be written.
    """
    rows = (
        {"speaker": person, "gender": trials.genders.get(person, "unknown"), "enrol": ids}
        for person, ids in _enrolled(trials).items()
    )
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / f"{name}_enrol.jsonl",
        (json.dumps(row, ensure_ascii=False) for row in rows),
        overwrite,
    )
    _write(folder / f"{name}_trials.txt", _pairs(trials), overwrite)
    _write(folder / f"{name}_{MANIFEST}", [_manifest(trials, seed)], overwrite)


def write_challenge_lists(
    trials: Trials,
    data: Path,
    enrolments: str,
    heard: str,
    *,
    seed: int | None = None,
    overwrite: bool = False,
) -> None:
    """Write the tables of two sets of the challenge, all but wav.scp and text.

    Args:
        trials: what to write.
        data: the challenge's `data`.
        enrolments: name of the set of enrolments.
        heard: name of the set of trials.
        seed: of the rule that made it, for the manifest.
        overwrite: whether files may be replaced.

    Raises:
        OutputError: a name with blanks, which such tables cannot hold, or a file that exists or
            cannot be written.
    """
    enrolled = _enrolled(trials)
    owner = {id: person for person, ids in enrolled.items() for id in ids}
    _write(_made(data / enrolments) / "enrolls", sorted(owner), overwrite)
    _write_people(data / enrolments, owner, trials, overwrite)
    speaking = dict(zip(trials.utterances, trials.utterance_speaker, strict=True))
    _write(_made(data / heard) / "trials", _pairs(trials), overwrite)
    _write_people(data / heard, speaking, trials, overwrite)
    _write(data / heard / MANIFEST, [_manifest(trials, seed)], overwrite)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_people(
    folder: Path, speaking: Mapping[str, str], trials: Trials, overwrite: bool
) -> None:
    people = sorted(set(speaking.values()))
    unfit = [name for name in (*people, *speaking) if len(name.split()) != 1]
    if unfit:
        raise OutputError(f"{unfit[0]!r}: expected a name without blanks, for such a table")
    _write(folder / "utt2spk", (f"{id} {speaking[id]}" for id in sorted(speaking)), overwrite)
    told = {name: trials.genders.get(name, "unknown") for name in people}
    known = (f"{name} {gender}" for name, gender in told.items() if gender != "unknown")
    _write(folder / "spk2gender", known, overwrite)
    said: dict[str, list[str]] = defaultdict(list)
    for id in sorted(speaking):
        said[speaking[id]].append(id)
    _write(folder / "spk2utt", (f"{name} {' '.join(said[name])}" for name in people), overwrite)


def _enrolled(trials: Trials) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {person: [] for person in trials.speakers}
    for id, owner in zip(trials.enrolments, trials.enrolment_owner, strict=True):
        found[trials.speakers[owner]].append(id)
    return {person: sorted(ids) for person, ids in found.items()}


def _pairs(trials: Trials) -> list[str]:
    return sorted(
        f"{trials.speakers[claim]} {trials.utterances[at]} {_LABELS[bool(target)]}"
        for claim, at, target in zip(trials.claim, trials.heard, trials.target, strict=True)
    )


def _manifest(trials: Trials, seed: int | None) -> str:
    told = {
        "format": FORMAT,
        "name": trials.name,
        "seed": seed,
        "speakers": len(trials.speakers),
        "enrolments": len(trials.enrolments),
        "utterances": len(trials.utterances),
        "targets": trials.targets,
        "nontargets": trials.nontargets,
        "cross_session_targets": int((trials.cross_session & trials.target).sum()),
        "sha256": trials.digest,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _write(path: Path, lines: Iterable[str], overwrite: bool) -> None:
    with atomic_output(path, overwrite) as file:
        file.writelines(f"{line}\n".encode() for line in lines)
