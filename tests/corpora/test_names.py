import unicodedata
from pathlib import PurePath, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.corpora.candidates import names_behind, pseudonyms_in
from voxnym.corpora.mapping import write_mapping
from voxnym.corpora.names import PseudonymNames, plain, stem_and_extension
from voxnym.errors import InputError, OutputError
from voxnym.keys import PSEUDONYM_CHARACTERS, Key

KEY = Key(bytes(range(32)))
NAME = st.text(st.characters(exclude_characters="/\0"), min_size=1).filter(
    lambda name: name not in (".", "..")
)


class FewNames(Key):
    """A key under which pseudonyms collide, in capitals or small letters."""

    def pseudonym(self, name):
        return "AAAAAAAAAA" if len(name) % 2 else "aaaaaaaaaa"


@pytest.fixture
def names():
    return PseudonymNames(KEY)


def test_a_name_has_one_pseudonym_wherever_it_stands(names):
    anna = names.speaker("anna")
    assert anna == KEY.pseudonym("anna")
    assert names.recording("anna") == anna
    assert names.utterance("u1", "anna").startswith(f"{anna}-")
    assert names.path(PurePath("anna/anna.wav")) == PurePath(anna) / f"{anna}.wav"


def test_utterances_sort_as_their_speakers_do(names):
    ids = [(f"u{i}", speaker) for i in range(20) for speaker in ("anna", "bob", "clara")]
    renamed = sorted((names.utterance(utt, spk), names.speaker(spk)) for utt, spk in ids)
    assert [speaker for _, speaker in renamed] == sorted(speaker for _, speaker in renamed)
    assert names.utterance("u1", None) == KEY.pseudonym("u1")


@pytest.mark.parametrize(
    ("name", "stem", "extension"),
    [
        ("Talk.WAV", "Talk", ".wav"),
        ("a.b.flac", "a.b", ".flac"),
        ("talk.srt", "talk", ".srt"),
        ("1.anna", "1.anna", ""),
        ("anna.berg", "anna.berg", ""),
        (".wav", ".wav", ""),
        ("talk", "talk", ""),
        ("talk.", "talk.", ""),
    ],
)
def test_only_harmless_extensions_stay(names, name, stem, extension):
    assert stem_and_extension(name) == (stem, extension)
    assert names.path(PurePath(name)).name == KEY.pseudonym(stem) + extension


def test_names_are_the_same_however_composed(names):
    composed, decomposed = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert names.speaker(composed) == names.speaker(decomposed)


def test_bytes_that_are_no_text(names):
    assert names.speaker("a\udcff") == KEY.pseudonym("a\\udcff")


@pytest.mark.parametrize("path", ["/a.wav", "../a.wav", "a/../b.wav", ""])
def test_paths_that_lead_out(names, path):
    with pytest.raises(InputError, match="leads out"):
        names.path(PurePath(path))


@pytest.mark.parametrize("pair", [("a.WAV", "a.wav"), ("Zo\u00eb.wav", "Zoe\u0308.wav")])
def test_two_files_never_get_one_name(names, pair):
    names.path(PurePath(pair[0]))
    names.path(PurePath(pair[0]))
    with pytest.raises(OutputError, match="rename one"):
        names.path(PurePath(pair[1]))


@pytest.mark.parametrize("pair", [("anna", "bobby"), ("anna", "bob"), ("a", "b")])
def test_collisions_are_errors(pair):
    names = PseudonymNames(FewNames(bytes(32)))
    first, second = pair
    names.speaker(first)
    with pytest.raises(OutputError, match="two different names"):
        names.recording(second)
    with pytest.raises(OutputError):
        names.path(PurePath(f"x/{second}.wav"))


def test_empty_names(names):
    with pytest.raises(InputError, match="empty"):
        names.speaker("")


def test_the_mapping_remembers_everything(names):
    names.speaker("anna")
    names.recording("r1")
    names.utterance("u1", "anna")
    names.path(PurePath("day1/Talk.WAV"))
    found = {(each.kind, each.name): each.pseudonym for each in names.mapping}
    assert found == {
        ("key", "fingerprint"): KEY.fingerprint,
        ("speaker", "anna"): KEY.pseudonym("anna"),
        ("recording", "r1"): KEY.pseudonym("r1"),
        ("utterance", "u1"): f"{KEY.pseudonym('anna')}-{KEY.pseudonym('u1')}",
        ("folder", "day1"): KEY.pseudonym("day1"),
        ("file", "Talk"): KEY.pseudonym("Talk"),
    }
    assert list(names.mapping) == sorted(names.mapping)


@settings(deadline=None, max_examples=60)
@given(st.lists(NAME, min_size=1, max_size=4))
def test_nothing_of_a_path_is_left(parts):
    path = PurePosixPath(*parts)
    renamed = PseudonymNames(KEY).path(path)
    assert len(renamed.parts) == len(path.parts)
    for part, folder in zip(renamed.parts, [True] * (len(parts) - 1) + [False], strict=True):
        stem = part if folder else stem_and_extension(part)[0]
        assert len(stem) == PSEUDONYM_CHARACTERS
        assert pseudonyms_in(stem) == (stem,)
    assert PseudonymNames(KEY).path(path) == renamed


def test_names_behind_pseudonyms(tmp_path, names):
    (tmp_path / "list").write_text("bob\n\nanna\n\nin/day1/Talk.wav\n", encoding="utf-8")
    wanted = [KEY.pseudonym(name) for name in ("anna", "Talk", "clara")]
    found = names_behind(KEY, wanted, tmp_path / "list")
    assert list(found.values()) == [("anna",), ("Talk",), ()]
    assert names_behind(Key(bytes(32)), wanted, tmp_path / "list")[wanted[0]] == ()


def test_names_behind_pseudonyms_in_folders_and_mappings(tmp_path, names):
    (tmp_path / "in/anna/day1").mkdir(parents=True)
    (tmp_path / "in/anna/day1/Zoe\u0308.wav").write_text("")
    wanted = [KEY.pseudonym(name) for name in ("anna", "anna/day1", "day1", "Zo\u00eb")]
    found = names_behind(KEY, wanted, tmp_path / "in")
    assert list(found.values()) == [("anna",), ("anna/day1",), ("day1",), ("Zo\u00eb",)]
    for name in ("anna", "anna/day1", "day1", "Zo\u00eb"):
        names.speaker(name)
    write_mapping(tmp_path / "map.csv", names.mapping, tmp_path / "out")
    assert names_behind(KEY, wanted, tmp_path / "map.csv") == found


def test_candidates_that_are_none(tmp_path):
    with pytest.raises(InputError):
        names_behind(KEY, ["AAAAAAAAAA"], tmp_path / "missing")


def test_plain_is_what_pseudonyms_are_drawn_from():
    assert plain("Zoe\u0308") == "Zo\u00eb"
    assert plain("\ud800") == "\\ud800"
