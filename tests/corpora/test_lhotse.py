"""lhotse manifests, read and written, as plain JSON; lhotse itself is asked in test_with_lhotse."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lhotse_manifests import cut, lines, made, recording, source, supervision, write

from voxnym.corpora.names import PseudonymNames
from voxnym.corpora.reading import is_corpus, read_corpus
from voxnym.corpora.writing import write_corpus
from voxnym.errors import InputError, OutputError
from voxnym.keys import Key
from voxnym.records import Span


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_reading_and_writing(tmp_path, out):
    write(tmp_path / "libri_recordings_train.jsonl.gz", recording())
    write(
        tmp_path / "libri_supervisions_train.jsonl",
        supervision(text="hello", speaker="Anna Berg", gender="Female", language="en",
                    custom={"diary": "of Anna"}, alignment={"word": [["hello", 1.0, 2.0]]}),
        supervision("s0", start=9.5, duration=0.6),
    )  # fmt: skip
    assert is_corpus(tmp_path) == "lhotse"
    corpus = read_corpus(tmp_path)
    assert corpus.recordings[0].source == tmp_path / "r1.wav"
    assert corpus.turns_of("r1") == (Span(1.0, 3.0, "Anna Berg"),)
    assert corpus.utterances[1].rest == ("alignment", "custom")
    assert corpus.notes == (
        "1 alignments are not written again", "1 custom fields are not written again",
    )  # fmt: skip
    assert write_corpus(corpus, out, {"r1": made()}) == ()
    assert lines(out / "libri_recordings_train.jsonl.gz") == [{
        "id": "r1", "sources": [source("new/1.flac")], "sampling_rate": 16000,
        "num_samples": 160000, "duration": 10.0, "channel_ids": [0],
    }]  # fmt: skip
    assert lines(out / "libri_supervisions_train.jsonl") == [
        {"id": "s0", "recording_id": "r1", "start": 9.5, "duration": 0.5, "channel": 0},
        {"id": "s1", "recording_id": "r1", "start": 1.0, "duration": 2.0, "channel": 0,
         "text": "hello", "language": "en", "speaker": "Anna Berg", "gender": "Female"},
    ]  # fmt: skip
    assert b"diary" not in (out / "libri_supervisions_train.jsonl").read_bytes()


def test_packed_files_hold_no_time_and_no_name(tmp_path, out):
    write(tmp_path / "recordings.jsonl.gz", recording())
    write_corpus(read_corpus(tmp_path), out, {"r1": made()})
    first = (out / "recordings.jsonl.gz").read_bytes()
    assert first[3] == 0  # no name
    assert first[4:8] == bytes(4)  # no time
    write_corpus(read_corpus(tmp_path), out, {"r1": made()}, overwrite=True)
    assert (out / "recordings.jsonl.gz").read_bytes() == first


def test_one_file(tmp_path):
    file = write(tmp_path / "dev.jsonl", cut(supervisions=[supervision()]))
    assert is_corpus(file) == "lhotse"
    assert is_corpus(tmp_path) is None
    assert read_corpus(file).home == tmp_path
    only = write(tmp_path / "supervisions.jsonl", supervision())
    assert is_corpus(tmp_path) is None
    with pytest.raises(InputError, match="no recording"):
        read_corpus(only)


def test_cuts_become_supervisions_on_the_recording_and_cuts_again(tmp_path, out):
    said = [supervision("s1", start=-1.0, duration=2.0, speaker="anna"),
            supervision("s2", start=1.5, duration=1.0, speaker="bert")]  # fmt: skip
    write(
        tmp_path / "cuts.jsonl",
        cut(supervisions=said, features={"num_features": 80}),
        cut("c2", 0.5, 3.0, [supervision("s1", start=0.5, duration=2.0, speaker="anna")]),
    )
    corpus = read_corpus(tmp_path)
    assert corpus.turns_of("r1") == (Span(1.0, 3.0, "anna"), Span(3.5, 4.5, "bert"))
    assert corpus.notes == ("1 features are not written again",)
    write_corpus(corpus, out, {"r1": made()})
    first, second = lines(out / "cuts.jsonl")
    assert (first["start"], first["duration"], first["type"]) == (2.0, 4.0, "MonoCut")
    assert [(one["start"], one["duration"]) for one in first["supervisions"]] == [
        (-1.0, 2.0), (1.5, 1.0),
    ]  # fmt: skip
    assert second["supervisions"][0]["start"] == 0.5
    assert first["recording"]["sources"][0]["source"] == "new/1.flac"
    assert "features" not in first
    assert not (out / "recordings.jsonl").exists()


def test_renamed_everywhere(tmp_path, out):
    write(
        tmp_path / "cuts.jsonl",
        cut("anna-cut", supervisions=[supervision("anna-1", speaker="anna")]),
    )
    names = PseudonymNames(Key(bytes(32)))
    write_corpus(read_corpus(tmp_path), out, {"r1": made()}, names)
    text = (out / "cuts.jsonl").read_text()
    assert "anna" not in text
    assert "r1" not in text
    assert names.utterance("anna-1", "anna") in text


def test_a_session_of_several_files(tmp_path, out):
    session = recording("meeting", source("a.wav", [0]), source("b.wav", [2, 1]))
    write(tmp_path / "recordings.jsonl", session)
    write(tmp_path / "supervisions.jsonl",
          supervision("x", "meeting", channel=[0, 1, 2], speaker="anna"),
          supervision("y", "meeting", 4.0, channel=1, speaker="bert"),
          supervision("z", "meeting", 4.0, channel=7, speaker="carl"))  # fmt: skip
    corpus = read_corpus(tmp_path)
    assert [one.id for one in corpus.recordings] == ["meeting:0", "meeting:1"]
    assert corpus.speakers_of("meeting:0") == ("anna",)
    assert corpus.speakers_of("meeting:1") == ("anna", "bert")
    assert corpus.recording("meeting:1").channel_ids == (2, 1)
    both = {"meeting:0": made("a"), "meeting:1": made("b", channels=2)}
    notes = write_corpus(corpus, out, both)
    assert notes == ("1 utterances on channels that their recording does not have: not written",)
    (written,) = lines(out / "recordings.jsonl")
    assert written["sources"] == [source("a", [0]), source("b", [2, 1])]
    assert written["channel_ids"] == [0, 1, 2]
    assert [one["channel"] for one in lines(out / "supervisions.jsonl")] == [[0, 1, 2], 1]


def test_a_session_needs_all_of_its_files_at_one_length(tmp_path, out):
    write(tmp_path / "recordings.jsonl", recording("m", source("a"), source("b", [1])),
          recording("other"))  # fmt: skip
    corpus = read_corpus(tmp_path)
    write_corpus(corpus, out, {"m:0": made("a"), "other": made("o")})
    assert [one["id"] for one in lines(out / "recordings.jsonl")] == ["other"]
    uneven = {"m:0": made("a"), "m:1": made("b", frames=9), "other": made("o")}
    notes = write_corpus(corpus, out, uneven, overwrite=True)
    assert "differ in rate or length" in notes[0]
    assert [one["id"] for one in lines(out / "recordings.jsonl")] == ["other"]


def test_files_with_other_channels_than_the_corpus_says(tmp_path, out):
    write(tmp_path / "recordings.jsonl", recording("m", source("a.wav"), source("b.wav", [1])),
          recording("one"))  # fmt: skip
    two = {"m:0": made("a", channels=2), "m:1": made("b", channels=2), "one": made(channels=2)}
    notes = write_corpus(read_corpus(tmp_path), out, two)
    assert "other channels" in notes[0]
    (written,) = lines(out / "recordings.jsonl")
    assert (written["id"], written["channel_ids"]) == ("one", [0, 1])


def test_new_names_are_sorted(tmp_path, out):
    ids = [f"{n:03d}" for n in range(40)]
    write(tmp_path / "cuts.jsonl", *(cut(f"c{n}") for n in ids))
    write(tmp_path / "recordings.jsonl", *(recording(f"r{n}") for n in ids))
    new = {one: made(one) for one in ("r1", *(f"r{n}" for n in ids))}
    write_corpus(read_corpus(tmp_path), out, new, PseudonymNames(Key(bytes(32))))
    for name in ("cuts.jsonl", "recordings.jsonl"):
        found = [one["id"] for one in lines(out / name)]
        assert len(found) == 40
        assert found == sorted(found)


def test_parts_of_a_corpus_stay_apart(tmp_path, out):
    for name, part in (("r1", "train"), ("r2", "anna")):
        write(tmp_path / f"x_recordings_{part}.jsonl", recording(name))
        write(tmp_path / f"x_supervisions_{part}.jsonl", supervision(f"s-{name}", name))
    corpus = read_corpus(tmp_path)
    both = {"r1": made("1"), "r2": made("2")}
    write_corpus(corpus, out, both)
    assert sorted(one.name for one in out.iterdir()) == [
        "x_recordings_anna.jsonl", "x_recordings_train.jsonl", "x_supervisions_anna.jsonl",
        "x_supervisions_train.jsonl",
    ]  # fmt: skip
    assert [one["id"] for one in lines(out / "x_recordings_anna.jsonl")] == ["r2"]
    assert [one["id"] for one in lines(out / "x_supervisions_anna.jsonl")] == ["s-r2"]
    names = PseudonymNames(Key(bytes(32)))
    (out / "new").mkdir()
    write_corpus(corpus, out / "new", {"r2": both["r2"]}, names)
    part = names.recording("x_anna")
    assert sorted(one.name for one in (out / "new").iterdir()) == [
        f"recordings_{part}.jsonl", f"supervisions_{part}.jsonl",
    ]  # fmt: skip


def test_two_parts_with_one_new_name(tmp_path, out):
    write(tmp_path / "x_recordings.jsonl", recording("r1"))
    write(tmp_path / "recordings_x.jsonl", recording("r2"))
    both = {"r1": made("1"), "r2": made("2")}
    with pytest.raises(OutputError, match="each once"):
        write_corpus(read_corpus(tmp_path), out, both, PseudonymNames(Key(bytes(32))))
    assert list(out.iterdir()) == []
    write_corpus(read_corpus(tmp_path), out, both)
    assert len(list(out.iterdir())) == 2


def test_silence_and_unknown_recordings_are_left_out(tmp_path):
    write(tmp_path / "cuts.jsonl", cut(),
          {"id": "p", "duration": 1.0, "sampling_rate": 8000, "type": "PaddingCut"})  # fmt: skip
    write(tmp_path / "supervisions.jsonl", supervision("x", "elsewhere"))
    corpus = read_corpus(tmp_path)
    assert corpus.utterances == ()
    assert corpus.notes == (
        "1 cuts of silence are not written again",
        "1 supervisions of unknown recordings are not written again",
    )


def test_commands_are_kept_only_if_allowed(tmp_path):
    write(tmp_path / "recordings.jsonl", recording("r1", source("cat x.wav", kind="command")))
    with pytest.raises(InputError, match=r"recordings\.jsonl:1: .*command"):
        read_corpus(tmp_path)
    found = read_corpus(tmp_path, allow_pipes=True).recordings[0]
    assert (found.source, found.command) == (None, "cat x.wav")


ID = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)
TIME = st.floats(0, 1000).map(lambda x: round(x, 6))
SAID = st.fixed_dictionaries(
    {"start": TIME, "duration": TIME.filter(bool)},
    optional={
        "text": st.text(st.characters(codec="utf-8"), max_size=20),
        "speaker": ID, "language": ID, "gender": st.sampled_from(["F", "M", "x", ""]),
        "custom": st.dictionaries(ID, st.floats(allow_nan=False, allow_infinity=False)),
    },
)  # fmt: skip


@given(st.dictionaries(ID, st.tuples(ID, SAID), min_size=1, max_size=5), st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_round_trip(tmp_path_factory, said, packed):
    home, first, second = (tmp_path_factory.mktemp(name) for name in ("in", "one", "two"))
    ending = ".jsonl.gz" if packed else ".jsonl"
    used = sorted({name for name, _ in said.values()})
    write(
        home / f"recordings{ending}",
        *(recording(one, source(f"{number}.wav")) for number, one in enumerate(used)),
    )
    write(home / f"supervisions{ending}",
          *(supervision(name, of, **fields) for name, (of, fields) in said.items()))  # fmt: skip
    corpus = read_corpus(home)
    new = {one: made(f"{number}.wav", frames=16000 * 3000) for number, one in enumerate(used)}
    assert write_corpus(corpus, first, new) == ()
    again = read_corpus(first)
    assert len(again.utterances) == len(said)
    for a, b in zip(corpus.utterances, again.utterances, strict=True):
        assert abs(a.end - b.end) < 1e-7
        assert (a.id, a.recording, a.start, a.text, a.speaker, a.gender, a.language) == (
            b.id, b.recording, b.start, b.text, b.speaker, b.gender, b.language
        )  # fmt: skip
    write_corpus(again, second, new)
    for one in first.iterdir():
        assert one.read_bytes() == (second / one.name).read_bytes()
