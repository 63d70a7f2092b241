import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.corpora.letters import letters_of
from voxnym.corpora.redaction import redact, redacted_text
from voxnym.corpora.said import words_said
from voxnym.corpora.transcript import joined
from voxnym.corpora.transcripts import read_transcript
from voxnym.errors import InputError
from voxnym.records import Span

MARK = "[redacted]"


@pytest.fixture
def srt(tmp_path):
    def make(*texts):
        """Cues of two seconds each, one after the other."""
        cues = (
            f"{i + 1}\n00:00:{2 * i:02d},000 --> 00:00:{2 * i + 2:02d},000\n{text}\n\n"
            for i, text in enumerate(texts)
        )
        path = tmp_path / "talk.srt"
        path.write_text("".join(cues), encoding="utf-8")
        return read_transcript(path)

    return make


@pytest.fixture
def ctm(tmp_path):
    def make(text, step=1.0):
        path = tmp_path / "talk.ctm"
        lines = (f"talk 1 {i * step:.2f} 0.50 {word}\n" for i, word in enumerate(text.split()))
        path.write_text("".join(lines), encoding="utf-8")
        return read_transcript(path)

    return make


@pytest.fixture
def plain(tmp_path):
    def make(text):
        path = tmp_path / "talk.txt"
        path.write_text(text, encoding="utf-8")
        return read_transcript(path)

    return make


def texts(transcript):
    return [joined(cue.words) for cue in transcript.cues]


def test_words_with_times_go_by_time(ctm):
    found = redact(ctm("my name is anna berg and i like tea"), [Span(3.0, 4.4, "NAME")])
    assert texts(found) == ["my name is [redacted] and i like tea"]
    mark = next(word for word in found.words if word.redacted)
    assert (mark.start, mark.end) == (3.0, 4.5)
    assert not found.notes


def test_a_name_that_is_labelled_with_a_class_is_found_again(ctm):
    words = ctm("my name is anna and so anna's tea is")
    found = redact(words, [Span(3.0, 3.5, "NAME")])
    assert texts(found) == ["my name is [redacted] and so [redacted] tea is"]
    assert "near 6.0 s" in found.notes[0]
    kept = redact(words, [Span(3.0, 3.5, "NAME")], all_occurrences=False)
    assert texts(kept) == ["my name is [redacted] and so anna's tea is"]
    # A long stretch is a story; its words are not hunted.
    assert texts(redact(ctm("we like tea and so we like"), [Span(0, 4, "x")])) == [
        "[redacted] we like"
    ]


def test_the_guard_reaches_to_neighbours(ctm):
    words = ctm("one two three four five")
    # Words that only meet an edge go, too.
    edges = redact(words, [Span(1.5, 3.0, "x")], guard_s=0.0)
    assert texts(edges) == ["one [redacted] five"]
    near = [Span(2.55, 2.95, "x")]
    assert texts(redact(words, near, guard_s=0.0)) == ["one two three four five"]
    assert texts(redact(words, near, guard_s=0.1)) == ["one two [redacted] five"]


def test_marks_of_words_far_apart_stay_apart(ctm):
    found = redact(ctm("anna anna tea", 5.0), [Span(0, 0.5, "x"), Span(5, 5.5, "x")])
    assert texts(found) == ["[redacted] [redacted] tea"]


def test_a_cue_loses_the_words_of_the_label(srt):
    found = redact(srt("Hello!", "I am Anna Berg, from here.", "Ok"), [Span(2.5, 3, "anna berg")])
    assert texts(found) == ["Hello!", "I am [redacted] from here.", "Ok"]


@pytest.mark.parametrize("label", ["NAME", "name", "x", "", "PER", "person_2", "[Anna]", "B-PER"])
def test_a_cue_goes_where_the_label_is_only_a_class(srt, label):
    found = redact(srt("Hello!", "My name is Anna.", "Ok"), [Span(2.5, 3, label)])
    assert texts(found) == ["Hello!", MARK, "Ok"]


def test_a_cue_goes_where_the_words_are_not_all_found(srt):
    found = redact(srt("Hello!", "I am Ana Berg.", "Ok"), [Span(2.5, 3, "Anna Berg")])
    assert texts(found) == ["Hello!", MARK, "Ok"]
    assert "not found" in found.notes[0]


def test_said_twice_but_found_once(srt):
    # The second one is spelled otherwise; the first must not stand for both.
    cues = srt("Anna and Ana went", "home")
    found = redact(cues, [Span(0.2, 0.5, "Anna"), Span(1.0, 1.3, "Anna")])
    assert texts(found) == [MARK, "home"]
    twice = srt("Anna and Anna went", "home")
    found = redact(twice, [Span(0.2, 0.5, "Anna"), Span(1.0, 1.3, "Anna")])
    assert texts(found) == ["[redacted] and [redacted] went", "home"]


def test_words_that_cross_cues(srt):
    found = redact(srt("I am Anna", "Berg, hello", "Ok"), [Span(1.8, 2.2, "Anna Berg")])
    assert texts(found) == ["I am [redacted]", "[redacted] hello", "Ok"]
    found = redact(srt("Dr. Schwarzen-", "egger said", "Ok"), [Span(1.8, 2.2, "Schwarzenegger")])
    assert texts(found) == ["Dr. [redacted]", "[redacted] said", "Ok"]


def test_a_long_stretch_takes_all_cues_it_touches(srt):
    found = redact(srt("a", "b", "c", "d"), [Span(2.5, 5.0, "address")])
    assert texts(found) == ["a", MARK, MARK, "d"]


@pytest.mark.parametrize(
    "text",
    ["ANNA", "anna,", "“Anna”", "Anna's", "Anna’s", "Annas", "A\u0301nna", "Án\u00adna", "ａｎｎａ",
     "Anna-Lena", "(Anna)", "An\u200bna", "Anna…", "Anna/Bob", "ánná"],
)  # fmt: skip
def test_however_it_is_written(srt, text):
    found = redact(srt("Hello!", f"so {text} says", "Ok"), [Span(2.5, 3, "Anna")])
    assert texts(found) == ["Hello!", "so [redacted] says", "Ok"]


@pytest.mark.parametrize(
    ("label", "text"),
    [("Müller", "Mueller"), ("Mueller", "Müller"), ("Müller", "Muller"), ("Sørensen", "Soerensen"),
     ("Łukasz", "Lukasz"), ("O’Brien", "OBrien"), ("O'Brien", "O Brien"), ("Groß", "GROSS"),
     ("Jean-Luc", "Jean Luc"), ("Jean Luc", "Jean-Luc"), ("안나", "안나가"), ("安娜", "我叫安娜。"),
     ("สมชาย", "คุณสมชายครับ"), ("Зоя", "ЗОЯ"), ("सीता", "सीता"), ("ﬁona", "Fiona")],
)  # fmt: skip
def test_spellings_and_scripts(label, text):
    found = redacted_text(f"so {text} x", [label])
    assert found is not None
    assert MARK in found
    assert letters_of(label)[0] not in letters_of(found)[0]


def test_other_words_stay():
    text = "Hannah and Annabel annotate an a channel"
    assert redacted_text(f"{text} Anna", ["Anna"]) == f"{text} [redacted]"
    assert redacted_text("Oberlin Berliner Berlin", ["Berlin"]) == "Oberlin Berliner [redacted]"
    assert redacted_text("such an a test Ana", ["Ana"]) == "such an a test [redacted]"


def test_the_same_words_elsewhere_go_too(srt):
    cues = srt("I am Anna.", "Yes.", "So, ANNA's tea.")
    found = redact(cues, [Span(0.5, 1, "Anna")])
    assert texts(found) == ["I am [redacted]", "Yes.", "So, [redacted] tea."]
    assert "(1 words, near 4.0 s)" in found.notes[0]
    assert "still heard" in found.notes[0]
    kept = redact(cues, [Span(0.5, 1, "Anna")], all_occurrences=False)
    assert texts(kept) == ["I am [redacted]", "Yes.", "So, ANNA's tea."]
    assert "were kept" in kept.notes[0]
    assert not any("anna" in note.casefold() for note in (*found.notes, *kept.notes))


def test_parts_of_names_go_too(srt):
    found = redact(
        srt("I am Anna von Berg", "von there,", "Anna, Mrs Berg"), [Span(0.5, 1, "Anna von Berg")]
    )
    assert texts(found) == ["I am [redacted]", "von there,", "[redacted] Mrs [redacted]"]


def test_a_class_before_the_words(srt):
    found = redact(srt("I am Anna", "hi Anna"), [Span(0.5, 1, "NAME: Anna")])
    assert texts(found) == ["I am [redacted]", "hi [redacted]"]


ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.000
I<00:00:00.500><c> am</c><00:00:01.000><c> Anna</c><00:00:01.500><c> ok</c>

00:00:02.000 --> 00:00:02.010
I am Anna ok

00:00:02.010 --> 00:00:04.000
I am Anna ok
and<00:00:02.500><c> so</c><00:00:03.000><c> on</c>
"""


def test_lines_that_roll_lose_the_word_wherever_they_stand(tmp_path):
    path = tmp_path / "a.vtt"
    path.write_text(ROLLING)
    found = redact(read_transcript(path), [Span(1.15, 1.35, "NAME")])
    assert texts(found) == [
        "I am [redacted] ok",
        "I am [redacted] ok",
        "I am [redacted] ok\nand so on",
    ]


def test_subtitles_that_roll_without_times_of_words(srt):
    found = redact(srt("I am Anna", "I am Anna\nand so on", "and so on"), [Span(0.5, 1.0, "x")])
    assert not any("Anna" in text for text in texts(found))
    assert texts(found)[2] == "and so on"


def test_voices_keep_their_marks_apart(tmp_path):
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\n<v A>Anna</v> <v B>Anna</v>\n")
    found = redact(read_transcript(path), [Span(0, 1, "x")])
    assert [word.speaker for word in found.words] == ["A", "B"]


def test_plain_text(plain):
    found = redact(plain("I am Anna.\n\nHi, anna!"), [Span(0, 1, "Anna")])
    assert texts(found) == ["I am [redacted]\n\nHi, [redacted]"]


@pytest.mark.parametrize("label", ["NAME", "", "x", "Clara", "Anna Clara"])
def test_plain_text_is_refused_where_it_would_leak(plain, label):
    with pytest.raises(InputError) as caught:
        redact(plain("My name is Anna."), [Span(0, 1, label)])
    assert "talk.txt: a transcript without times" in str(caught.value)
    assert "Clara" not in str(caught.value)


def test_plain_text_must_have_the_words_as_often_as_they_are_labelled(plain):
    spans = [Span(0, 1, "Anna"), Span(5, 6, "Anna")]
    with pytest.raises(InputError, match="as often"):
        redact(plain("Anna and Ana"), spans)
    assert texts(redact(plain("Anna and anna"), spans)) == ["[redacted] and [redacted]"]
    # Two labels of one moment are one.
    twice = [Span(0, 1, "Anna"), Span(0.1, 1.1, "Anna")]
    assert texts(redact(plain("Anna and Ana"), twice)) == ["[redacted] and Ana"]


def test_without_stretches_nothing_changes(srt, plain):
    for transcript in (srt("I am Anna."), plain("I am Anna.")):
        assert redact(transcript, []) == transcript


def test_redacted_text():
    assert redacted_text("i am anna", ["anna"], "X") == "i am X"
    assert redacted_text("i am anna", ["anna", "anna"]) is None
    assert redacted_text("i am anna", ["PER"]) is None
    assert redacted_text("i am anna", ["bob"]) is None
    assert redacted_text("i am anna", []) == "i am anna"


@pytest.mark.parametrize("mark", ["", " ", "a\nb", "a-->b", "\x1b[2J"])
def test_marks_that_no_format_holds(srt, mark):
    with pytest.raises(InputError, match="mark"):
        redact(srt("a"), [Span(0, 1, "x")], mark=mark)


def test_a_mark_with_spaces_in_ctm(ctm):
    with pytest.raises(InputError, match="mark"):
        redact(ctm("a"), [Span(0, 1, "x")], mark="not said")


@pytest.mark.parametrize(
    "label", ["Anna", "Li", "Berlin", "my mother's house", "李", "555-1234", "Jo"]
)
def test_labels_that_are_words(label):
    assert words_said(label) == label


@pytest.mark.parametrize(
    "label",
    ["NAME", "Name 1", "NAME1", "name_anna", "<PER>", "first name", "12", "a", "???", "# 3", " ",
     "Prénom", "STRASSE", "Straße", "I-LOC", "xx", "PII", "phone number", "*", "Ort 2", "NOMBRE"],
)  # fmt: skip
def test_labels_that_are_classes(label):
    assert words_said(label) is None


NAME = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Mn")), min_size=2, max_size=8)


@settings(deadline=None, max_examples=60)
@given(NAME, st.lists(st.sampled_from(["so", "I", "said", "tea", "-", "…"]), max_size=5), st.data())
def test_a_name_never_stays(name, others, data):
    if words_said(name) is None:
        return
    forms = [name, name.upper(), name.lower(), name.title(), name + "'s", f"“{name}”,",
             unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)]  # fmt: skip
    said = data.draw(st.sampled_from(forms))
    place = data.draw(st.integers(0, len(others)))
    text = " ".join([*others[:place], said, *others[place:]])
    found = redacted_text(text, [name])
    if found is None:
        # Some scripts change more than their case; then there is no text at all.
        assert letters_of(name)[0] not in letters_of(said)[0]
    else:
        kept = [word for word in found.split() if word != MARK]
        assert all(letters_of(name)[0] != letters_of(word)[0] for word in kept)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(["anna", "tea", "so", "Berg", "Anna,"]), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 30), st.sampled_from(["Anna", "x"]))),
    st.integers(0, 3),
)
def test_by_time_no_word_stays_in_a_stretch(tmp_path_factory, words, spans, guard):
    path = tmp_path_factory.mktemp("ctm") / "a.ctm"
    path.write_text("".join(f"t 1 {i}.0 0.9 {word}\n" for i, word in enumerate(words)))
    labelled = [Span(start, start + tenths / 10, label) for start, tenths, label in spans]
    found = redact(read_transcript(path), labelled, guard_s=guard / 10)
    for word in found.words:
        for span in labelled:
            apart = word.end < span.start - guard / 10 or word.start > span.end + guard / 10
            assert word.redacted or apart
