import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy_answers import csv_of, key_of, toy_answers, toy_plan

from voxnym.errors import InputError
from voxnym.evaluation.listening.answers import read_answers

PLAN = toy_plan(per_system=1)
KEY = key_of(PLAN)


def behave(listener, trial, sound, right):
    return 'line, "one"' if trial.kind == "words" else right


@pytest.fixture
def rows(tmp_path):
    """Writes a file of answers after a change of its lines, and reads it."""
    lines = csv_of(PLAN, toy_answers(PLAN, [4], behave)).split("\r\n")

    def read(change=lambda lines: lines, encoding="utf-8", end="\r\n"):
        path = tmp_path / "answers.csv"
        path.write_bytes(end.join(change(list(lines))).encode(encoding))
        return read_answers([path], KEY)

    return read


def field(lines, row, place, value):
    """The same lines with one field exchanged; words are quoted and come after the others."""
    fields = next(csv.reader([lines[row]]))
    fields[place] = value
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(fields)
    lines[row] = out.getvalue()
    return lines


def row_of(kind):
    answers = toy_answers(PLAN, [4], behave)
    return next(i for i, each in enumerate(answers, start=1) if each.kind == kind)


def test_what_the_page_writes_is_read(rows):
    assert rows() == toy_answers(PLAN, [4], behave)
    assert rows(end="\n") == rows(encoding="utf-8-sig") == rows()


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (0, "other", "test 'other', but the key is of test"),
        (1, "0", "listener 0, expected 1 to 999999"),
        (1, "1000000", "listener 1000000, expected"),
        (1, "x", "listener 'x', expected a whole number"),
        (1, "²", "listener '²', expected a whole number"),
        (1, "9" * 5000, "expected 1 to 999999"),
        (1, "5", "are not what listener 5 hears"),
        (2, "0", "order 0, expected 1 to"),
        (3, "abx", "kind 'abx', but the trial's is"),
        (4, "nothing", "trial 'nothing' is not in the key"),
        (5, "x", "sounds 'x' are not what"),
        (7, "nan", "seconds 'nan'"),
        (7, "-1", "seconds '-1'"),
        (7, "inf", "seconds 'inf'"),
        (7, "soon", "seconds 'soon'"),
        (8, "0", "plays 0, expected 1 or more"),
    ],
)
def test_each_field_is_checked_and_its_line_named(rows, place, value, why):
    row = row_of("words")
    with pytest.raises(InputError, match=rf"answers\.csv:{row + 1}: ") as caught:
        rows(lambda lines: field(lines, row, place, value))
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value"), [("naturalness", "6"), ("naturalness", ""), ("abx", "C")]
)
def test_answers_off_the_scale_are_refused(rows, kind, value):
    with pytest.raises(InputError, match="expected one of"):
        rows(lambda lines: field(lines, row_of(kind), 6, value))


def test_words_may_be_none_or_anything(rows):
    answers = rows(lambda lines: field(lines, row_of("words"), 6, ""))
    assert "" in [each.given for each in answers if each.kind == "words"]


def test_line_numbers_count_lines_inside_of_quotes(rows):
    def change(lines):
        lines = field(lines, row_of("words"), 6, "two\nlines")
        return [*lines[:-1], "rubbish"]

    last = len(PLAN.trials) + 2 + 1
    with pytest.raises(InputError, match=rf":{last}: 1 fields, expected 9"):
        rows(change, end="\n")


def test_wrong_files_are_refused(rows, tmp_path):
    with pytest.raises(InputError, match=r":1: expected the header"):
        rows(lambda lines: lines[1:])
    with pytest.raises(InputError, match=r":1: expected the header"):
        rows(lambda lines: [])
    with pytest.raises(InputError, match="no answers"):
        rows(lambda lines: lines[:1])
    with pytest.raises(InputError, match=r":2: not CSV"):
        rows(lambda lines: [lines[0], '"never ended'])
    with pytest.raises(InputError, match=r":1: not UTF-8"):
        rows(encoding="utf-16")
    with pytest.raises(InputError, match="cannot be read"):
        read_answers([tmp_path / "nowhere"], KEY)


def test_the_same_answer_twice_is_refused_with_both_places(tmp_path):
    text = csv_of(PLAN, toy_answers(PLAN, [4], behave))
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(text, newline="")
    with pytest.raises(InputError, match=r"two\.csv:2: listener 4 .* at .*one\.csv:2"):
        read_answers([tmp_path / "one.csv", tmp_path / "two.csv"], KEY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.binary(max_size=200), after=st.booleans())
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path, data, after):
    path = tmp_path / "fuzz.csv"
    whole = csv_of(PLAN, toy_answers(PLAN, [4], behave)).encode()
    path.write_bytes(whole + data if after else data)
    try:
        read_answers([path], KEY)
    except InputError as error:
        assert str(error).isprintable()  # noqa: PT017
