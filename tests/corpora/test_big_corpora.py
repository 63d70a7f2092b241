"""A hundred thousand utterances take seconds, not minutes, and not all memory."""

import gzip
import json
import time
from pathlib import PurePath

import pytest

from voxnym.corpora.corpus import Made
from voxnym.corpora.kaldi_rules import violations
from voxnym.corpora.reading import read_corpus
from voxnym.corpora.writing import write_corpus

pytestmark = pytest.mark.slow
UTTERANCES, RECORDINGS, SPEAKERS = 100_000, 10_000, 1000
LIMIT_S = 12.0
"""Processor time to read, and to write; measured: about 2 s, on a slow machine 4 s."""


def named():
    return sorted(
        (f"s{n % SPEAKERS:04d}-{n:06d}", f"s{n % SPEAKERS:04d}", f"r{n % RECORDINGS:05d}",
         n // RECORDINGS * 3.0)
        for n in range(UTTERANCES)
    )  # fmt: skip


def kaldi(folder):
    rows = named()
    said = {}
    for name, speaker, _, _ in rows:
        said.setdefault(speaker, []).append(name)
    tables = {
        "wav.scp": [f"r{n:05d} wav/{n % 100}/{n}.wav" for n in range(RECORDINGS)],
        "segments": [f"{name} {of} {start} {start + 2.5}" for name, _, of, start in rows],
        "utt2spk": [f"{name} {speaker}" for name, speaker, _, _ in rows],
        "text": [f"{name} hello there how are you today" for name, _, _, _ in rows],
        "spk2utt": [f"{speaker} {' '.join(names)}" for speaker, names in said.items()],
        "spk2gender": [f"{speaker} f" for speaker in said],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n")


def lhotse(folder):
    with gzip.open(folder / "recordings.jsonl.gz", "wt", compresslevel=1) as file:
        for n in range(RECORDINGS):
            source = {"type": "file", "channels": [0], "source": f"wav/{n % 100}/{n}.wav"}
            file.write(
                json.dumps(
                    {
                        "id": f"r{n:05d}",
                        "sources": [source],
                        "duration": 30.0,
                        "sampling_rate": 16000,
                        "num_samples": 480000,
                    }
                )
                + "\n"
            )
    with gzip.open(folder / "supervisions.jsonl.gz", "wt", compresslevel=1) as file:
        for name, speaker, of, start in named():
            file.write(
                json.dumps(
                    {
                        "id": name,
                        "recording_id": of,
                        "start": start,
                        "channel": 0,
                        "duration": 2.5,
                        "text": "hello there",
                        "speaker": speaker,
                        "gender": "F",
                    }
                )
                + "\n"
            )


def manifest(folder):
    with (folder / "manifest.csv").open("w") as file:
        file.write("id,path,speaker,start,end,text\n")
        for name, speaker, of, start in named():
            file.write(f"{name},wav/{of}.wav,{speaker},{start},{start + 2.5},hello there\n")


@pytest.mark.parametrize("kind", [kaldi, lhotse, manifest])
def test_time(tmp_path, kind):
    home, out = tmp_path / "in", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    kind(home)
    began = time.process_time()
    corpus = read_corpus(home)
    read = time.process_time() - began
    assert len(corpus.utterances) == UTTERANCES
    made = {one.id: Made(PurePath(f"new/{n}.flac"), 16000, 480000, 1)
            for n, one in enumerate(corpus.recordings)}  # fmt: skip
    began = time.process_time()
    assert write_corpus(corpus, out, made) == ()
    written = time.process_time() - began
    assert read < LIMIT_S, f"{read:.1f} s to read"
    assert written < LIMIT_S, f"{written:.1f} s to write"
    print(f"{kind.__name__}: {read:.2f} s to read, {written:.2f} s to write")
    if kind is kaldi:
        assert violations(out) == ()
    began = time.process_time()
    assert sum(len(corpus.turns_of(one.id)) for one in corpus.recordings) == UTTERANCES
    assert time.process_time() - began < LIMIT_S
