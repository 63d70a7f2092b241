"""Paths of a corpus stay below its folder or below the root, and go through no link."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.corpora.tree import Tree, safe_path
from voxnym.errors import InputError


@pytest.fixture
def home(tmp_path):
    """tmp/corpus (home) and tmp/audio (a root beside it), each with a.wav in sub/."""
    for name in ("corpus", "audio"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "a.wav").write_bytes(b"x")
    (tmp_path / "secret.wav").write_bytes(b"secret")
    return tmp_path / "corpus"


def test_relative_paths_count_from_the_corpus(home):
    assert safe_path("sub/a.wav", home) == home / "sub" / "a.wav"
    assert safe_path("./sub//a.wav", home) == home / "sub" / "a.wav"


def test_a_file_need_not_be_there(home):
    assert safe_path("none/at all.wav", home) == home / "none" / "at all.wav"


def test_absolute_paths_inside(home):
    assert safe_path(str(home / "sub" / "a.wav"), home) == home / "sub" / "a.wav"


@pytest.mark.parametrize("text", [
    "../secret.wav", "sub/../../secret.wav", "sub/../sub/a.wav", "..", "sub/..", "..\\secret.wav",
    "/etc/passwd", "", ".", "/", "sub", "a\nb.wav", "a\0b.wav", "\x1b[2Ja.wav", "x" * 5000,
    "x" * 300, "sub/a.wav/b.wav/../c", "\ud800.wav",
])  # fmt: skip
def test_refused(home, text):
    with pytest.raises(InputError) as caught:
        safe_path(text, home)
    assert str(home) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_message_says_what_to_do(home):
    with pytest.raises(InputError, match="--root DIR"):
        safe_path(str(home.parent / "secret.wav"), home)
    with pytest.raises(InputError, match="--root DIR"):
        safe_path("../secret.wav", home)


def test_a_folder_whose_name_begins_alike_is_outside(home):
    other = home.parent / "corpus2"
    other.mkdir()
    (other / "a.wav").write_bytes(b"x")
    with pytest.raises(InputError, match="leads out"):
        safe_path(str(other / "a.wav"), home)


def test_root_allows_its_own_files_and_nothing_else(home):
    root = home.parent / "audio"
    assert safe_path(str(root / "sub" / "a.wav"), home, root) == root / "sub" / "a.wav"
    assert safe_path(str(home / "sub" / "a.wav"), home, root) == home / "sub" / "a.wav"
    with pytest.raises(InputError, match="leads out"):
        safe_path(str(home.parent / "secret.wav"), home, root)


def test_relative_paths_count_from_the_root_only_if_the_corpus_has_none(home):
    root = home.parent / "audio"
    assert safe_path("sub/a.wav", home, root) == home / "sub" / "a.wav"
    (root / "b.wav").write_bytes(b"x")
    assert safe_path("b.wav", home, root) == root / "b.wav"
    assert safe_path("c.wav", home, root) == home / "c.wav"


@pytest.mark.parametrize("text", ["link.wav", "linked/secret.wav", "dangling.wav", "sub/in.wav"])
def test_links_are_refused(home, text):
    (home / "link.wav").symlink_to(home.parent / "secret.wav")
    (home / "linked").symlink_to(home.parent)
    (home / "dangling.wav").symlink_to("nowhere")
    (home / "sub" / "in.wav").symlink_to("a.wav")
    with pytest.raises(InputError, match="symbolic link"):
        safe_path(text, home)
    with pytest.raises(InputError, match="symbolic link"):
        safe_path(str(home / text), home)


def test_a_link_in_the_root_is_refused_for_relative_paths_too(home):
    root = home.parent / "audio"
    (root / "far").symlink_to(home.parent)
    with pytest.raises(InputError, match="symbolic link"):
        safe_path("far/secret.wav", home, root)


def test_the_users_own_folder_may_be_behind_a_link(home):
    (home.parent / "spelled").symlink_to(home)
    spelled = home.parent / "spelled"
    assert safe_path("sub/a.wav", spelled) == spelled / "sub" / "a.wav"
    # A corpus may name its files by the folder's other spelling.
    assert safe_path(str(home / "sub" / "a.wav"), spelled) == spelled / "sub" / "a.wav"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused(home):
    os.mkfifo(home / "pipe.wav")
    with pytest.raises(InputError, match="no file"):
        safe_path("pipe.wav", home)


def test_a_folder_is_looked_at_once_but_each_file(home):
    tree = Tree(home)
    assert tree.path("sub/a.wav")
    (home / "sub" / "b.wav").symlink_to("a.wav")
    with pytest.raises(ValueError, match="symbolic link"):
        tree.path("sub/b.wav")


PARTS = st.sampled_from(["..", ".", "", "sub", "a.wav", "link", "…", " ", "~", "c:", "\\", "-"])


@given(st.lists(PARTS | st.text(max_size=4), max_size=6), st.booleans())
@settings(deadline=None)
def test_whatever_is_accepted_lies_inside(tmp_path_factory, parts, absolute):
    home = tmp_path_factory.getbasetemp() / "anywhere"
    home.mkdir(exist_ok=True)
    if not (home / "link").is_symlink():
        (home / "link").symlink_to("/")
    text = ("/" if absolute else "") + "/".join(parts)
    try:
        found = safe_path(text, home)
    except InputError:
        return
    real = os.path.realpath(found)
    assert real.startswith(os.path.realpath(home) + os.sep)
