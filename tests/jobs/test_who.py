import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.jobs.who import plain, speaker_of, who_of
from voxnym.keys import Key


@given(st.text())
def test_plain_names_can_be_drawn_from(name):
    assert plain(name).encode("utf-8").decode() == plain(name)
    assert plain(plain(name)) == plain(name)


def test_composed_and_decomposed_letters_are_one_person():
    assert plain(unicodedata.normalize("NFD", "Zoë")) == plain("Zoë")


def test_bytes_that_are_no_utf8_are_told_apart():
    assert plain("a\udc80") != plain("a\udc81")


def test_a_given_name_wins():
    assert speaker_of(Path("in/anna/1.wav"), Path("in"), "berta", "folder") == "berta"


def test_folder_names_do_not_depend_on_where_the_tree_lies(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    names = [speaker_of(root / "anna" / "1.wav", root, None, "folder") for root in (one, other)]
    assert names == ["anna", "anna"]


def test_the_input_folder_itself_gives_its_name(tmp_path):
    folder = tmp_path / "anna"
    folder.mkdir()
    assert speaker_of(folder / "1.wav", folder, None, "folder") == "anna"
    assert speaker_of(folder / "1.wav", None, None, "folder") == "anna"


@pytest.mark.parametrize("scope", ["file", "utterance"])
def test_content_decides_and_not_the_name(scope):
    assert who_of(scope, "anna", "c1").name == who_of(scope, "berta", "c1").name
    assert who_of(scope, "anna", "c1").name != who_of(scope, "anna", "c2").name


def test_scopes_never_share_a_voice():
    key = Key(bytes(32))
    draws = {
        key.generator("x", who_of(scope, "same", "same")).integers(2**60)
        for scope in ("file", "speaker", "utterance")
    }
    assert len(draws) == 3
