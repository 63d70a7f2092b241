"""lhotse manifests of anonymous recordings.

Fields that lhotse needs are stated anew from the new audio. Custom fields, word times (alignments)
and features are of the original and are left out. Paths are relative to the new folder; lhotse
counts them from where it is started, so start it there or use `with_path_prefix`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus, Naming
from voxnym.corpora.kept import Kept, KeptCut, KeptSession, KeptUtterance
from voxnym.corpora.lhotse_names import renamed
from voxnym.corpora.lines import shown
from voxnym.errors import OutputError

_DIGITS: Final = 8
"""lhotse rounds times to this many."""


def lhotse_files(
    corpus: Corpus, kept: Kept, names: Naming
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The manifests of the new folder: those that the corpus had, sorted by id.

    Args:
        corpus: as it was read.
        kept: what of it is written.
        names: how ids are called; parts of file names too.

    Yields:
        A name, and the file's lines.
    """
    taken: set[str] = set()
    for kind, records in (
        ("recordings", ((one.id, _recording(one)) for one in kept.sessions)),
        ("supervisions", ((one.was.id, _supervision(corpus, one)) for one in kept.utterances)),
        ("cuts", ((one.was.id, _cut(corpus, one)) for one in kept.cuts)),
    ):
        for file, lines in _by_file(corpus.places.get(kind, {}), records).items():
            name = renamed(file, names)
            if name in taken or "/" in name or "\\" in name or not name.isprintable():
                raise OutputError(
                    f"{printable(corpus.home)}: the new name {shown(name)} of a manifest; expected "
                    "names without slashes, each once"
                )
            taken.add(name)
            yield name, lines


def _by_file(
    places: Mapping[str, str], records: Iterable[tuple[str, dict[str, Any]]]
) -> dict[str, list[bytes]]:
    """Lines of each file, in the order of the records; files that none is left of are not there."""
    found: dict[str, list[bytes]] = {}
    if places:
        for name, record in records:
            if name in places:
                line = _ENCODER.encode(record).encode() + b"\n"
                found.setdefault(places[name], []).append(line)
    return found


def _recording(one: KeptSession) -> dict[str, Any]:
    return {
        "id": one.name,
        "sources": [
            {"type": "file", "channels": list(numbers), "source": path}
            for path, _, numbers in one.parts
        ],
        "sampling_rate": one.rate,
        "num_samples": one.frames,
        "duration": one.seconds,
        "channel_ids": list(one.channels),
    }


def _supervision(corpus: Corpus, one: KeptUtterance, offset: float = 0.0) -> dict[str, Any]:
    """An utterance, with times from `offset`, which is the start of its cut."""
    was = one.was
    channels = one.channels or one.session.channels[:1]
    found: dict[str, Any] = {
        "id": one.name,
        "recording_id": one.session.name,
        "start": round(one.start - offset, _DIGITS) if offset else one.start,
        "duration": _rounded(one.end - one.start),
        "channel": channels[0] if len(channels) == 1 else list(channels),
    }
    optional = {
        "text": one.text,
        "language": was.language,
        "speaker": one.speaker,
        "gender": corpus.genders.get(was.gender),
    }
    found.update((name, value) for name, value in optional.items() if value is not None)
    return found


def _cut(corpus: Corpus, one: KeptCut) -> dict[str, Any]:
    several = one.was.several or len(one.channels) > 1
    return {
        "id": one.name,
        "start": one.start,
        "duration": _rounded(one.end - one.start),
        "channel": list(one.channels) if several else one.channels[0],
        "supervisions": [_supervision(corpus, each, one.start) for each in one.utterances],
        "recording": _recording(one.session),
        "type": "MultiCut" if several else "MonoCut",
    }


def _rounded(seconds: float) -> float:
    return round(seconds, _DIGITS)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
