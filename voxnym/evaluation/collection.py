"""All speech that an evaluation may use: one corpus, or a folder of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus
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
        notes: what was left out.
    """

    utterances: Mapping[str, Utterance]
    clips: Mapping[str, Clip]
    corpus_of: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def of_corpora(self, names: Iterable[str]) -> tuple[Utterance, ...]:
        """Utterances of some of the corpora, sorted by id."""
        wanted = set(names)
        return tuple(
            self.utterances[id] for id in sorted(self.utterances) if self.corpus_of[id] in wanted
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
    notes: list[str] = []
    for name, corpus in corpora.items():
        notes += [f"{name}: {note}" for note in corpus.notes]
        for utterance, clip in _clips(corpus):
            if utterance.id in utterances:
                raise InputError(
                    f"{printable(utterance.id)}: stands in {corpus_of[utterance.id]} and in "
                    f"{name}; expected ids that are unique over all corpora"
                )
            utterances[utterance.id], clips[utterance.id] = utterance, clip
            corpus_of[utterance.id] = name
    return Collection(utterances, clips, corpus_of, tuple(notes))


def _is_any(path: Path) -> bool:
    return is_corpus(path) is not None or published_layout(path) is not None


def _clips(corpus: Corpus) -> Iterable[tuple[Utterance, Clip]]:
    """Utterances that name a person or a text, with files; commands and missing files are not."""
    for recording in corpus.recordings:
        if recording.source is None:
            continue
        for utterance in corpus.utterances_of(recording.id):
            channel = None if utterance.channel is None else _inside(recording, utterance.channel)
            clip = Clip(recording.source, utterance.start or 0.0, utterance.end, channel)
            yield utterance, clip


def _inside(recording: object, channel: int) -> int | None:
    ids: tuple[int, ...] = getattr(recording, "channel_ids", ())
    count: int | None = getattr(recording, "channels", None)
    if count == 1 or (not ids and channel == 0):
        return None
    return ids.index(channel) if channel in ids else channel
