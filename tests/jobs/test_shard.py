from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.jobs.plan import Plan, Refusal
from voxnym.jobs.shard import Shard
from voxnym.jobs.task import Recipe, Task

RECIPE = Recipe("mcadams", "", bytes(32))


def plan(names, refused=()):
    tasks = [
        Task(name, Path("in", name), Path("out", name), "", RECIPE, place=name) for name in names
    ]
    return Plan(tuple(tasks), tuple(refused), {})


@pytest.mark.parametrize("text", ["1/1", "2/8", "9999/9999", "007/8"])
def test_what_is_written_right_is_understood(text):
    shard = Shard.parse(text)
    assert str(shard) == "/".join(str(int(part)) for part in text.split("/"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "as in 2/8"),
        ("2", "as in 2/8"),
        ("2/8/9", "as in 2/8"),
        ("-1/8", "as in 2/8"),
        (" 1/8", "as in 2/8"),
        ("1/8\n", r"1/8\\n: expected"),
        ("\u0661/8", "as in 2/8"),
        ("0/8", "from 1 to 8"),
        ("9/8", "from 1 to 8"),
        ("1/0", "1 to 9999 shards"),
        ("1/10000", "1 to 9999 shards"),
    ],
)
def test_what_is_written_wrong_is_one_clear_line(text, expected):
    with pytest.raises(InputError, match=expected) as error:
        Shard.parse(text)
    assert "\n" not in str(error.value)


@given(st.lists(st.text(), unique=True), st.integers(1, 12))
def test_each_recording_belongs_to_one_shard(names, count):
    parts = [Shard(index, count).part(plan(names)) for index in range(1, count + 1)]
    assert sorted(task.place for part in parts for task in part.tasks) == sorted(names)


@given(st.lists(st.text(), unique=True, min_size=1), st.integers(1, 12), st.data())
def test_a_list_that_differs_moves_no_other_recording(names, count, data):
    fewer = data.draw(st.lists(st.sampled_from(names), unique=True))
    shard = Shard(data.draw(st.integers(1, count)), count)
    mine = {task.place for task in shard.part(plan(names)).tasks}
    assert {task.place for task in shard.part(plan(fewer)).tasks} == mine & set(fewer)


def test_the_rule_is_the_same_for_ever():
    names = [f"p{number:02}/{number}.wav" for number in range(20)]
    mine = [number for number, name in enumerate(names) if Shard(1, 4).takes(name)]
    assert mine == [2, 5, 7, 12, 14, 15]


def test_parts_are_about_equal():
    names = [f"speaker{number % 40}/{number:05}.wav" for number in range(4000)]
    counts = [len(Shard(index, 8).part(plan(names)).tasks) for index in range(1, 9)]
    assert max(counts) < 1.15 * 500


def test_refusals_are_told_once_but_for_folders(tmp_path):
    error = InputError("no")
    refused = [Refusal(f"{number}.wav", tmp_path / "none", error) for number in range(20)]
    locked = Refusal("locked", tmp_path, error)
    parts = [Shard(index, 3).part(plan([], [*refused, locked])) for index in (1, 2, 3)]
    told = [refusal for part in parts for refusal in part.refusals if refusal is not locked]
    assert sorted(told, key=refused.index) == refused
    assert all(locked in part.refusals for part in parts)
