import dataclasses
import json
import stat
from pathlib import Path

import pytest

import voxnym.jobs.lock
from voxnym.errors import OutputError
from voxnym.jobs.journal import NAME, Journal, Slot, past_of, sha256_of, slot_of
from voxnym.jobs.task import Recipe, Task
from voxnym.keys import Key
from voxnym.records import Span

KEY = Key(bytes(32))
RECIPE = Recipe("mcadams", "preset", KEY.secret)
TASK = Task("anna.wav", Path("in/anna.wav"), Path("out/anna.wav"), "anna", RECIPE, 5, 7)


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(b"output")
    return path


def lines(folder):
    return (folder / NAME).read_text().splitlines()


def slot(id, place="somewhere"):
    return Slot(place, id)


def place(folder, slot, path, *, done=True, end=False):
    with Journal(folder, KEY) as journal:
        journal.placing(slot, sha256_of(path), path.stat().st_size)
        if done:
            journal.done(slot)
        if end:
            journal.end()


def test_it_is_private_and_holds_no_name(tmp_path, target):
    id = slot_of(KEY, TASK, "salt")
    place(tmp_path, id, target)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    text = (tmp_path / NAME).read_text()
    assert "anna" not in text
    assert KEY.secret.hex() not in text
    assert KEY.fingerprint not in text
    assert [json.loads(line)["kind"] for line in lines(tmp_path)] == ["key", "placing", "done"]


def test_ids_change_with_everything_that_may_change_the_output():
    def id(task=TASK, key=KEY, salt="s", **recipe):
        recipe = dataclasses.replace(task.recipe, **recipe)
        return slot_of(key, dataclasses.replace(task, recipe=recipe), salt)

    span = (Span(1, 2, "x"),)

    ids = [
        id(),
        id(dataclasses.replace(TASK, place="b.wav")),
        id(dataclasses.replace(TASK, turns=span)),
        id(dataclasses.replace(TASK, redactions=span)),
        id(dataclasses.replace(TASK, channel_turns=(span,))),
        id(dataclasses.replace(TASK, command="sox")),
        id(salt="t"),
        id(key=Key(b"1" * 32)),
        id(dataclasses.replace(TASK, size=6)),
        id(dataclasses.replace(TASK, mtime_ns=8)),
        id(dataclasses.replace(TASK, speaker="b")),
        id(system="world"),
        id(system_text="edited"),
        id(scope="speaker"),
        id(channels="separate"),
        id(level="keep"),
        id(format="flac"),
        id(settings=(("a.b", 1),)),
        id(surroundings="keep"),
        id(cover="silence"),
        id(guard_s=0.2),
        id(kept_streams=("tags",)),
    ]
    assert len(set(ids)) == len(ids)
    assert id(dataclasses.replace(TASK, target=Path("elsewhere"))) == id()


def test_standings(tmp_path, target):
    assert past_of(tmp_path).standing(slot("1"), tmp_path / "none.wav") == "absent"
    assert past_of(tmp_path).standing(slot("1"), target) == "foreign"
    place(tmp_path, slot("1"), target)
    past = past_of(tmp_path)
    assert past.standing(slot("1"), target) == "finished"
    assert past.standing(slot("2"), target) == "ours"
    target.write_bytes(b"edited by someone")
    assert past.standing(slot("1"), target) == "foreign"


def test_a_kill_between_rename_and_done_is_repaired(tmp_path, target):
    place(tmp_path, slot("1"), target, done=False)
    assert past_of(tmp_path).standing(slot("1"), target) == "finished"
    target.write_bytes(b"before")
    assert past_of(tmp_path).standing(slot("1"), target) == "foreign"


def test_verifying_finds_a_change_of_the_same_size(tmp_path, target):
    place(tmp_path, slot("1"), target)
    target.write_bytes(b"OUTPUT")
    assert past_of(tmp_path).standing(slot("1"), target) == "finished"
    assert past_of(tmp_path).standing(slot("1"), target, verify=True) == "foreign"


def test_links_are_never_taken_for_outputs(tmp_path, target):
    place(tmp_path, slot("1"), target)
    link = tmp_path / "link.wav"
    link.symlink_to(target)
    assert past_of(tmp_path).standing(slot("1"), link) == "foreign"


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_costs_only_itself(tmp_path, target, cut):
    place(tmp_path, slot("1"), target)
    place(tmp_path, slot("2"), target)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(tmp_path, KEY) as journal:
        assert journal.past.standing(slot("1"), target) == "finished"
        journal.placing(slot("3"), sha256_of(target), target.stat().st_size)
    assert past_of(tmp_path).standing(slot("3"), target) == "finished"
    assert past_of(tmp_path).damaged <= 1


def test_lines_that_were_changed_are_ignored(tmp_path, target):
    place(tmp_path, slot("1"), target)
    path = tmp_path / NAME
    path.write_text(path.read_text().replace('"size": 6', '"size": 7') + "[1]\nnot json\n")
    past = past_of(tmp_path)
    assert past.damaged == 3
    assert past.placed == {}


def test_results_of_a_finished_run_belong_to_their_own_recording(tmp_path, target):
    place(tmp_path, slot("1", "here"), target, end=True)
    past = past_of(tmp_path)
    assert past.standing(slot("2", "here"), target) == "ours"
    assert past.standing(slot("2", "elsewhere"), target) == "foreign"
    place(tmp_path, slot("3", "there"), target)
    assert past_of(tmp_path).standing(slot("2", "elsewhere"), target) == "ours"


def test_folders_of_one_key_do_not_show_it(tmp_path, target):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        with Journal(folder, KEY) as journal:
            journal.placing(slot_of(KEY, TASK, journal.past.salt), "0" * 64, 1)
    first, second = (
        {value for line in lines(folder) for value in json.loads(line).values()}
        for folder in folders
    )
    assert first & second == {"key", "placing", 1, "0" * 64}


def test_another_key_is_noticed(tmp_path):
    for _ in range(2):
        with Journal(tmp_path, KEY) as journal:
            assert not journal.past.other_key(KEY)
    assert len(lines(tmp_path)) == 1
    with Journal(tmp_path, Key(b"1" * 32)) as journal:
        assert journal.past.other_key(Key(b"1" * 32))


def test_a_second_run_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(voxnym.jobs.lock, "_PATIENCE_S", 0.1)
    with Journal(tmp_path, KEY), pytest.raises(OutputError, match="another run"):
        Journal(tmp_path, KEY)
    Journal(tmp_path, KEY).__exit__()


def test_a_journal_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(OutputError, match="journal"):
        Journal(tmp_path, KEY)


def test_a_journal_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "aim").write_text("precious")
    (tmp_path / NAME).symlink_to(tmp_path / "aim")
    with pytest.raises(OutputError, match="journal"):
        Journal(tmp_path, KEY)
    assert (tmp_path / "aim").read_text() == "precious"


def test_a_line_without_room_leaves_no_half(tmp_path, target):
    with Journal(tmp_path, KEY) as journal:
        before = (tmp_path / NAME).read_bytes()
        whole = journal._file

        class Narrow:
            def __getattr__(self, name):
                return getattr(whole, name)

            def write(self, line):
                return whole.write(line[:10])

        journal._file = Narrow()
        with pytest.raises(OutputError, match="No space"):
            journal.placing(slot("1"), "0", 0)
        assert (tmp_path / NAME).read_bytes() == before
