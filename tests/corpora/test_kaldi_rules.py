"""Our reading of Kaldi's validate_data_dir.sh, rule by rule."""

import pytest

from voxnym.corpora.kaldi_rules import violations

VALID = {
    "wav.scp": "r1 a.wav\nr2 flac -dc b.flac |\n",
    "segments": "a-1 r1 0 1.5\na-2 r2 1.5 1e1\nb-1 r1 3 4\n",
    "utt2spk": "a-1 a\na-2 a\nb-1 b\n",
    "spk2utt": "a a-1 a-2\nb b-1\n",
    "spk2gender": "a f\nb m\n",
    "text": "a-1 hello\na-2\nb-1 x\n",
    "utt2dur": "a-1 1.5\na-2 8.5\nb-1 1\n",
    "reco2dur": "r1 20\nr2 20\n",
    "utt2num_frames": "a-1 150\na-2 850\nb-1 100\n",
    "reco2file_and_channel": "r1 r1 A\nr2 r2 A\n",
}
_SPELLED = {"wav_scp": "wav.scp"}


def folder_with(tmp_path, **changes):
    for name, text in {**VALID, **{_SPELLED.get(k, k): v for k, v in changes.items()}}.items():
        if text is not None:
            (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return tmp_path


def test_a_valid_directory(tmp_path):
    assert violations(folder_with(tmp_path)) == ()


def test_a_valid_directory_without_segments(tmp_path):
    folder = folder_with(
        tmp_path, segments=None, wav_scp="a-1 a.wav\na-2 b.wav\nb-1 c.wav\n",
        reco2dur="a-1 2\na-2 2\nb-1 2\n", reco2file_and_channel=None,
    )  # fmt: skip
    assert violations(folder) == ()


BROKEN = [
    ("wav_scp", None, "no such file"),
    ("utt2spk", "", "is empty"),
    ("spk2utt", None, "no such file"),
    ("wav_scp", "r2 b\nr1 a\n", "not sorted"),
    ("wav_scp", "r1 a\nr1 a\nr2 b\n", "not sorted"),
    ("wav_scp", "r1 a\n", "wav.scp: has other recordings"),
    ("wav_scp", "r1 a\nr2 ~/b\n", "wav.scp: a value"),
    ("wav_scp", "r1 a\nr2 b", "does not end"),
    ("segments", "a-1 r1 0 1.5\na-2 r2 1.5 10\n", "segments: has other utterances"),
    ("segments", "a-1 r1 0 1.5\na-2 r2 1.5 10\nb-1 r1 3 3\n", "b-1 is not"),
    ("segments", "a-1 r1 0 1.5\na-2 r2 1.5 10\nb-1 r1 3 4 1\n", "b-1 is not"),
    ("segments", "a-1 r1 0 1.5\na-2 r2 1.5 10\nb-1 r1 -1 3\n", "b-1 is not"),
    ("segments", "a-1 r1 0 1.5\na-2 r2 1.5 10\nb-1 r1 x y\n", "b-1 is not"),
    ("utt2spk", "a-1 a\na-2 a x\nb-1 b\n", "two fields"),
    ("utt2spk", "a-1 b\na-2 a\nb-1 b\n", "by speaker"),
    ("spk2utt", "a a-2 a-1\nb b-1\n", "inverse"),
    ("spk2utt", "b b-1\na a-1 a-2\n", "not sorted"),
    ("spk2gender", "a f\n", "spk2gender: has other speakers"),
    ("spk2gender", "a f\nb x\n", "spk2gender: a value"),
    ("text", "a-1 hello\nb-1 x\n", "text: has other utterances"),
    ("text", "a-1 <s> hello\na-2\nb-1 x\n", "keeps for itself"),
    ("text", "a-1 he\u00a0llo\na-2\nb-1 x\n", "white space"),
    ("text", "a-1 hello\r\na-2\nb-1 x\n", "CR"),
    ("text", "a-1 hello\n\na-2\nb-1 x\n", "empty line"),
    ("text", "a-1 a\x07\na-2\nb-1 x\n", "control"),
    ("reco2file_and_channel", "r1 r1 A\nr2 r2 C\n", "reco2file_and_channel: a value"),
    ("text", "a-1 \udcff\na-2\nb-1 x\n", "UTF-8"),
    ("utt2dur", "a-1 1.5\na-2 0\nb-1 1\n", "utt2dur: a value"),
    ("utt2dur", "a-1 1.5\na-2 nan\nb-1 1\n", "utt2dur: a value"),
    ("reco2dur", "r1 20\n", "reco2dur: has other recordings"),
    ("utt2num_frames", "a-1 1\na-2 1.5\nb-1 1\n", "utt2num_frames: a value"),
    ("reco2file_and_channel", "r1 r1 A\n", "reco2file_and_channel: has other recordings"),
]


@pytest.mark.parametrize(("name", "text", "message"), BROKEN)
def test_each_rule(tmp_path, name, text, message):
    found = violations(folder_with(tmp_path, **{name: text}))
    assert any(message in one for one in found), found
    assert all("\n" not in one for one in found)


def test_byte_order_not_alphabet(tmp_path):
    folder = folder_with(
        tmp_path, segments=None, utt2dur=None, reco2dur=None, utt2num_frames=None, text=None,
        reco2file_and_channel=None, spk2gender=None,
        wav_scp="B-1 x\na-1 y\né-1 z\n", utt2spk="B-1 B\na-1 a\né-1 é\n",
        spk2utt="B B-1\na a-1\né é-1\n",
    )  # fmt: skip
    assert violations(folder) == ()


def test_a_prefix_is_not_enough_where_speakers_begin_alike(tmp_path):
    folder = folder_with(
        tmp_path, segments=None, utt2dur=None, reco2dur=None, utt2num_frames=None, text=None,
        reco2file_and_channel=None, spk2gender=None,
        wav_scp="a-1 x\na-b-1 y\na-c z\n", utt2spk="a-1 a\na-b-1 a-b\na-c a\n",
        spk2utt="a a-1 a-c\na-b a-b-1\n",
    )  # fmt: skip
    assert any("by speaker" in one for one in violations(folder))


def test_links_and_missing_folders_are_told_not_raised(tmp_path):
    folder = folder_with(tmp_path, text=None)
    (folder / "text").symlink_to("/etc/passwd")
    assert any("symbolic link" in one for one in violations(folder))
    assert violations(tmp_path / "none")
