"""The VoicePrivacy Challenge's folders: data/SET as it was, data/SET_SUFFIX anonymized.

Each set is a Kaldi data directory. A set of enrolments has a file `enrolls` with utterance ids, a
set of trials a file `trials` with lines `SPEAKER UTTERANCE target|nontarget`, a set of emotions
`utt2emo` and `spk2fold`. Nothing that these files name is run: the usual
`flac -c -d -s FILE |` in wav.scp is taken as FILE.

Source: evaluation plans of the VoicePrivacy Challenges 2020 to 2026, data preparation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voxnym.audio.formats import printable
from voxnym.corpora.kaldi_read import read_kaldi
from voxnym.corpora.kaldi_table import read_table
from voxnym.corpora.lines import is_folder, is_plain_file, refused, shown
from voxnym.corpora.tree import Tree
from voxnym.corpora.trial_lists import enrolled_ids, trial_lines
from voxnym.errors import InputError

if TYPE_CHECKING:
    from voxnym.corpora.corpus import Corpus, Recording
    from voxnym.corpora.trial_assembly import Pair

AUDIO: Final = "wav"
_ALWAYS: Final = ("wav.scp", "utt2spk", "spk2gender")
_FLAC: Final = re.compile(r"(?:\S*/)?flac(?:\s+-(?:[cds]+|-decode|-stdout|-silent))+\s+(\S+)")
_SHOWN: Final = 40


@dataclass(frozen=True)
class Challenge:
    """The sets that an evaluation reads.

    Args:
        enrolments: the set with the enrolments.
        trials: sets with trials; their lists are joined.
        training: sets that attackers learn from.
        emotion: sets with labelled emotions.
    """

    enrolments: str
    trials: tuple[str, ...]
    training: tuple[str, ...] = ()
    emotion: tuple[str, ...] = ()

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """Set to the files that it must have."""
        found: dict[str, tuple[str, ...]] = {self.enrolments: (*_ALWAYS, "enrolls")}
        found |= dict.fromkeys(self.trials, (*_ALWAYS, "trials", "text"))
        found |= dict.fromkeys(self.training, _ALWAYS)
        found |= dict.fromkeys(self.emotion, (*_ALWAYS, "utt2emo", "spk2fold"))
        return found

    @property
    def splits(self) -> dict[str, str]:
        """Set to "train" or "test"."""
        return {name: "train" if name in self.training else "test" for name in self.needs}


def data_folder(path: Path) -> Path:
    """The folder with the sets: the challenge's `data`, or the path itself."""
    inside = path / "data"
    return inside if is_folder(inside) else path


def check_sets(path: Path, challenge: Challenge) -> None:
    """Look for every folder and file before anything long begins.

    Raises:
        InputError: something is missing; one message lists all of it.
    """
    data = data_folder(path)
    missing = list(_missing(data, challenge.needs))
    if missing:
        more = f", and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise InputError(
            f"{printable(data)}: {len(missing)} folders or files of the challenge are missing: "
            f"{', '.join(missing[:_SHOWN])}{more}"
        )


def _missing(data: Path, needs: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, files in needs.items():
        if not is_folder(data / name):
            yield f"{name}/"
            continue
        yield from (f"{name}/{file}" for file in files if not is_plain_file(data / name / file))


def read_sets(path: Path, challenge: Challenge) -> dict[str, Corpus]:
    """The original sets by name; utterances of `training` have the split "train", others "test".

    Paths in wav.scp count from the set's folder or from the folder that holds `data`.

    Args:
        path: the challenge's folder, or its `data`.
        challenge: which sets.

    Raises:
        InputError: something is missing or cannot be right.
    """
    check_sets(path, challenge)
    data = data_folder(path)
    return {
        name: _read_set(data / name, data.parent, split) for name, split in challenge.splits.items()
    }


def _read_set(folder: Path, root: Path, split: str) -> Corpus:
    tree = Tree(folder, root)
    corpus = read_kaldi(folder, tree, allow_pipes=True)
    recordings = tuple(_plain(one, tree, folder / "wav.scp") for one in corpus.recordings)
    utterances = tuple(replace(one, split=split) for one in corpus.utterances)
    notes = corpus.notes
    if tree.absent:
        notes = (*notes, f"{len(tree.absent)} of {len(recordings)} recordings are not there")
    return replace(corpus, recordings=recordings, utterances=utterances, notes=notes)


def _plain(recording: Recording, tree: Tree, file: Path) -> Recording:
    """A recording whose command only unpacks FLAC, as a file."""
    if recording.command is None:
        return recording
    found = _FLAC.fullmatch(recording.command)
    if found is None:
        text = f"recording {shown(recording.id)} comes from a command, which is not run; expected "
        raise refused(file, None, f"{text}the path of a file, or 'flac -c -d -s FILE |'")
    try:
        return replace(recording, source=tree.path(found[1]), command=None)
    except ValueError as error:
        raise refused(file, None, f"recording {shown(recording.id)}: {error}") from None


def enrolments_of(path: Path, name: str) -> dict[str, tuple[str, ...]]:
    """Person to enrolment utterances of a set; several fields on a line of `enrolls` are an error.

    Raises:
        InputError: an utterance of which nobody says who speaks it.
    """
    folder = data_folder(path) / name
    speakers = read_table(folder / "utt2spk", "utterance")
    found: dict[str, list[str]] = {}
    for number, id in enrolled_ids(folder / "enrolls"):
        if id not in speakers:
            raise refused(folder / "enrolls", number, f"{shown(id)} is not in utt2spk")
        found.setdefault(speakers[id][1], []).append(id)
    return {person: tuple(sorted(ids)) for person, ids in found.items()}


def pairs_of(path: Path, names: Iterable[str]) -> Iterator[Pair]:
    """The trials of some sets, in their order.

    Raises:
        InputError: a line that cannot be right.
    """
    for name in names:
        yield from trial_lines(data_folder(path) / name / "trials")


def folds_of(path: Path, name: str) -> dict[str, str]:
    """Speaker to fold: which of the emotion classifiers has never heard that person."""
    table = read_table(data_folder(path) / name / "spk2fold", "speaker")
    return {speaker: fold for speaker, (_, fold) in table.items()}


def anonymized_folders(path: Path, names: Iterable[str], suffix: str) -> dict[str, Path]:
    """Set to the folder with its anonymized sound, data/SET_SUFFIX/wav.

    Args:
        path: the challenge's folder, or its `data`.
        names: sets.
        suffix: as the challenge has it, such as "_mcadams".

    Raises:
        InputError: a suffix that could be part of a set's name, or folders that are missing; one
            message lists all of them.
    """
    wanted = tuple(names)
    if not re.fullmatch(r"_[\w-]+", suffix) or any(suffix in name for name in wanted):
        raise InputError(
            f"suffix={shown(suffix)}: expected '_' and letters that occur in no name of a set"
        )
    data = data_folder(path)
    folders = {name: data / f"{name}{suffix}" / AUDIO for name in wanted}
    missing = [
        f"{name}{suffix}/{AUDIO}" for name, folder in folders.items() if not is_folder(folder)
    ]
    if missing:
        raise InputError(
            f"{printable(data)}: {len(missing)} anonymized folders are missing: "
            f"{', '.join(missing)}"
        )
    return folders
