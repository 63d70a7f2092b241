"""d-vectors of the LibriSpeech readers of the collection, all brought through one codec.

    python benchmarks/voice_vectors.py --data ../shared/data --to vectors.npz

The readers of the train and dev parts have one utterance each; those of the test parts have ten or
more. Train files are Opus, the others FLAC: those go through Opus at the same bit rate once, or a
benchmark would tell codecs apart where it means to tell voices apart.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.read import read_audio
from voxnym.audio.write import write_audio
from voxnym.evaluation.collection import Collection, read_collection
from voxnym.evaluation.embedders import load_embedder
from voxnym.records import Audio, Utterance

SINGLE = "train-clean-100-single"
"""Folder of the readers with one utterance each; the other folders hold those of the test split."""
MOST_OF_A_READER = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Vectors:
    """Labelled voices.

    Args:
        vectors: (n, dims).
        speakers: (n,) names.
        genders: (n,) "f" or "m".
        splits: (n,) "train", "dev" or "test".
        embedder: id.
    """

    vectors: Floats
    speakers: NDArray[np.str_]
    genders: NDArray[np.str_]
    splits: NDArray[np.str_]
    embedder: str


def load_vectors(file: Path) -> Vectors:
    """As `save_vectors` wrote them."""
    with np.load(file, allow_pickle=False) as held:
        return Vectors(
            np.asarray(held["vectors"], np.float64),
            held["speakers"],
            held["genders"],
            held["splits"],
            str(held["embedder"]),
        )


def save_vectors(file: Path, data: Path) -> None:
    """Embed all readers; some 70 minutes of speech."""
    import torch

    torch.set_num_threads(1)
    collection = read_collection(data / "librispeech")
    embedder = load_embedder("dvector")
    chosen = _chosen(collection)
    vectors = np.stack([embedder(_through_opus(collection.clips[u.id].path)) for u in chosen])
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        file,
        vectors=vectors,
        speakers=[str(u.speaker) for u in chosen],
        genders=[str(u.gender) for u in chosen],
        splits=[str(u.split) for u in chosen],
        embedder=embedder.id,
    )


def _chosen(collection: Collection) -> list[Utterance]:
    """Readers with one utterance each, and up to ten utterances of each test reader, by id."""
    of_reader: dict[str, int] = {}
    found = []
    for name in sorted(collection.utterances):
        utterance = collection.utterances[name]
        speaker = str(utterance.speaker)
        is_single = SINGLE in collection.clips[name].path.parts
        of_reader[speaker] = of_reader.get(speaker, 0) + (utterance.split == "test")
        if is_single or (utterance.split == "test" and of_reader[speaker] <= MOST_OF_A_READER):
            found.append(utterance)
    return found


def _through_opus(path: Path) -> Audio:
    audio = read_audio(path)
    if path.suffix == ".opus":
        return audio
    with tempfile.TemporaryDirectory() as folder:
        coded = Path(folder) / "voice.opus"
        write_audio(coded, audio)
        return read_audio(coded)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the collection")
    parser.add_argument("--to", type=Path, required=True, help="npz file to write")
    given = parser.parse_args()
    save_vectors(given.to, given.data)


if __name__ == "__main__":
    main()
