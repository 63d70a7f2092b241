from __future__ import annotations

import struct

import numpy as np
import pytest

from voxnym.errors import InputError, OutputError
from voxnym.voices.model import PseudoVoice
from voxnym.voices.writing import Issued, read_npz, write_kaldi, write_npz

RNG = np.random.default_rng(0)
VECTORS = RNG.standard_normal((3, 5))
ISSUED = [
    Issued("b-2", "b", PseudoVoice(VECTORS[0], "m", 3, "too near")),
    Issued("a-1", "a", PseudoVoice(VECTORS[1], "f")),
    Issued("b-1", "b", PseudoVoice(VECTORS[2], "m")),
]


def by_hand(folder, line):
    """A vector of an archive, read as Kaldi documents it."""
    place, _, offset = line.rpartition(":")
    content = (folder / place).read_bytes()[int(offset) :]
    assert content[:5] == b"\0BFV "
    assert content[5] == 4
    (count,) = struct.unpack("<i", content[6:10])
    return np.array(struct.unpack(f"<{count}f", content[10 : 10 + 4 * count]))


def test_npz_round_trips(tmp_path):
    write_npz(tmp_path / "voices.npz", ISSUED, "dvector")
    back, embedder = read_npz(tmp_path / "voices.npz")
    assert embedder == "dvector"
    for one, other in zip(ISSUED, back, strict=True):
        assert (one.utterance, one.speaker) == (other.utterance, other.speaker)
        assert np.array_equal(one.voice.vector, other.voice.vector)
        assert (one.voice.gender, one.voice.tries, one.voice.unmet) == (
            other.voice.gender, other.voice.tries, other.voice.unmet,
        )  # fmt: skip


def test_kaldi_files_are_sorted_and_read_by_hand(tmp_path):
    scp = write_kaldi(tmp_path / "out", ISSUED)
    lines = [line.split(" ") for line in scp.read_text().splitlines()]
    assert [name for name, _ in lines] == ["a-1", "b-1", "b-2"]
    for (_, place), row in zip(lines, (1, 2, 0), strict=True):
        assert str(tmp_path) not in place
        assert by_hand(tmp_path / "out", place) == pytest.approx(VECTORS[row], rel=1e-6)
    assert (tmp_path / "out" / "spk2gender").read_text() == "a f\nb m\n"


def test_kaldi_files_are_read_by_kaldiio(tmp_path, monkeypatch):
    kaldiio = pytest.importorskip("kaldiio")
    scp = write_kaldi(tmp_path, ISSUED)
    monkeypatch.chdir(tmp_path)
    for told in (kaldiio.load_scp(str(scp)), dict(kaldiio.load_ark("pseudo_xvector.ark"))):
        assert set(told) == {"a-1", "b-1", "b-2"}
        for one in ISSUED:
            # A vector, not a matrix of one row as the released generator wrote.
            assert told[one.utterance].shape == (5,)
            assert told[one.utterance] == pytest.approx(one.voice.vector, rel=1e-6)


def test_unknown_genders_are_not_written(tmp_path):
    write_kaldi(tmp_path, [Issued("u", "s", PseudoVoice(VECTORS[0]))])
    assert not (tmp_path / "spk2gender").exists()


def test_files_are_not_overwritten_unless_allowed(tmp_path):
    path = tmp_path / "voices.npz"
    write_npz(path, ISSUED, "x")
    with pytest.raises(OutputError, match="exists"):
        write_npz(path, ISSUED, "x")
    write_npz(path, ISSUED[:1], "x", overwrite=True)
    assert len(read_npz(path)[0]) == 1


@pytest.mark.parametrize(
    ("issued", "words"),
    [
        ([], "no pseudo-voices"),
        ([ISSUED[0], ISSUED[0]], "two pseudo-voices"),
        ([ISSUED[0], Issued("c", "c", PseudoVoice(np.ones(4)))], "one length"),
        ([Issued("c", "c", PseudoVoice(np.ones((1, 5))))], "one length"),
        ([Issued("c", "c", PseudoVoice(np.array([np.nan])))], "NaN"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, issued, words):
    with pytest.raises(InputError, match=words):
        write_npz(tmp_path / "x.npz", issued, "x")
    with pytest.raises(InputError, match=words):
        write_kaldi(tmp_path, issued)
    assert not list(tmp_path.iterdir())


def test_names_and_genders_that_kaldi_would_misread(tmp_path):
    for name in ("a b", "", "a\n"):
        with pytest.raises(OutputError, match="without blanks"):
            write_kaldi(tmp_path, [Issued(name, "s", PseudoVoice(VECTORS[0]))])
    two = [ISSUED[0], Issued("b-3", "b", PseudoVoice(VECTORS[1], "f"))]
    with pytest.raises(InputError, match="two genders"):
        write_kaldi(tmp_path, two)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "text.npz").write_text("nothing")
    np.savez(tmp_path / "other.npz", vectors=VECTORS)
    np.savez(tmp_path / "objects.npz", about=np.array({"format": 1}, dtype=object))
    for name in ("text", "other", "objects", "missing"):
        with pytest.raises(InputError, match=name):
            read_npz(tmp_path / f"{name}.npz")
