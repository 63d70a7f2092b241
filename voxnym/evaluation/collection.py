"""All speech that an evaluation may use: one corpus, or a folder of several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus, Recording
from voxnym.corpora.reading import is_corpus, published_layout, read_corpus
from voxnym.errors import InputError
from voxnym.evaluation.clips import Clip
from voxnym.records import Utterance


@dataclass(frozen=True)
class Collection:
    """Utterances of one or more corpora by id, and where their sound lies.

    Args:
        utterances: by id.
        clips: by the same ids.
        corpus_of: id to name of the corpus (its folder's name).
        seconds: id to length, where the corpora tell it.
        notes: what was left out.
    """

    utterances: Mapping[str, Utterance]
    clips: Mapping[str, Clip]
    corpus_of: Mapping[str, str]
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of_corpora(self, names: Iterable[str]) -> tuple[Utterance, ...]:
        """Utterances of some of the corpora, sorted by id."""
        wanted = set(names)
        return tuple(
            self.utterances[id] for id in sorted(self.utterances) if self.corpus_of[id] in wanted
        )

    def check_present(self, ids: Iterable[str]) -> None:
        """Look for the files of utterances before anything long begins.

        Raises:
            InputError: some are not there; it says how many and where the first should be.
        """
        needed = {self.clips[id].path for id in ids if id in self.clips}
        missing = sorted(path for path in needed if not path.is_file())
        if missing:
            raise InputError(
                f"{len(missing)} of {len(needed)} recordings are not there, first "
                f"{printable(missing[0])}"
            )


def read_collection(path: Path) -> Collection:
    """Everything below a folder that is a corpus, or holds corpora as its folders.

    Raises:
        InputError: no corpus there, or an id that stands in two of them.
    """
    if _is_any(path):
        homes = [path]
    elif path.is_dir():
        homes = sorted(each for each in path.iterdir() if each.is_dir() and _is_any(each))
    else:
        homes = []
    if not homes:
        raise InputError(
            f"{printable(path)}: no corpus; expected a folder with wav.scp (Kaldi), "
            "recordings.jsonl (lhotse) or manifest.csv, a published corpus (LibriSpeech, VCTK, "
            "EMO-DB, RAVDESS), or a folder of such folders"
        )
    return joined({home.name: read_corpus(home) for home in homes})


def joined(corpora: Mapping[str, Corpus]) -> Collection:
    """The utterances of several corpora, by name of the corpus.

    Raises:
        InputError: an id that stands in two of them.
    """
    utterances: dict[str, Utterance] = {}
    clips: dict[str, Clip] = {}
    corpus_of: dict[str, str] = {}
    seconds: dict[str, float] = {}
    notes: list[str] = []
    for name, corpus in corpora.items():
        notes += [f"{name}: {note}" for note in corpus.notes]
        for utterance, clip, length in _clips(corpus):
            if corpus_of.get(utterance.id) == name:
                continue  # heard in several recordings of one session; the first will do
            if utterance.id in utterances:
                raise InputError(
                    f"{printable(utterance.id)}: stands in {corpus_of[utterance.id]} and in "
                    f"{name}; expected ids that are unique over all corpora"
                )
            utterances[utterance.id], clips[utterance.id] = utterance, clip
            corpus_of[utterance.id] = name
            if length is not None:
                seconds[utterance.id] = length
    return Collection(utterances, clips, corpus_of, seconds, tuple(notes))


def _is_any(path: Path) -> bool:
    return is_corpus(path) is not None or published_layout(path) is not None


def _clips(corpus: Corpus) -> Iterator[tuple[Utterance, Clip, float | None]]:
    """Utterances with their place and length; those that come from a command are left out."""
    for recording in corpus.recordings:
        if recording.source is None:
            continue
        for utterance in corpus.utterances_of(recording.id):
            start, end = utterance.start or 0.0, utterance.end
            clip = Clip(recording.source, start, end, _channel(recording, utterance))
            last = recording.seconds if end is None else end
            yield utterance, clip, None if last is None else last - start


def _channel(recording: Recording, utterance: Utterance) -> int | None:
    """Number of the channel inside the file; None for the only one, or where nobody says."""
    channel = utterance.channel
    if channel is None or recording.channels == 1:
        return None
    ids = recording.channel_ids
    return ids.index(channel) if channel in ids else channel
