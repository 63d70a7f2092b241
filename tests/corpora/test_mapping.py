import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.corpora.mapping import HEADER, read_mapping, write_mapping
from voxnym.corpora.names import PseudonymNames, Renamed
from voxnym.errors import InputError, OutputError, VoxnymError
from voxnym.keys import Key

A = Renamed("speaker", "anna", "AAAAAAAAAA")
B = Renamed("speaker", "bob", "BBBBBBBBBB")


@pytest.fixture
def place(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "names.csv", tmp_path / "out"


def test_it_is_a_table_for_its_owner_alone(place):
    path, out = place
    before = os.umask(0o022)
    try:
        write_mapping(path, [B, A], out)
    finally:
        os.umask(before)
    assert path.read_text() == (
        "kind,name,pseudonym\nspeaker,anna,AAAAAAAAAA\nspeaker,bob,BBBBBBBBBB\n"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir() if entry.is_file()] == ["names.csv"]


def test_a_later_run_extends_it_and_loses_nothing(place):
    path, out = place
    write_mapping(path, [A], out)
    write_mapping(path, [B], out)
    assert read_mapping(path) == (A, B)
    write_mapping(path, [A], out)
    assert read_mapping(path) == (A, B)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_file_that_a_kill_left_is_taken(place):
    path, out = place
    path.touch(0o600)
    write_mapping(path, [A], out)
    assert read_mapping(path) == (A,)


def test_a_mapping_of_another_key_stays(place):
    path, out = place
    for secret in (bytes(32), bytes(range(32))):
        names = PseudonymNames(Key(secret))
        names.speaker("anna" if secret == bytes(32) else "bob")
        if secret == bytes(32):
            write_mapping(path, names.mapping, out)
            before = path.read_bytes()
        else:
            with pytest.raises(OutputError, match="another key"):
                write_mapping(path, names.mapping, out)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["mine", "kind,name,pseudonym\nspeaker,anna\n", "a,b,c\n1,2,3\n"])
def test_other_files_stay(place, text):
    path, out = place
    path.write_text(text)
    with pytest.raises(OutputError, match="not replaced"):
        write_mapping(path, [A], out)
    assert path.read_text() == text


def test_links_are_not_followed(place, tmp_path):
    path, out = place
    for target in (tmp_path / "target", tmp_path / "nowhere"):
        path.symlink_to(target)
        if target.name == "target":
            target.write_text("kind,name,pseudonym\n")
        with pytest.raises(OutputError, match="link"):
            write_mapping(path, [A], out)
        assert path.is_symlink()
        path.unlink()
    assert (tmp_path / "target").read_text() == "kind,name,pseudonym\n"
    assert not (tmp_path / "nowhere").exists()


def test_never_inside_the_output(place, tmp_path):
    _, out = place
    (out / "deep").mkdir()
    (tmp_path / "link").symlink_to(out / "deep")
    places = (out / "a.csv", out / "deep/a.csv", tmp_path / "link/a.csv", out / "../out/a.csv")
    for path in places:
        with pytest.raises(OutputError, match="lies in the output"):
            write_mapping(path, [A], out)
    assert not [path for path in out.rglob("*") if path.is_file()]
    # Not yet there, or a single file.
    with pytest.raises(OutputError):
        write_mapping(tmp_path / "new/a.csv", [A], tmp_path / "new")
    with pytest.raises(OutputError):
        write_mapping(tmp_path / "talk.wav", [A], tmp_path / "talk.wav")
    write_mapping(tmp_path / "outer.csv", [A], out)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match="no such folder"):
        write_mapping(tmp_path / "none/a.csv", [A], tmp_path / "out")


def test_what_is_no_mapping(tmp_path):
    path = tmp_path / "a"
    path.write_text("anna\n")
    with pytest.raises(InputError, match="no mapping"):
        read_mapping(path)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=10)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.tuples(TEXT, TEXT), TEXT, max_size=5))
def test_round_trip(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("map") / "names.csv"
    mapping = tuple(sorted(Renamed(*of, to) for of, to in rows.items()))
    write_mapping(path, mapping, path.parent / "out")
    assert read_mapping(path) == mapping


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("map") / "names.csv"
    path.write_bytes((",".join(HEADER) + "\n" + text).encode("utf-8", "surrogatepass"))
    try:
        read_mapping(path)
    except VoxnymError as error:
        said = str(error)
    else:
        return
    assert said.isprintable()
