import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.corpora.corpus import KeptNames
from voxnym.corpora.label_write import write_spans
from voxnym.corpora.labels import label_kind, read_spans_by_recording
from voxnym.corpora.names import PseudonymNames
from voxnym.errors import OutputError
from voxnym.keys import Key
from voxnym.records import Span

TIMES = st.integers(0, 10_000_000).map(lambda t: t / 1000)
WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8).map(
    lambda text: unicodedata.normalize("NFC", text)
)
PHRASE = st.lists(WORD, min_size=1, max_size=3).map(" ".join)


def span_of(label):
    return st.builds(
        lambda start, length, label: Span(start, start + length, label),
        TIMES,
        st.integers(1, 10_000).map(lambda t: t / 1000),
        label,
    )


def rounded(spans):
    return sorted((round(span.start, 3), round(span.end, 3), span.label) for span in spans)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["rttm", "csv", "jsonl"]),
    st.dictionaries(WORD, st.lists(span_of(WORD), min_size=1, max_size=5), min_size=1, max_size=3),
)
def test_what_is_written_is_read_again(tmp_path_factory, kind, spans):
    path = tmp_path_factory.mktemp("round") / "labels"
    write_spans(path, spans, kind, KeptNames())
    assert label_kind(path) == kind
    found = read_spans_by_recording(path)
    assert found.keys() == spans.keys()
    for name, listed in spans.items():
        assert rounded(found[name]) == rounded(listed)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["audacity", "csv", "jsonl"]), st.lists(span_of(PHRASE), min_size=1))
def test_without_names_of_recordings(tmp_path_factory, kind, spans):
    path = tmp_path_factory.mktemp("round") / "labels"
    write_spans(path, {None: spans}, kind, KeptNames())
    assert label_kind(path) == kind
    assert rounded(read_spans_by_recording(path)[None]) == rounded(spans)


@pytest.mark.parametrize("kind", ["rttm", "csv", "jsonl"])
def test_nothing_of_the_names_is_left(tmp_path, kind):
    path = tmp_path / "labels"
    names = PseudonymNames(Key(bytes(32)))
    spans = {"interview-anna": [Span(1, 2, "anna"), Span(2, 3, "bob")], "bob": [Span(0, 1, "anna")]}
    write_spans(path, spans, kind, names)
    text = path.read_text()
    assert "anna" not in text
    assert "bob" not in text
    assert text.count(names.speaker("anna")) == 2
    assert set(read_spans_by_recording(path)) == {
        names.recording("interview-anna"),
        names.recording("bob"),
    }


def test_labels_of_redactions_are_not_written(tmp_path):
    path = tmp_path / "labels"
    spans = {None: [Span(1, 2, "Anna")]}
    write_spans(path, spans, "audacity", KeptNames(), purpose="redactions")
    assert path.read_text() == "1.000000\t2.000000\tredacted\n"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_recording_without_labels_stays_one(tmp_path, kind):
    path = tmp_path / "labels"
    write_spans(path, {"a": [Span(1, 2, "x")], "b": []}, kind, KeptNames())
    assert read_spans_by_recording(path) == {"a": (Span(1, 2, "x"),), "b": ()}


@pytest.mark.parametrize(
    ("kind", "spans"),
    [
        ("rttm", {"talk": [Span(1, 2, "Anna Berg")]}),
        ("rttm", {"my talk": [Span(1, 2, "anna")]}),
        ("rttm", {None: [Span(1, 2, "anna")]}),
        ("audacity", {"a": [Span(1, 2, "x")], "b": [Span(1, 2, "x")]}),
    ],
)
def test_what_a_kind_cannot_hold_is_refused_and_nothing_is_left(tmp_path, kind, spans):
    with pytest.raises(OutputError):
        write_spans(tmp_path / "labels", spans, kind, KeptNames())
    assert not list(tmp_path.iterdir())


def test_an_existing_file_stays(tmp_path):
    path = tmp_path / "labels"
    path.write_text("mine")
    with pytest.raises(OutputError):
        write_spans(path, {None: [Span(1, 2, "a")]}, "csv", KeptNames())
    assert path.read_text() == "mine"
    write_spans(path, {None: [Span(1, 2, "a")]}, "csv", KeptNames(), overwrite=True)
    assert path.read_text().startswith("start")


def test_a_stretch_of_no_length_after_rounding_is_still_one(tmp_path):
    path = tmp_path / "labels"
    write_spans(path, {"f": [Span(1.0, 1.0 + 1e-9, "a")]}, "rttm", KeptNames())
    assert len(read_spans_by_recording(path)["f"]) == 1
