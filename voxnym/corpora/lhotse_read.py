"""lhotse manifests: recordings, supervisions and cuts in JSONL, packed or not, in one folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from voxnym.corpora.corpus import Corpus, Cut, Recording
from voxnym.corpora.json_lines import first_object, json_lines
from voxnym.corpora.lhotse_names import kind_of, place_of
from voxnym.corpora.lhotse_records import CUTS, cut_of, recordings_of, utterance_of
from voxnym.corpora.lines import Budget, is_folder, is_plain_file, names_in, refused, shown
from voxnym.corpora.tree import Tree
from voxnym.errors import InputError
from voxnym.records import Gender, Utterance

_ENDINGS: Final = (".jsonl", ".jsonl.gz")
_MOST_FILES: Final = 500
_SAME_S: Final = 1e-3
"""Cuts repeat a supervision with times that were rounded once more."""


def is_lhotse(path: Path) -> bool:
    """Whether a folder holds recordings or cuts of lhotse's, or a file is one of its manifests."""
    if is_plain_file(path):
        return path.name.endswith(_ENDINGS) and _kind(_first(path)) is not None
    return any(kind_of(name) in ("recordings", "cuts") for name in names_in(path))


def read_lhotse(path: Path, tree: Tree, allow_pipes: bool = False) -> Corpus:
    """Manifests of lhotse's.

    Args:
        path: a folder with `recordings*.jsonl`, `supervisions*.jsonl`, `cuts*.jsonl` (or .gz;
            `NAME_recordings_PART.jsonl` too), or one such file. Several files of one kind, such as
            those of a training and a test set, stay apart.
        tree: where the audio may lie. lhotse itself counts relative paths from wherever it is
            started; here they count from the folder.
        allow_pipes: whether sources of type command are kept; they are not run here.

    Raises:
        InputError: a record that cannot be right; audio from the network, from memory or from an
            archive; mixed cuts; recordings with transforms.
    """
    gathered = _Gathered(tree, allow_pipes)
    budget = Budget()
    for file in _files(path):
        for number, data in json_lines(file, budget):
            try:
                gathered.add(file, data)
            except ValueError as error:
                raise refused(file, number, str(error)) from None
    return gathered.corpus(path)


@dataclass
class _Gathered:
    """What was read so far."""

    tree: Tree
    allow_pipes: bool
    sessions: dict[str, tuple[Recording, ...]] = field(default_factory=dict)
    utterances: dict[str, Utterance] = field(default_factory=dict)
    cuts: dict[str, Cut] = field(default_factory=dict)
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    _places: dict[tuple[Path, str], str] = field(default_factory=dict)
    genders: dict[Gender, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, file: Path, data: dict[str, Any]) -> None:
        """Take in one record; ValueError where it is refused."""
        kind = _kind(data)
        if kind is None:
            raise ValueError(
                f"a record of fields {shown(', '.join(data))}; expected a recording, a "
                "supervision or a cut"
            )
        if data.get("type") == "PaddingCut":
            self.counts["cuts of silence"] += 1
            return
        if kind == "recordings":
            name = self._recording(data)
        elif kind == "supervisions":
            name = self._utterance(data, utterance_of(data, self.counts))
        else:
            name = self._cut(data)
        listed = self.places.setdefault(kind, {})
        if name in listed:
            raise ValueError(
                f"id {shown(name)} stands twice; expected each once: if files of the folder "
                "overlap, name one of them"
            )
        place = self._places.get((file, kind))
        if place is None:
            place = self._places[file, kind] = place_of(file.name, kind)
        listed[name] = place

    def corpus(self, path: Path) -> Corpus:
        """All of it."""
        if not self.sessions:
            raise refused(path, None, "no recording in it; expected recordings*.jsonl or "
                                      "cuts*.jsonl beside supervisions")  # fmt: skip
        known = {one.id: one for one in self.utterances.values() if one.recording in self.sessions}
        self.counts["supervisions of unknown recordings"] = len(self.utterances) - len(known)
        recordings = {one.id: one for parts in self.sessions.values() for one in parts}
        if len(recordings) < sum(map(len, self.sessions.values())):
            raise refused(path, None, "two recordings with one id; expected each id once")
        notes = [
            f"{count} {what} are not written again"
            for what, count in sorted(self.counts.items())
            if count
        ]
        return Corpus(
            "lhotse",
            self.tree.home,
            tuple(recordings[name] for name in sorted(recordings)),
            tuple(known[name] for name in sorted(known)),
            tuple(self.cuts[name] for name in sorted(self.cuts)),
            files=tuple(sorted({one for each in self.places.values() for one in each.values()})),
            places=self.places,
            genders=self.genders,
            notes=tuple(notes),
        )

    def _recording(self, data: dict[str, Any]) -> str:
        parts = recordings_of(data, self.tree, self.allow_pipes, self.counts)
        name = parts[0].session_id
        if self.sessions.setdefault(name, parts) != parts:
            raise ValueError(
                f"recording {shown(name)} was named before with another source or length; "
                "expected one meaning of an id"
            )
        return name

    def _utterance(self, data: dict[str, Any], said: Utterance) -> str:
        other = self.utterances.setdefault(said.id, said)
        if other is not said and not _same(other, said):
            raise ValueError(
                f"supervision {shown(said.id)} was named before with other times or fields; "
                "expected one meaning of an id"
            )
        if said.gender != "unknown":
            spelled = str(data.get("gender")).strip()
            self.genders[said.gender] = min(spelled, self.genders.get(said.gender, spelled))
        return said.id

    def _cut(self, data: dict[str, Any]) -> str:
        if data.get("type") not in CUTS:
            raise ValueError(
                f"a cut of type {shown(str(data.get('type')))}, which joins several; expected "
                "MonoCut or MultiCut: write its audio out (lhotse's save_audios)"
            )
        cut, said = cut_of(data, self.counts)
        self._recording(data["recording"])
        for one, fields in zip(said, data.get("supervisions") or (), strict=True):
            self._utterance(fields, one)
        self.cuts.setdefault(cut.id, cut)
        return cut.id


def _same(a: Utterance, b: Utterance) -> bool:
    near = (
        abs((a.start or 0.0) - (b.start or 0.0)) <= _SAME_S
        and abs((a.end or 0.0) - (b.end or 0.0)) <= _SAME_S
    )
    return near and replace(a, start=b.start, end=b.end, rest=b.rest) == b


def _kind(data: dict[str, Any]) -> str | None:
    """Which manifest a record belongs to, as lhotse itself tells them apart."""
    if "sources" in data:
        return "recordings"
    kind = data.get("type")
    if isinstance(kind, str) and kind.endswith("Cut"):
        return "cuts"
    return "supervisions" if "recording_id" in data and "num_features" not in data else None


def _first(path: Path) -> dict[str, Any]:
    try:
        return first_object(path)
    except InputError:
        return {}


def _files(path: Path) -> list[Path]:
    if not is_folder(path):
        return [path]
    found = [path / name for name in names_in(path) if kind_of(name)]
    if len(found) > _MOST_FILES:
        raise refused(path, None, f"{len(found)} manifests in it; expected at most {_MOST_FILES}")
    if not found:
        text = "no manifest of lhotse's in it; expected recordings*.jsonl or cuts*.jsonl"
        raise refused(path, None, f"{text} (or .jsonl.gz)")
    return found
