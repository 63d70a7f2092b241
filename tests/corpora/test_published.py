"""Published corpora as they come out of their archives: LibriSpeech, VCTK, EMO-DB, RAVDESS."""

import json
from pathlib import Path, PurePath

import pytest

from voxnym.corpora.corpus import Made
from voxnym.corpora.reading import is_corpus, published_layout, read_corpus
from voxnym.corpora.sessions import sessions_of
from voxnym.corpora.writing import write_corpus
from voxnym.errors import InputError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the speech collection is not here")


def put(home, *paths, text=""):
    for path in paths:
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")


def manifest(folder):
    text = (SHARED / folder / "manifest.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def librispeech(tmp_path):
    home = tmp_path / "LibriSpeech"
    put(home, "test-other/367/130732/367-130732-0001.flac")
    put(home, "test-other/367/130732/367-130732-0000.flac")
    put(home, "train-clean-100/19/198/19-198-0003.flac", "train-clean-100/notes.flac")
    put(home, "test-other/367/130732/367-130732.trans.txt",
        text="367-130732-0000 LOBSTERS AND\n367-130732-0001 MANY LOBSTERS\n")  # fmt: skip
    put(home, "SPEAKERS.TXT", text="; comment\n;ID\n19   | F | train-clean-100 | 25.19 | Kara\n"
        "367  | M | test-other      |  8.00 | A | B\n")  # fmt: skip
    return home


def test_librispeech(librispeech):
    assert is_corpus(librispeech) is None
    assert published_layout(librispeech) == "librispeech"
    corpus = read_corpus(librispeech)
    assert [one.id for one in corpus.utterances] == [
        "19-198-0003", "367-130732-0000", "367-130732-0001",
    ]  # fmt: skip
    first, second = corpus.utterances[:2]
    assert (first.speaker, first.gender, first.split, first.text) == ("19", "f", "train", None)
    assert (second.speaker, second.gender, second.split) == ("367", "m", "test")
    assert second.text == "LOBSTERS AND"
    assert corpus.notes == ("1 utterances have no transcript",)
    assert sessions_of(corpus.utterances)["19-198-0003"] == "19-198"
    source = corpus.recording(second.recording).source
    assert source == librispeech / "test-other/367/130732/367-130732-0000.flac"


def test_one_subset_of_librispeech(librispeech):
    corpus = read_corpus(librispeech / "test-other")
    assert {(one.speaker, one.gender, one.split) for one in corpus.utterances} == {
        ("367", "m", "test")
    }


def test_libritts_is_another_corpus(tmp_path):
    put(tmp_path, "LibriTTS/test-clean/19/198/19_198_000000_000000.wav", "LibriTTS/SPEAKERS.txt")
    assert published_layout(tmp_path / "LibriTTS") is None
    assert published_layout(tmp_path / "LibriTTS" / "test-clean") is None


def test_a_recording_that_stands_twice_is_refused(librispeech):
    put(librispeech, "test-other/copy/367-130732-0000.flac")
    with pytest.raises(InputError, match="two recordings called 367-130732-0000"):
        read_corpus(librispeech)


def test_vctk_reads_one_microphone(tmp_path):
    for name in ("p225_001_mic1", "p225_001_mic2", "p225_002_mic1", "p225_002_mic2"):
        put(tmp_path, f"wav48_silence_trimmed/p225/{name}.flac")
    put(tmp_path, "wav48_silence_trimmed/s5/s5_001_mic1.flac")
    put(tmp_path, "txt/p225/p225_001.txt", text="Please call Stella.\n")
    put(tmp_path, "speaker-info.txt", text="ID  AGE  GENDER  ACCENTS  REGION COMMENTS\n"
        "p225  23  F    English    Southern  England\ns5  18  M  British\n")  # fmt: skip
    assert published_layout(tmp_path) == "vctk"
    corpus = read_corpus(tmp_path)
    assert [one.id for one in corpus.utterances] == ["p225_001", "p225_002", "s5_001"]
    assert all("mic1" in one.recording for one in corpus.utterances)
    assert [one.gender for one in corpus.utterances] == ["f", "f", "m"]
    assert corpus.utterances[0].text == "Please call Stella."
    assert corpus.notes[0] == "2 recordings of the other microphone are left out"
    assert sessions_of(corpus.utterances) == {}


def test_vctk_of_the_first_version(tmp_path):
    put(tmp_path, "wav48/p226/p226_003.wav", "txt/p226/p226_003.txt")
    put(tmp_path, "speaker-info.txt", text="ID  AGE  GENDER\n226  22  M    English    Surrey\n")
    (one,) = read_corpus(tmp_path).utterances
    assert (one.id, one.speaker, one.gender) == ("p226_003", "p226", "m")


def test_emodb(tmp_path):
    names = ("03a01Wa", "08b10Na", "16a07Tb", "15b03Lc", "11a05Ea", "99a01Fa", "03a03Wa")
    put(tmp_path, *(f"wav/{name}.wav" for name in names))
    assert published_layout(tmp_path) == "emodb"
    corpus = read_corpus(tmp_path)
    told = {one.id: (one.speaker, one.gender, one.emotion) for one in corpus.utterances}
    assert told == {
        "03a01Wa": ("03", "m", "anger"),
        "08b10Na": ("08", "f", "neutral"),
        "16a07Tb": ("16", "f", "sadness"),
        "15b03Lc": ("15", "m", "boredom"),
        "11a05Ea": ("11", "m", "disgust"),
        "99a01Fa": ("99", "unknown", "happiness"),
    }


def test_ravdess_leaves_songs_out(tmp_path):
    put(tmp_path, *(f"Actor_12/03-01-06-01-0{n}-0{k}-12.wav" for n in (1, 2) for k in (1, 2)))
    put(tmp_path, "Actor_11/03-01-03-02-02-01-11.wav", "Actor_12/03-02-03-01-01-01-12.wav")
    assert published_layout(tmp_path) == "ravdess"
    corpus = read_corpus(tmp_path)
    assert len(corpus.utterances) == 5
    happy, fearful = corpus.utterances[-1], corpus.utterances[0]
    assert {(one.speaker, one.gender, one.emotion) for one in (happy, fearful)} == {
        ("Actor_11", "m", "happiness"),
        ("Actor_12", "f", "fear"),
    }
    assert corpus.notes == ("1 songs are left out",)


def test_few_such_names_are_chance(tmp_path):
    put(tmp_path, "03a01Wa.wav", "talk.wav")
    assert published_layout(tmp_path) is None
    with pytest.raises(InputError, match="no corpus"):
        read_corpus(tmp_path)


def test_links_are_not_followed(librispeech, tmp_path):
    put(tmp_path, "secret/1-1-0000.flac")
    (librispeech / "test-other" / "1").symlink_to(tmp_path / "secret")
    (librispeech / "test-other" / "1-1-0001.flac").symlink_to(tmp_path / "secret/1-1-0000.flac")
    assert {one.speaker for one in read_corpus(librispeech).utterances} == {"19", "367"}


def test_it_is_written_as_a_manifest(librispeech, tmp_path):
    corpus = read_corpus(librispeech)
    made = {
        one.id: Made(PurePath(f"{number}.flac"), 16000, 16000, 1)
        for number, one in enumerate(corpus.recordings)
    }
    (tmp_path / "out").mkdir()
    write_corpus(corpus, tmp_path / "out", made)
    again = read_corpus(tmp_path / "out")
    assert [(one.id, one.gender, one.text or None) for one in again.utterances] == [
        (one.id, one.gender, one.text) for one in corpus.utterances
    ]


@needs_data
@pytest.mark.parametrize(
    ("kind", "folder", "prefix"),
    [("emodb", "emodb", "emodb-"), ("ravdess", "ravdess_nc", "ravdess-")],
)
def test_names_say_what_the_manifest_says(kind, folder, prefix):
    rows = manifest(folder)
    corpus = read_corpus(SHARED / folder, kind=kind)
    told = {prefix + one.id: (one.gender, one.text, one.emotion) for one in corpus.utterances}
    assert told == {row["id"]: (row["gender"].lower(), row["text"], row["emotion"]) for row in rows}


@needs_data
def test_librispeech_of_the_collection():
    rows = manifest("librispeech")
    corpus = read_corpus(SHARED / "librispeech", kind="librispeech")
    told = {f"ls-{one.id}": (f"ls-{one.speaker}", one.recording) for one in corpus.utterances}
    assert told == {row["id"]: (row["speaker"], row["path"]) for row in rows}
