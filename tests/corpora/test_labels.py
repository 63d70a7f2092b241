import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.corpora.labels import label_kind, read_spans, read_spans_by_recording
from voxnym.errors import InputError, VoxnymError
from voxnym.records import Span

# Label files as the programs that write them leave them, byte for byte.

# Audacity 3.x, File > Export > Labels: six decimals, tabs, an empty label at the end.
AUDACITY = (
    b"1.500000\t2.250000\tAnna\n"
    b"3.000000\t4.125000\tBob B.\n"
    b"\\\t120.000000\t3400.500000\n"
    b"4.000000\t5.000000\tAnna\n"
)
# The same on a German Windows: decimal commas, CRLF.
AUDACITY_COMMA = (
    b"1,500000\t2,250000\tAnna\r\n3,000000\t4,125000\tBob B.\r\n4,000000\t5,000000\tAnna\r\n"
)
AUDACITY_POINT = b"1.500000\t1.500000\tclick\n2.000000\t3.000000\tAnna\n"
# pyannote.audio, Annotation.write_rttm.
PYANNOTE = (
    b"SPEAKER talk 1 0.031 2.438 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
    b"SPEAKER talk 1 2.100 0.500 <NA> <NA> SPEAKER_01 <NA> <NA>\n"
)
# NIST, reference of a meeting: other line types, comments, two files.
NIST = (
    b";; reference\n"
    b"SPKR-INFO day1 1 <NA> <NA> <NA> adult_female anna <NA>\n"
    b"SPEAKER day1 1 10.0 2.5 <NA> <NA> anna <NA>\n"
    b"LEXEME day1 1 10.1 0.2 hello lex anna 0.9\n"
    b"NON-LEX day1 1 10.5 0.2 <NA> laugh anna <NA>\n"
    b"SPEAKER day2 1 0.5 1.0 <NA> <NA> bob <NA>\n"
)
CSV = b'start,end,label\n1.5,2.25,Anna\n3,4.125,"Bob, B."\n'
CSV_EXCEL = "sep=;\r\nStart;End;Speaker\r\n1,5;2,25;Zoë\r\n".encode("utf-8-sig")
TSV = b"recording\tstart\tduration\tspeaker\nday1\t1.0\t0.5\tanna\nday2\t2.0\t0.5\tbob\n"
JSONL = (
    b'{"start": 1.5, "end": 2.25, "label": "Anna"}\n{"start": 3, "duration": 1, "speaker": "B"}\n'
)


@pytest.fixture
def file(tmp_path):
    def make(data, name="labels"):
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return make


def refusal(path, **options):
    with pytest.raises(InputError) as caught:
        read_spans(path, **options)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    return text


THREE = (Span(1.5, 2.25, "Anna"), Span(3.0, 4.125, "Bob B."), Span(4.0, 5.0, "Anna"))


@pytest.mark.parametrize("data", [AUDACITY, AUDACITY_COMMA])
@pytest.mark.parametrize("name", ["labels.txt", "labels", "labels.rttm"])
def test_audacity(file, data, name):
    assert read_spans(file(data, name)) == THREE
    assert label_kind(file(data, name)) == "audacity"


def test_points_are_nobodys_turn_but_refused_where_they_would_redact_nothing(file):
    path = file(AUDACITY_POINT)
    assert read_spans(path) == (Span(2.0, 3.0, "Anna"),)
    text = refusal(path, purpose="redactions")
    assert "line 1" in text
    assert "nothing would be redacted" in text


def test_pyannote(file):
    found = read_spans(file(PYANNOTE), recording="another name")
    assert found == (Span(0.031, 0.031 + 2.438, "SPEAKER_00"), Span(2.1, 2.6, "SPEAKER_01"))


def test_nist_with_several_recordings(file):
    path = file(NIST)
    assert read_spans(path, recording="day1") == (Span(10.0, 12.5, "anna"),)
    assert read_spans(path, recording="day2") == (Span(0.5, 1.5, "bob"),)
    assert set(read_spans_by_recording(path)) == {"day1", "day2"}
    assert "none of this one" in refusal(path, recording="day3")
    assert "say which" in refusal(path)


def test_csv(file):
    found = (Span(1.5, 2.25, "Anna"), Span(3.0, 4.125, "Bob, B."))
    assert read_spans(file(CSV)) == found
    assert read_spans(file(CSV_EXCEL)) == (Span(1.5, 2.25, "Zoë"),)
    assert read_spans(file(TSV), recording="day2") == (Span(2.0, 2.5, "bob"),)


def test_json_lines(file):
    assert read_spans(file(JSONL)) == (Span(1.5, 2.25, "Anna"), Span(3.0, 4.0, "B"))


def test_utf16_as_windows_editors_write_it(file):
    text = AUDACITY.decode().replace("Anna", "Zoë")
    for encoding in ("utf-16-le", "utf-16-be"):
        data = "\ufeff".encode(encoding) + text.encode(encoding)
        assert [span.label for span in read_spans(file(data))] == ["Zoë", "Bob B.", "Zoë"]


def test_labels_are_composed(file):
    decomposed = unicodedata.normalize("NFD", "Zoë")
    assert read_spans(file(f"1\t2\t{decomposed}\n"))[0].label == "Zoë"


def test_the_result_is_sorted(file):
    assert read_spans(file("5\t6\tb\n1\t2\ta\n")) == (Span(1, 2, "a"), Span(5, 6, "b"))


def test_a_label_may_be_empty_for_redaction_only(file):
    path = file("1.0\t2.0\t\n3.0\t4.0\n")
    assert read_spans(path, purpose="redactions") == (Span(1, 2), Span(3, 4))
    assert "line 1: no label" in refusal(path)
    anonymous = file("SPEAKER f 1 1 1 <NA> <NA> <NA> <NA> <NA>\n")
    assert "no label" in refusal(anonymous)


def test_speaker_and_label_columns_serve_their_purpose(file):
    path = file("start,end,label,speaker\n1,2,Berlin,anna\n")
    assert read_spans(path)[0].label == "anna"
    assert read_spans(path, purpose="redactions")[0].label == "Berlin"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("2\t1\tanna\n", "line 1: ends at 1 s, before its start"),
        ("-1\t1\tanna\n", "negative"),
        ("1\t2\ta\nnan\t2\tanna\n", "line 2: a time is no number"),
        ("1\t2\ta\n1\tinf\tanna\n", "line 2"),
        ("1\t1e300\tanna\n", "beyond"),
        ("1\t1_0\tanna\n", "no number"),
        ("1\t2\ta\nanna\n", "line 2: no label"),
        ("SPEAKER f 1 1 nan <NA> <NA> anna\n", "no number"),
        ("SPEAKER f 1 1 -1 <NA> <NA> anna\n", "negative"),
        ("SPEAKER f 1 1 2 <NA>\n", "fields"),
        ("SPEAKER f 1 1 2 <NA> <NA> Anna Berg <NA> <NA>\n", "fields"),
        ("SPEAKER f 1 1 2 <NA> <NA> a <NA> <NA>\nhello\n", "line 2: no line type"),
        ("start,end,label\n1,2\n", "line 2"),
        ("start,end,label\n1,5,2,5,anna\n", "line 2"),
        ("start,end,label\n,2,anna\n", "a time is missing"),
        ("start,end,duration,label\n1,2,3,anna\n", "disagree"),
        ("start,begin,end,label\n1,1,2,anna\n", "two columns"),
        ('start,end,label\n1,2,"anna\n', "quotes"),
        ("start,end,label,recording\n1,2,a,x\n1,2,a,\n", "others none"),
        ('{"start": 1, "end": NaN, "label": "a"}\n', "no number"),
        ('{"start": 1, "end": [2], "label": "a"}\n', "no single text"),
        ("[1]\n", "no label file"),
        ("{" * 100_000 + "\n", "no JSON"),
        ("", "nothing in it"),
        ("\n \n", "nothing in it"),
        ("hello world\n", "no label file"),
        ("1,2,anna\n", "no label file"),
        (b"1\t2\t\xff\n", "UTF-8"),
        (b"1\t2\ta\0b\n", "zero bytes"),
        ("1\t2\t" + "a" * 1001 + "\n", "1001 characters"),
    ],
)
def test_what_is_refused(file, data, what):
    assert what in refusal(file(data))


def test_refusals_do_not_show_labels(file):
    for data in ("2\t1\tAnnabel\n", "SPEAKER f 1 1 2 <NA> <NA> Annabel Berg <NA> <NA>\n"):
        assert "Annabel" not in refusal(file(data))


def test_only_a_header_says_that_there_is_nothing(file):
    assert read_spans(file("start,end,label\n")) == ()
    assert read_spans(file(";; nothing\n")) == ()


def test_a_row_with_a_name_alone_says_that_there_is_nothing(file):
    path = file("recording,start,end,label\nday1,1,2,anna\nday2,,,\n")
    assert read_spans(path, recording="day2") == ()


def test_files_that_are_none(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "missing")
    assert "cannot be read" in refusal(tmp_path)
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    assert "no regular file" in refusal(fifo)


def test_too_large_is_refused_before_it_is_parsed(file, monkeypatch):
    import voxnym.corpora.text_file as text_file

    monkeypatch.setattr(text_file, "MOST_LINES", 10)
    assert "more than 10 lines" in refusal(file("1\t2\ta\n" * 12))
    path = file(b"")
    with path.open("r+b") as sparse:
        sparse.truncate(text_file.MOST_BYTES + 1)
    assert "larger than 64 MiB" in refusal(path)


LINE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["SPEAKER", "f", "1", "0.5", "-3", "nan", "1e9", "<NA>", "anna", "start", "end",
             "label", "\t", ",", ";", '"', " ", "\\", "{", "}", '"start":', "\ufeff",
             "\x85", "٣", "1,5"]
        )
    ).map("".join),
)  # fmt: skip


def read_or_refuse(path, purpose):
    """What is read, or the text of the refusal; any other error fails the test."""
    try:
        return read_spans_by_recording(path, purpose=purpose), ""
    except VoxnymError as error:
        return {}, str(error)


@settings(deadline=None, max_examples=60)
@given(st.lists(LINE, max_size=8), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_is_read_or_refused(tmp_path_factory, lines, end):
    path = tmp_path_factory.mktemp("fuzz") / "labels.txt"
    path.write_bytes(end.join(lines).encode("utf-8", "surrogatepass"))
    for purpose in ("turns", "redactions"):
        found, text = read_or_refuse(path, purpose)
        assert text.isprintable()
        assert all(list(spans) == sorted(spans) for spans in found.values())


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("fuzz") / "labels.txt"
    path.write_bytes(data)
    assert read_or_refuse(path, "turns")[1].isprintable()
