"""What a report shows beside figures: embeddings in the plane, samples, hashes."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.clips import digest_of
from voxnym.evaluation.figures import heard_people
from voxnym.evaluation.results import Cloud, Sample
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL
from voxnym.protocols import Embedder
from voxnym.records import Audio

Floats = NDArray[np.float64]

_MOST_POINTS = 200
_SAMPLES = 4


def cloud(scene: Scene, embedder: Embedder) -> Cloud:
    """Originals and results of trial utterances by t-SNE."""
    from voxnym.evaluation.report.plots import embedded

    step = max(1, -(-len(scene.trials.utterances) // _MOST_POINTS))
    ids = scene.trials.utterances[::step]
    people = heard_people(scene.trials)[::step]
    return embedded(
        scene.table(embedder.id, embedder, ids, ORIGINAL),
        scene.table(embedder.id, embedder, ids, TRIAL),
        [int(person) for person in people],
        scene.seed % 2**31,
    )


def samples(scene: Scene, *, with_originals: bool) -> Iterator[Sample]:
    """Results of people spread over the trials, without their names; originals only if wanted."""
    step = max(1, len(scene.trials.utterances) // _SAMPLES)
    ids = scene.trials.utterances[::step][:_SAMPLES]
    originals = scene.raw(ids, ORIGINAL) if with_originals else [None] * len(ids)
    for number, (made, original) in enumerate(zip(scene.raw(ids, TRIAL), originals, strict=True)):
        yield Sample(
            f"Sample {number + 1}", _uri(made), _uri(original) if original is not None else ""
        )


def _uri(audio: Audio) -> str:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, audio.samples.T, audio.rate, format="FLAC", subtype="PCM_16")
    return f"data:audio/flac;base64,{base64.b64encode(file.getvalue()).decode()}"


@dataclass(frozen=True)
class Hashes:
    """Of what went in and what came out.

    Args:
        inputs: keyed, so that nobody can test whether a recording was among them.
        outputs: (keyed hash of the input, SHA-256 of the output's samples).
    """

    inputs: tuple[str, ...]
    outputs: tuple[tuple[str, str], ...]


def hashes(scene: Scene, key: bytes) -> Hashes:
    """Hashes of the trial utterances and their results.

    Args:
        scene: the trials.
        key: secret, thrown away afterwards unless the user keeps it.
    """
    ids = scene.trials.utterances
    keyed: Mapping[str, str] = {
        id: hashlib.blake2b(digest_of(audio).encode(), key=key, digest_size=16).hexdigest()
        for id, audio in zip(ids, scene.raw(ids, ORIGINAL), strict=True)
    }
    made = zip(ids, scene.raw(ids, TRIAL), strict=True)
    outputs = sorted((keyed[id], digest_of(audio)) for id, audio in made)
    return Hashes(tuple(sorted(keyed.values())), tuple(outputs))
