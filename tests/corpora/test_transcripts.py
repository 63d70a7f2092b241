import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.corpora.corpus import KeptNames
from voxnym.corpora.names import PseudonymNames
from voxnym.corpora.transcript import joined
from voxnym.corpora.transcripts import read_transcript, write_transcript
from voxnym.errors import InputError, OutputError, VoxnymError
from voxnym.keys import Key

# Premiere Pro, export of captions: byte order mark, CRLF, tags of positions and colours.
PREMIERE = (
    '1\r\n00:00:00,500 --> 00:00:02,000\r\n{\\an8}<font color="#ffff00">Hello, I\'m</font>\r\n'
    "<i>Zoë &amp; Co.</i>\r\n\r\n2\r\n00:00:02,000 --> 00:00:03,250\r\n- in 2025\r\n\r\n"
).encode("utf-8-sig")
# Captions that a video site makes by itself: they roll, and words have inline times.
ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.230 align:start position:0%
{space}
hello<00:00:00.480><c> my</c><00:00:00.719><c> name</c><00:00:00.960><c> is</c>

00:00:02.230 --> 00:00:02.240 align:start position:0%
hello my name is
{space}

00:00:02.240 --> 00:00:04.070 align:start position:0%
hello my name is
Annabel<00:00:02.720><c> and</c><00:00:03.040><c> I</c>

00:00:04.070 --> 00:00:04.080 align:start position:0%
Annabel and I
{space}
""".format(space=" ")
VOICES = """WEBVTT - interview with Anna Berg

STYLE
::cue(v[voice="Anna Berg"]) { color: red }

REGION
id:anna

NOTE Anna asked to remove
this

NOTE
00:00:09.000 --> 00:00:10.000
a cue that Anna commented out

anna-1
00:01.000 --> 00:02.000 region:anna line:0
<v.loud Anna Berg>Hello <b>there</b> &lt;you&gt;</v>
<v Bob>Hi

2
01:00:02.000 --> 01:00:03.500
<v Anna Berg>Bye
"""
CTM = ";; made by anna\ntalk 1 0.50 0.25 hello 0.98\ntalk 1 0.75 0.30 Anna 0.50\n"
KALDI = "anna-u2 hello there\nanna-u1 I am Anna\n"


@pytest.fixture
def file(tmp_path):
    def make(data, name):
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return make


def written(transcript, tmp_path, names=None):
    target = tmp_path / "written"
    write_transcript(transcript, target, names or KeptNames(), overwrite=True)
    return target.read_text(encoding="utf-8")


def texts(transcript):
    return [joined(cue.words) for cue in transcript.cues]


def test_premiere_srt(file, tmp_path):
    found = read_transcript(file(PREMIERE, "talk.srt"))
    assert found.kind == "srt"
    assert texts(found) == ["Hello, I'm\nZoë & Co.", "- in 2025"]
    assert written(found, tmp_path) == (
        "1\n00:00:00,500 --> 00:00:02,000\nHello, I'm\nZoë & Co.\n\n"
        "2\n00:00:02,000 --> 00:00:03,250\n- in 2025\n\n"
    )


def test_text_after_a_blank_line_and_last_numbers_stay_in_srt(file):
    data = (
        "1\n00:00:01,000 --> 00:00:02,000\none\n\ntwo\n\n2\n00:00:02,000 --> 00:00:03,000\n1984\n"
    )
    assert texts(read_transcript(file(data, "a.srt"))) == ["one\n\ntwo", "1984"]


def test_rolling_captions_have_the_times_of_their_words(file, tmp_path):
    found = read_transcript(file(ROLLING, "talk.en.vtt"))
    assert texts(found) == [
        "hello my name is",
        "hello my name is",
        "hello my name is\nAnnabel and I",
        "Annabel and I",
    ]
    named = [word for word in found.words if word.text == "name"]
    assert {(word.start, word.end, word.exact) for word in named} == {(0.719, 0.96, True)}
    annabel = [word for word in found.words if word.text == "Annabel"]
    assert {(word.start, word.end) for word in annabel} == {(2.24, 2.72)}
    again = written(found, tmp_path)
    assert "<00:00:00.719> name<00:00:00.960> is" in again
    assert not found.notes
    assert "Kind" not in again
    assert "align" not in again


def test_voices_are_renamed_and_all_else_is_dropped(file, tmp_path):
    found = read_transcript(file(VOICES, "talk.vtt"))
    assert [word.speaker for word in found.words] == [*["Anna Berg"] * 3, "Bob", "Anna Berg"]
    names = PseudonymNames(Key(bytes(32)))
    anna, bob = names.speaker("Anna Berg"), names.speaker("Bob")
    assert written(found, tmp_path, names) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n"
        f"<v {anna}>Hello there &lt;you&gt;</v>\n<v {bob}>Hi</v>\n\n"
        f"01:00:02.000 --> 01:00:03.500\n<v {anna}>Bye</v>\n\n"
    )


def test_an_unclosed_tag_does_not_show_a_name(file, tmp_path):
    data = "WEBVTT\n\n00:01.000 --> 00:02.000\nhello <v Anna\n"
    assert "Anna" not in written(read_transcript(file(data, "a.vtt")), tmp_path)


def test_a_word_that_a_tag_divides_is_one_word(file):
    data = "WEBVTT\n\n00:01.000 --> 00:02.000\nAn<00:01.500><c>na</c> Ber<b>lin</b>\n"
    found = read_transcript(file(data, "a.vtt")).words
    assert [(word.text, word.start, word.end) for word in found] == [
        ("Anna", 1.0, 2.0),
        ("Berlin", 1.5, 2.0),
    ]


def test_inline_times_out_of_order_are_not_believed(file):
    data = "WEBVTT\n\n00:01.000 --> 00:02.000\none <00:09.000>two <00:01.200>three\n"
    found = read_transcript(file(data, "a.vtt")).words
    assert {(word.start, word.end, word.exact) for word in found} == {(1.0, 2.0, False)}


def test_ctm(file, tmp_path):
    found = read_transcript(file(CTM, "talk.ctm"))
    assert [(word.text, word.start, word.end) for word in found.words] == [
        ("hello", 0.5, 0.75),
        ("Anna", 0.75, 1.05),
    ]
    names = PseudonymNames(Key(bytes(32)))
    name = names.recording("talk")
    expected = f"{name} 1 0.500 0.250 hello\n{name} 1 0.750 0.300 Anna\n"
    assert written(found, tmp_path, names) == expected


def test_a_ctm_of_several_recordings_needs_to_know_which(file):
    path = file(CTM + "other 1 0.5 0.5 secret\n", "all.ctm")
    assert texts(read_transcript(path, recording="talk")) == ["hello Anna"]
    for recording in (None, "third"):
        with pytest.raises(InputError, match="not clear which"):
            read_transcript(path, recording=recording)


def test_plain_text_keeps_its_lines(file, tmp_path):
    found = read_transcript(file("Hello  there.\nYes.\n\n\n\nNew part\x1b[2J.\n", "talk.txt"))
    assert found.kind == "text"
    assert written(found, tmp_path) == "Hello there.\nYes.\n\nNew part[2J.\n"


def test_kaldi_text_is_renamed_and_sorted(file, tmp_path):
    found = read_transcript(file(KALDI, "text"))
    assert found.kind == "kaldi"
    assert written(found, tmp_path) == "anna-u1 I am Anna\nanna-u2 hello there\n"
    lines = written(found, tmp_path, PseudonymNames(Key(bytes(32)))).splitlines()
    assert lines == sorted(lines)
    assert not any("anna-u" in line for line in lines)
    assert read_transcript(file("1-2-3 HELLO\n", "1-2.trans.txt")).kind == "kaldi"


def test_speakers_in_the_text_are_noted(file):
    notes = read_transcript(file("Anna Berg: hello\n- Bob: hi\nat 10:30 we\n", "a.txt")).notes
    assert len(notes) == 1
    assert "2 lines" in notes[0]
    assert "Anna" not in notes[0]


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.srt", "hello\n", "no SRT"),
        ("a.vtt", "hello\n", "no VTT"),
        ("a.vtt", PREMIERE, "no VTT"),
        ("a.srt", "1\n00:00:02,000 --> 00:00:01,000\nx\n", "line 2: a cue ends before"),
        ("a.srt", "1\n00:00:02,000 --> 00:00:03,000\nx\n\n2\n00:00:xx\n00:00:9 --> 1\n", "line 7"),
        ("a.ctm", "talk 1 0.5\n", "line 1: 3 fields"),
        ("a.ctm", "talk 1 nan 1 x\n", "no number"),
        ("a.ctm", "talk 1 * * <ALT_BEGIN>\n", "alternatives"),
        ("a.json", '{"text": "hello"}', "no transcript"),
        ("a.txt", '{"text": "hello"}', "some other format"),
        ("a.txt", "<html>Anna</html>", "some other format"),
        ("a.txt", "{\\rtf1 Anna}", "some other format"),
        ("a.txt", 'File type = "ooTextFile"\n', "some other format"),
        ("a.txt", "[Script Info]\nTitle: Anna\n", "some other format"),
        ("a.eaf", "hello", "no transcript"),
        ("a.docx", "hello", "no transcript"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "a<b>" * 20_001, "tags"),
        ("text", "u1 hello\nu1 there\n", "line 2: an id for the second time"),
    ],
)
def test_what_is_refused(file, name, data, what):
    with pytest.raises(InputError) as caught:
        read_transcript(file(data, name))
    assert what in str(caught.value)
    assert "Anna" not in str(caught.value)


def test_a_name_that_the_format_cannot_hold_leaves_nothing(file, tmp_path):
    class Spaced(KeptNames):
        def recording(self, name):
            return f"my {name}"

    found = read_transcript(file(CTM, "talk.ctm"))
    with pytest.raises(OutputError, match="spaces"):
        write_transcript(found, tmp_path / "out.ctm", Spaced())
    assert not (tmp_path / "out.ctm").exists()


WORD = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=6)
LINES = st.lists(
    st.lists(WORD, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=2
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["srt", "vtt"]), st.lists(LINES, min_size=1, max_size=5))
def test_written_subtitles_are_read_again(tmp_path_factory, kind, cues):
    folder = tmp_path_factory.mktemp("round")
    rows = ["WEBVTT", ""] if kind == "vtt" else []
    point = "." if kind == "vtt" else ","
    for number, lines in enumerate(cues):
        time = f"00:00:{2 * number:02d}{point}000 --> 00:00:{2 * number + 1:02d}{point}500"
        escaped = [line.replace("&", "&amp;").replace("<", "&lt;") for line in lines]
        rows += [str(number + 1), time, *(escaped if kind == "vtt" else lines), ""]
    source = folder / f"a.{kind}"
    source.write_text("\n".join(rows), encoding="utf-8")
    first = read_transcript(source)
    again = folder / f"b.{kind}"
    write_transcript(first, again, KeptNames())
    once = again.read_text(encoding="utf-8")
    write_transcript(read_transcript(again), again, KeptNames(), overwrite=True)
    assert again.read_text(encoding="utf-8") == once
    if kind == "vtt":
        assert texts(first) == ["\n".join(lines) for lines in cues]


PIECES = st.sampled_from(
    ["WEBVTT", "\n", "\n\n", "1", "00:00:01.000 --> 00:00:02.000", "00:00:01,000 --> 00:00:00,500",
     "<v Anna>", "<00:00:01.500>", "</v>", "<", ">", "&amp;", "&#0;", "&#xD800;", "-->", "NOTE",
     "anna", " ", "\t", "\x85", "\u2028", "\x1b", "安娜", "a 1 0.5 0.5 x", ";;", "{\\an8}"]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20).map("".join),
    st.sampled_from(["a.srt", "a.vtt", "a.ctm", "a.txt", "text"]),
)
def test_any_text_is_read_and_written_or_refused(tmp_path_factory, data, name):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / name).write_bytes(data.encode("utf-8", "surrogatepass"))
    try:
        found = read_transcript(folder / name)
        write_transcript(found, folder / "written", PseudonymNames(Key(bytes(32))))
    except VoxnymError as error:
        said = str(error)
    else:
        said = (folder / "written").read_text(encoding="utf-8").replace("\n", "")
        assert "\x1b" not in said
        return
    assert said.isprintable()
