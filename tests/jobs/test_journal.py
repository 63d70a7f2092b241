import dataclasses
import json
import os
import stat
from pathlib import Path

import pytest

import voxnym.jobs.lock
from voxnym.errors import OutputError
from voxnym.jobs.journal import NAME, Journal, Slot, past_of, sha256_of, slot_of
from voxnym.jobs.past import history_of, line_of, name_for
from voxnym.jobs.shard import Shard
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


def place(folder, slot, path, *, done=True, end=False, shard=None):
    with Journal(folder, KEY, shard) as journal:
        journal.placing(slot, sha256_of(path), path.stat().st_size)
        if done:
            journal.done(slot, path)
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


def test_verifying_finds_a_change_of_the_same_size_and_time(tmp_path, target):
    place(tmp_path, slot("1"), target)
    before = target.stat().st_mtime_ns
    target.write_bytes(b"OUTPUT")
    assert past_of(tmp_path).standing(slot("1"), target) == "foreign"
    os.utime(target, ns=(before, before))
    assert past_of(tmp_path).standing(slot("1"), target) == "finished"
    assert past_of(tmp_path).standing(slot("1"), target, verify=True) == "foreign"


def test_another_output_of_the_same_size_is_not_taken_for_this_one(tmp_path, target):
    place(tmp_path, slot("1"), target)
    target.write_bytes(b"OTHERS")
    place(tmp_path, slot("2"), target)
    past = past_of(tmp_path)
    assert past.standing(slot("2"), target) == "finished"
    assert past.standing(slot("1"), target) == "ours"


def test_a_copy_with_another_time_is_known_by_its_bytes(tmp_path, target):
    place(tmp_path, slot("1"), target)
    os.utime(target, ns=(1, 1))
    assert past_of(tmp_path).standing(slot("1"), target) == "finished"


def test_lines_of_the_right_sum_but_odd_content_are_ignored(tmp_path, target):
    place(tmp_path, slot("1"), target)
    unhashable = {"kind": "placing", "id": [1], "place": "", "sha256": "", "size": 0}
    odd = ({"kind": "placing"}, unhashable, {"no": "kind"})
    with (tmp_path / NAME).open("ab") as file:
        file.writelines(line_of(entry) for entry in odd)
    past = past_of(tmp_path)
    assert past.damaged == 3
    assert past.standing(slot("1"), target) == "finished"


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


def by_salt(id):
    """A slot that differs from salt to salt, as `slot_of` gives it."""
    return lambda salt: Slot(f"place {id} {salt}", f"{id} {salt}")


SHARDS = [None, Shard(1, 2), Shard(2, 2), Shard(3, 3)]


@pytest.mark.parametrize("reader", SHARDS)
@pytest.mark.parametrize("writer", SHARDS)
def test_each_journal_knows_what_all_others_say(tmp_path, target, writer, reader):
    with Journal(tmp_path, KEY, writer) as journal:
        own = by_salt("1")(journal.past.salt)
        journal.placing(own, sha256_of(target), target.stat().st_size)
        journal.done(own, target)
    with Journal(tmp_path, KEY, reader) as journal:
        assert journal.history.standing(by_salt("1"), target) == "finished"
        assert journal.history.standing(by_salt("2"), target) == "ours"
        assert not journal.history.other_key(KEY)
        assert journal.history.other_key(Key(b"1" * 32))
    assert history_of(tmp_path).standing(by_salt("1"), target) == "finished"
    assert (tmp_path / name_for(writer)).exists()


def test_shards_of_one_count_are_at_work_together(tmp_path):
    with Journal(tmp_path, KEY, Shard(1, 2)) as one, Journal(tmp_path, KEY, Shard(2, 2)) as other:
        assert one.past.salt != other.past.salt
        assert other.history.damaged == 0


def test_a_line_that_another_shard_is_writing_is_no_damage(tmp_path):
    with Journal(tmp_path, KEY, Shard(1, 2)) as one:
        one._file.write(b'{"kind": "pla')
        with Journal(tmp_path, KEY, Shard(2, 2)) as other:
            assert other.history.damaged == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (None, Shard(1, 2)),
        (Shard(1, 2), None),
        (Shard(1, 2), Shard(1, 2)),
        (Shard(1, 2), Shard(1, 3)),
        (Shard(3, 3), Shard(1, 2)),
    ],
)
def test_runs_that_would_do_the_same_are_kept_apart(tmp_path, monkeypatch, first, second):
    monkeypatch.setattr(voxnym.jobs.lock, "_PATIENCE_S", 0.1)
    with Journal(tmp_path, KEY, first), pytest.raises(OutputError, match="another run"):
        Journal(tmp_path, KEY, second)
    with Journal(tmp_path, KEY, second):
        pass


def test_a_whole_run_ends_shards_that_were_killed(tmp_path, target):
    place(tmp_path, slot("1", "here"), target, shard=Shard(1, 2))
    torn = tmp_path / name_for(Shard(1, 2))
    torn.write_bytes(torn.read_bytes() + b'{"kind"')
    assert history_of(tmp_path).pasts[0].ended is False
    with Journal(tmp_path, KEY) as journal:
        journal.end()
    assert all(past.ended for past in history_of(tmp_path).pasts)


def test_a_shard_ends_itself_only(tmp_path, target):
    place(tmp_path, slot("1"), target, shard=Shard(1, 2))
    with Journal(tmp_path, KEY, Shard(2, 2)) as journal:
        journal.end()
    assert [past.ended for past in history_of(tmp_path).pasts] == [False, True]


@pytest.mark.parametrize("name", [".voxnym-journal-0-of-2.jsonl", ".voxnym-journal-3-of-2.jsonl",
                                  ".voxnym-journal-1-of-2.jsonl.bak"])  # fmt: skip
def test_other_names_are_no_journals(tmp_path, name):
    (tmp_path / name).write_text("precious")
    with Journal(tmp_path, KEY) as journal:
        assert len(journal.history.pasts) == 1
        journal.end()
    assert (tmp_path / name).read_text() == "precious"


def test_another_journal_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "aim").write_text("precious")
    (tmp_path / name_for(Shard(1, 2))).symlink_to(tmp_path / "aim")
    with pytest.raises(OutputError, match="journal"):
        Journal(tmp_path, KEY)
    assert (tmp_path / "aim").read_text() == "precious"
