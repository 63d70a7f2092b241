"""What is refused of a Kaldi data directory, and of what a caller wants written as one."""

from pathlib import PurePath

import pytest
from kaldi_tables import MADE, filled

from voxnym.corpora.corpus import Made
from voxnym.corpora.kaldi_rules import violations
from voxnym.corpora.reading import read_corpus
from voxnym.corpora.writing import write_corpus
from voxnym.errors import InputError, OutputError


@pytest.fixture
def data(tmp_path):
    return filled(tmp_path / "data")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


REFUSED = [
    ("wav_scp", "r1 a.wav\nr1 b.wav\n", "wav.scp:2: recording 'r1' stands twice"),
    ("wav_scp", "r1 foo.ark:123\n", "wav.scp:1: .*archive"),
    ("wav_scp", "r1 foo.ark:12[0:3]\n", "wav.scp:1: .*archive"),
    ("wav_scp", "r1 -\n", "wav.scp:1: .*expected the path"),
    ("wav_scp", "r1\n", "wav.scp:1: .*expected the path"),
    ("wav_scp", "r1 ~/a.wav\n", "wav.scp:1: .*'~'"),
    ("wav_scp", "r1 ../a.wav\n", r"wav.scp:1: .*'\.\.'"),
    ("wav_scp", "r1 /etc/passwd\n", "wav.scp:1: .*leads out"),
    ("wav_scp", "\n", "wav.scp:1: an empty line"),
    ("wav_scp", "", "wav.scp: no recording"),
    ("wav_scp", "r\u00a01 a.wav\n", "wav.scp:1: recording"),
    ("wav_scp", "r\u200b1 a.wav\n", "wav.scp:1: recording"),
    ("wav_scp", "x" * 2000 + " a.wav\n", "wav.scp:1: recording has 2000"),
    ("segments", "u r1 0.5\n", "segments:1: utterance 'u': 2 fields"),
    ("segments", "u r1 1 0.5\n", "segments:1: .*end after"),
    ("segments", "u r1 1 1\n", "segments:1: .*end after"),
    ("segments", "u r1 nan 1\n", "segments:1: .*start 'nan'"),
    ("segments", "u r1 0 inf\n", "segments:1: .*end 'inf'"),
    ("segments", "u r1 0 1e999\n", "segments:1: .*end 'inf'"),
    ("segments", "u r1 0 1e12\n", "segments:1: .*end"),
    ("segments", "u r1 -0.5 1\n", "segments:1: .*start '-0.5'"),
    ("segments", "u r1 1_0 11\n", "segments:1: .*start '1_0'"),
    ("segments", "u r1 ١ 11\n", "segments:1: .*start"),
    ("segments", "u r9 0 1\n", "segments:1: .*'r9' is not in wav.scp"),
    ("segments", "u r1 0 1 x\n", "segments:1: .*channel"),
    ("utt2spk", "anna-r1-1 anna\n", "utt2spk: utterance 'anna-r1-2' is not in it"),
    ("utt2spk", "anna-r1-1 anna b\n", "utt2spk:1: utterance 'anna-r1-1': speaker"),
    ("utt2spk", "anna-r1-1\n", "utt2spk:1: .*speaker is empty"),
    ("spk2utt", "berta anna-r1-1\n", "spk2utt:1: .*'berta', by 'anna' in utt2spk"),
    ("spk2utt", "anna u u\n", "spk2utt:1: utterance 'u' stands twice"),
    ("utt2lang", "anna-r1-1 " + "x" * 65 + "\n", "utt2lang:1: .*label"),
]


@pytest.mark.parametrize(("name", "text", "message"), REFUSED)
def test_what_is_refused_names_file_and_line(tmp_path, name, text, message):
    data = filled(tmp_path / "data", **{name: text})
    with pytest.raises(InputError, match=message) as caught:
        read_corpus(data)
    assert str(caught.value).startswith(str(data))
    assert "\n" not in str(caught.value)


def test_other_encodings_and_ends_of_lines(tmp_path):
    data = filled(tmp_path / "data")
    (data / "text").write_bytes(b"\xef\xbb\xbfanna-r1-1 gr\xc3\xbc\xc3\x9f\r\nanna-r1-2 a\tb\r\n")
    corpus = read_corpus(data)
    assert corpus.utterances[0].text == "grüß"
    assert corpus.notes == ("text: 1 utterances have no transcript",)
    (data / "text").write_bytes(b"anna-r1-1 gr\xfc\xdf\n")
    with pytest.raises(InputError, match="text:1: no UTF-8"):
        read_corpus(data)


@pytest.mark.parametrize("path", [
    "/abs.wav", "../up.wav", "a/../../b.wav", "a\nb.wav", "x|", "x:12", " x.wav", "x.ark", "~x",
])  # fmt: skip
def test_new_paths_that_would_be_misread_are_refused(data, out, path):
    with pytest.raises(OutputError):
        write_corpus(read_corpus(data), out, {"r1": Made(PurePath(path), 16000, 16000, 1)})
    assert list(out.iterdir()) == []


def test_nothing_is_written_where_something_is_wrong(data, out):
    corpus = read_corpus(data)
    with pytest.raises(OutputError, match="own folder"):
        write_corpus(corpus, data, MADE)
    with pytest.raises(OutputError, match="nothing"):
        write_corpus(corpus, out, {})
    with pytest.raises(OutputError, match="not in it"):
        write_corpus(corpus, out, {**MADE, "r3": MADE["r1"]})
    with pytest.raises(OutputError, match="two new recordings"):
        write_corpus(corpus, out, {"r1": MADE["r1"], "r2": MADE["r1"]})
    (out / "text").write_text("here before")
    with pytest.raises(OutputError, match="exists"):
        write_corpus(corpus, out, MADE)
    assert [one.name for one in out.iterdir()] == ["text"]
    write_corpus(corpus, out, MADE, overwrite=True)
    assert violations(out) == ()


class OneName:
    """What a careless caller might give."""

    def __init__(self, name):
        self.name = name

    def speaker(self, name, /):
        return self.name

    def utterance(self, name, speaker, /):
        return self.name

    def recording(self, name, /):
        return self.name


class Ending(OneName):
    """Different names for different ids, none of them fit to be written."""

    def utterance(self, name, speaker, /):
        return name + self.name

    def recording(self, name, /):
        return name + self.name


@pytest.mark.parametrize("ending", [" b", "\n", "\nc c", "\u00a0", "\ud800", "x" * 2000])
def test_names_that_would_break_lines_are_refused(data, out, ending):
    with pytest.raises(OutputError, match="the new name"):
        write_corpus(read_corpus(data), out, MADE, Ending(ending))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("name", ["x", "", "a b", "a\nb c", "\ud800"])
def test_bad_names_are_refused(data, out, name):
    with pytest.raises(OutputError):
        write_corpus(read_corpus(data), out, MADE, OneName(name))
    assert list(out.iterdir()) == []
