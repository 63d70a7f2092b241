"""Speech and trials of a protocol that runs on the VoicePrivacy Challenge's own folders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from voxnym.corpora.challenge import (
    Challenge,
    anonymized_folders,
    enrolments_of,
    pairs_of,
    read_sets,
)
from voxnym.corpora.sessions import sessions_of
from voxnym.corpora.trial_assembly import assembled
from voxnym.corpora.trials import Trials
from voxnym.evaluation.clips import Clip
from voxnym.evaluation.collection import Collection, joined
from voxnym.evaluation.outputs import pair_outputs
from voxnym.records import Utterance


def challenge_collection(challenge: Challenge, path: Path) -> Collection:
    """All sets that the protocol names, as corpora of one collection.

    Args:
        challenge: which sets.
        path: the challenge's folder, or its `data`.

    Raises:
        InputError: folders or files are missing (one message lists all), or cannot be right.
    """
    return joined(read_sets(path, challenge))


def challenge_trials(
    name: str, challenge: Challenge, path: Path, utterances: Mapping[str, Utterance]
) -> Trials:
    """The lists of all sets of trials as one; `Trials.of_gender` parts women and men again.

    Args:
        name: of the list.
        challenge: which sets.
        path: the challenge's folder, or its `data`.
        utterances: of the collection, by id.

    Raises:
        InputError: lists that contradict themselves, or name what is not there.
    """
    return assembled(
        name,
        enrolments_of(path, challenge.enrolments),
        pairs_of(path, challenge.trials),
        utterances,
        sessions_of(utterances.values()),
    )


def challenge_outputs(
    challenge: Challenge, path: Path, suffix: str, collection: Collection
) -> dict[str, Path]:
    """The anonymized copies, data/SET_SUFFIX/wav, of all sets that the protocol names.

    Args:
        challenge: which sets.
        path: the challenge's folder, or its `data`.
        suffix: as the challenge has it, such as "_mcadams".
        collection: the originals.

    Returns:
        Utterance id to file.

    Raises:
        InputError: a folder or a result that is missing, or results that are ambiguous.
    """
    by_set: dict[str, dict[str, Clip]] = defaultdict(dict)
    for id, name in collection.corpus_of.items():
        by_set[name][id] = collection.clips[id]
    found: dict[str, Path] = {}
    for name, folder in anonymized_folders(path, challenge.needs, suffix).items():
        found |= pair_outputs(by_set[name], folder)
    return found
