"""Kaldi data directories, read and written."""

from pathlib import PurePath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kaldi_tables import FILES, MADE, filled

from voxnym.corpora.corpus import Made
from voxnym.corpora.kaldi_rules import violations
from voxnym.corpora.names import PseudonymNames
from voxnym.corpora.reading import is_corpus, read_corpus
from voxnym.corpora.writing import write_corpus
from voxnym.errors import InputError
from voxnym.keys import Key
from voxnym.records import Span


@pytest.fixture
def data(tmp_path):
    return filled(tmp_path / "data")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_reading(data):
    assert is_corpus(data) == "kaldi"
    corpus = read_corpus(data)
    assert [one.id for one in corpus.recordings] == ["r1", "r2"]
    assert corpus.recording("r2").source == data / "wav" / "two with blank.wav"
    first, _, last = corpus.utterances
    assert (first.id, first.recording, first.start, first.end) == ("anna-r1-1", "r1", 0.5, 1.75)
    assert (first.speaker, first.gender, first.language) == ("anna", "f", "en")
    assert first.text == "hello there"
    assert (last.start, last.end, last.gender) == (0.0, None, "m")
    assert corpus.notes == ()


def test_turns(data):
    corpus = read_corpus(data)
    assert corpus.turns_of("r1") == (Span(0.5, 1.75, "anna"), Span(2.0, 3.0, "anna"))
    assert corpus.turns_of("r2", 2.0) == (Span(0.0, 2.0, "berta"),)
    assert corpus.speakers_of("r2") == ("berta",)
    with pytest.raises(InputError, match="length"):
        corpus.turns_of("r2")
    with pytest.raises(InputError, match="no recording"):
        corpus.turns_of("r3")


def test_writing_gives_the_same_tables_with_new_paths_and_lengths(data, out):
    assert violations(data) == ("segments: the line of berta-r2-1 is not: utterance, recording, "
                                "start and a later end",)  # fmt: skip
    assert write_corpus(read_corpus(data), out, MADE) == ()
    assert violations(out) == ()
    assert (out / "wav.scp").read_text() == "r1 audio/r1.wav\nr2 audio/r2.wav\n"
    assert (out / "reco2dur").read_text() == "r1 3.0\nr2 2.000125\n"
    assert (out / "segments").read_text().splitlines()[2] == "berta-r2-1 r2 0.0 2.000125"
    for name in ("utt2spk", "spk2utt", "spk2gender", "utt2lang"):
        assert (out / name).read_text() == FILES[name]
    assert (out / "text").read_text() == FILES["text"].replace("good  bye", "good bye")


def test_a_failed_recording_leaves_no_trace(data, out):
    write_corpus(read_corpus(data), out, {"r1": MADE["r1"]})
    assert violations(out) == ()
    assert not any("berta" in one.read_text() or "r2" in one.read_text() for one in out.iterdir())
    assert sorted(one.name for one in out.iterdir()) == sorted(FILES)


def test_an_utterance_after_the_end_is_left_out_and_counted(data, out):
    short = {**MADE, "r1": Made(PurePath("r1.wav"), 16000, 24000, 1)}
    notes = write_corpus(read_corpus(data), out, short)
    assert notes == ("1 utterances that begin after the end of their recording: not written",)
    assert (out / "segments").read_text().splitlines()[0] == "anna-r1-1 r1 0.5 1.5"
    assert violations(out) == ()


def test_pseudonyms_keep_kaldis_order(data, out):
    names = PseudonymNames(Key(bytes(32)))
    write_corpus(read_corpus(data), out, MADE, names)
    assert violations(out) == ()
    written = "".join(one.read_text() for one in out.iterdir() if one.name != "text")
    assert not any(word in written for word in ("anna", "berta", "r1 ", "r2 "))
    assert names.speaker("anna") + " f\n" in (out / "spk2gender").read_text()


def test_many_new_names_are_sorted(tmp_path, out):
    ids = [f"{n:03d}" for n in range(40)]
    data = filled(
        tmp_path / "data", spk2gender=None, spk2utt=None, utt2dur=None, utt2lang=None,
        wav_scp="".join(f"r{n} wav/one.wav\n" for n in ids), text=None,
        reco2dur="".join(f"r{n} 1\n" for n in ids),
        segments="".join(f"u{n} r{n} 0 1\n" for n in ids),
        utt2spk="".join(f"u{n} s{n[-1]}\n" for n in ids),
    )  # fmt: skip
    made = {f"r{n}": Made(PurePath(f"{n}.wav"), 16000, 16000, 1) for n in ids}
    write_corpus(read_corpus(data), out, made, PseudonymNames(Key(bytes(32))))
    assert violations(out) == ()


def test_recordings_without_a_segment_are_not_listed(tmp_path, out):
    data = filled(tmp_path / "data", wav_scp=FILES["wav.scp"] + "r3 wav/one.wav\n")
    corpus = read_corpus(data)
    assert corpus.notes[0].startswith("wav.scp: 1 recordings have no segment")
    write_corpus(corpus, out, {**MADE, "r3": Made(PurePath("3.wav"), 16000, 16000, 1)})
    assert violations(out) == ()
    assert "r3" not in (out / "wav.scp").read_text() + (out / "reco2dur").read_text()


def test_without_segments_recording_and_utterance_have_one_name(tmp_path, out):
    data = filled(
        tmp_path / "data",
        wav_scp="a-1 x.wav\nb-1 y.wav\n",
        segments=None,
        utt2spk="a-1 a\nb-1 b\n",
        spk2utt="a a-1\nb b-1\n",
        spk2gender="a f\nb m\n",
        text="a-1 hm\nb-1\n",
        utt2dur="a-1 1\n",
        reco2dur="a-1 9\n",
        utt2lang=None,
    )
    corpus = read_corpus(data)
    assert corpus.turns_of("a-1") == ()
    assert corpus.utterances[1].text == ""
    made = {"a-1": MADE["r1"], "b-1": MADE["r2"]}
    write_corpus(corpus, out, made, PseudonymNames(Key(bytes(32))))
    assert violations(out) == ()
    assert len({line.split()[0] for line in (out / "wav.scp").read_text().splitlines()}) == 2


def test_kept_names_that_break_kaldis_order_are_read_and_written_sorted(tmp_path, out):
    data = filled(
        tmp_path / "data", segments=None, utt2lang=None, utt2dur=None, reco2dur=None, text=None,
        wav_scp="2 b.wav\n1 a.wav\n", utt2spk="2 anna\n1 berta\n", spk2utt="berta 1\nanna 2\n",
    )  # fmt: skip
    assert violations(data)
    write_corpus(read_corpus(data), out, {"1": MADE["r1"], "2": MADE["r2"]})
    assert (out / "utt2spk").read_text() == "1 berta\n2 anna\n"
    assert (out / "spk2utt").read_text() == "anna 2\nberta 1\n"
    # What the ids make impossible stays; nothing else is wrong.
    assert all("speaker at the same time" in one or "inverse" in one for one in violations(out))


def test_what_is_odd_is_noted(tmp_path, out):
    data = filled(
        tmp_path / "data",
        segments=None,
        utt2lang=None,
        utt2dur=None,
        reco2dur=None,
        wav_scp="2 wav/one.wav\n1 none.wav\n",
        utt2spk="1 berta\n2 anna\n3 cora\n",
        spk2utt="anna 2\n",
        spk2gender="anna f\nberta x\n",
        text="1 yes\n9 no\n",
    )
    corpus = read_corpus(data)
    assert [note.partition(":")[0] for note in corpus.notes[:-1]] == [
        "utt2spk", "spk2utt", "utt2spk", "spk2gender", "text", "text",
    ]  # fmt: skip
    assert "3 lines" not in " ".join(corpus.notes)
    assert "not sorted by speaker" in corpus.notes[2]
    assert corpus.notes[-1].startswith("1 of 2 recordings are not there")
    write_corpus(corpus, out, {"1": MADE["r1"], "2": MADE["r2"]})
    assert not (out / "spk2gender").exists()
    assert (out / "text").read_text() == "1 yes\n2 <unk>\n"


def test_texts_are_what_the_caller_says(data, out):
    def text_of(one):
        return None if one.speaker == "berta" else f"x\n{one.text}\u00a0y\x07"

    write_corpus(read_corpus(data), out, MADE, text_of=text_of)
    lines = (out / "text").read_text().splitlines()
    assert lines == ["anna-r1-1 x hello there y", "anna-r1-2 x good bye y", "berta-r2-1 <unk>"]
    assert violations(out) == ()


def test_other_files_are_counted_and_not_written(data, out):
    for name in ("feats.scp", "reco2file_and_channel", "my notes.txt"):
        (data / name).write_text("r1 /home/anna/original.wav A\n")
    corpus = read_corpus(data)
    assert corpus.notes == (
        "3 files are not written again: feats.scp, my notes.txt, reco2file_and_channel",
    )
    write_corpus(corpus, out, MADE)
    assert not any("original" in one.read_text() for one in out.iterdir())


def test_a_command_is_refused_or_kept_but_never_run(tmp_path):
    mark = tmp_path / "ran"
    data = filled(tmp_path / "data", wav_scp=f"r1 touch {mark} |\nr2 x.wav\n")
    with pytest.raises(InputError, match=r"wav\.scp:1: recording 'r1': comes from a command"):
        read_corpus(data)
    corpus = read_corpus(data, allow_pipes=True)
    assert corpus.recording("r1").command == f"touch {mark}"
    assert corpus.recording("r1").source is None
    assert not mark.exists()


def test_root(tmp_path):
    (tmp_path / "audio").mkdir()
    data = filled(tmp_path / "data", wav_scp=f"r1 {tmp_path}/audio/1.wav\nr2 x.wav\n")
    with pytest.raises(InputError, match=r"wav\.scp:1: .*leads out.*--root"):
        read_corpus(data)
    found = read_corpus(data, root=tmp_path / "audio")
    assert found.recording("r1").source == tmp_path / "audio" / "1.wav"


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
TEXT = st.lists(WORD, max_size=4).map(" ".join)
TIMES = st.tuples(st.floats(0, 1e4), st.floats(1e-3, 1e3))


@st.composite
def directories(draw):
    """Tables of a valid directory: speaker to utterances with times, and the texts."""
    speakers = draw(st.lists(st.text("abcXYZ0", min_size=3, max_size=3), min_size=1, unique=True,
                             max_size=4))  # fmt: skip
    rows = {}
    for speaker in speakers:
        for name in draw(st.lists(WORD, min_size=1, max_size=3, unique=True)):
            start, length = draw(TIMES)
            rows[f"{speaker}-{name}"] = (
                speaker, draw(st.sampled_from(["r1", "r2"])), start, start + length, draw(TEXT)
            )  # fmt: skip
    return rows


@given(directories(), st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_round_trip(tmp_path_factory, rows, with_text):
    data = tmp_path_factory.mktemp("data")
    used = sorted({one[1] for one in rows.values()})
    named = sorted(rows)
    (data / "wav.scp").write_text("".join(f"{one} {one}.wav\n" for one in used))
    tables = {
        "segments": [f"{u} {rows[u][1]} {rows[u][2]!r} {rows[u][3]!r}" for u in named],
        "utt2spk": [f"{u} {rows[u][0]}" for u in named],
        **({"text": [f"{u} {rows[u][4]}" for u in named]} if with_text else {}),
    }
    for name, lines in tables.items():
        (data / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    corpus = read_corpus(data)
    made = {one: Made(PurePath(one), 16000, 16000 * 20_000, 1) for one in used}
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    assert write_corpus(corpus, first, made) == ()
    illegal = any({"<s>", "</s>", "#0"} & set(one[4].split()) for one in rows.values())
    assert violations(first) == () or (illegal and with_text)
    again = read_corpus(first)
    assert again.utterances == corpus.utterances
    write_corpus(again, second, made)
    for one in first.iterdir():
        assert one.read_bytes() == (second / one.name).read_bytes()
