import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import KeyFileError
from voxnym.keys import Key
from voxnym.records import Who

KEY = Key(bytes(range(32)))
GOLDEN_DRAWS = [0.007655870024868228, 0.6021471684193189]


def test_written_key_comes_back_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "project.key"
    key = Key.random()
    key.write(path)
    assert Key.read(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("voxnym-key-1\n")


def test_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "k"
    KEY.write(path)
    with pytest.raises(KeyFileError, match="never overwritten"):
        Key.random().write(path)
    assert Key.read(path) == KEY


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "k"
    KEY.write(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        Key.read(path)


@pytest.mark.parametrize(
    "text", ["", "hello", "voxnym-key-2\n" + "0" * 64, "voxnym-key-1\n" + "0" * 62]
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "k"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="not a key file"):
        Key.read(path)


def test_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="voxnym key new"):
        Key.read(tmp_path / "none")


def test_random_keys_differ() -> None:
    assert len({Key.random().secret for _ in range(100)}) == 100


def test_secret_is_not_shown() -> None:
    assert KEY.secret.hex()[:8] not in repr(KEY)
    assert str(KEY.secret) not in repr(KEY)


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8), st.text(max_size=8))
def test_fields_cannot_run_into_each_other(a: str, b: str, purpose: str) -> None:
    assert KEY.digest(purpose, a, b) != KEY.digest(purpose, a + b)
    assert KEY.digest(purpose, a, b) != KEY.digest(purpose + a, b)


def test_generators_depend_on_key_purpose_scope_and_name_alone() -> None:
    def draw(key: Key, purpose: str, who: Who) -> float:
        return float(key.generator(purpose, who).random())

    anna = Who(speaker="anna", utterance="u1", scope="speaker")
    base = draw(KEY, "stage/x", anna)
    assert draw(KEY, "stage/x", Who("anna", "u2", "speaker")) == base
    others = [
        draw(KEY, "stage/y", anna),
        draw(KEY, "stage/x", Who("berta", "u1", "speaker")),
        draw(KEY, "stage/x", Who("anna", "anna", "utterance")),
        draw(KEY, "stage/x", Who("anna", "anna", "file")),
        draw(Key(bytes(32)), "stage/x", anna),
    ]
    assert len({base, *others}) == 6


def test_golden_generator() -> None:
    """Files made today must be repeatable tomorrow."""
    draws = KEY.generator("stage/x", Who(utterance="u")).random(2)
    np.testing.assert_allclose(draws, GOLDEN_DRAWS, rtol=0, atol=0)


def test_draws_look_uniform_over_people() -> None:
    draws = np.array(
        [KEY.generator("stage/x", Who(utterance=str(i))).random() for i in range(2000)]
    )
    counts = np.histogram(draws, bins=10, range=(0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 27.9  # chi square, 9 degrees, p = 0.001


def test_pseudonyms() -> None:
    names = {KEY.pseudonym(f"speaker {i}") for i in range(2000)}
    assert len(names) == 2000
    assert all(len(name) == 10 and name.isalnum() and name.upper() == name for name in names)
    assert KEY.pseudonym("anna") != Key(bytes(32)).pseudonym("anna")


def test_a_key_that_finds_no_room_leaves_no_file(tmp_path, monkeypatch):
    import errno
    import os

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match="No space left"):
        Key.random().write(tmp_path / "key")
    assert not (tmp_path / "key").exists()
