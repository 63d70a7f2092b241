"""Ids, times, names and texts of a corpus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.corpora.fields import (
    LATEST_S,
    channel_numbers,
    checked_id,
    checked_speaker,
    gender_of,
    seconds,
    time_text,
)


@given(st.floats(0, LATEST_S))
def test_times_are_written_exactly_and_without_exponent(value):
    text = time_text(value)
    assert "e" not in text
    assert seconds(text, "start") == value


@pytest.mark.parametrize("value", [
    -1e-9, float("nan"), float("inf"), LATEST_S * 1.001, "", "x", "1e999", "0x1", "1_0", "١", None,
    True, [1], 10**400, "nan", "-0.1", "1,5",
])  # fmt: skip
def test_what_is_no_time(value):
    with pytest.raises(ValueError, match="expected seconds"):
        seconds(value, "start")


def test_minus_zero_is_zero():
    assert str(seconds("-0.0", "start")) == "0.0"


@given(st.text())
def test_ids_that_pass_can_stand_on_a_line(text):
    try:
        found = checked_id(text, "id")
    except ValueError:
        return
    assert found == text
    assert text.split() == [text]
    assert text.splitlines() == [text]
    assert text.encode().decode() == text


@pytest.mark.parametrize(("text", "name"), [
    ("Anna Berg", "Anna Berg"), (" anna ", "anna"), ("", None), (None, None),
])  # fmt: skip
def test_speakers(text, name):
    assert checked_speaker(text) == name


@pytest.mark.parametrize("text", [" ", "a\tb", "a\nb", "\ud800", "x" * 2000, 5])
def test_what_is_no_speaker(text):
    with pytest.raises(ValueError, match="expected"):
        checked_speaker(text)


def test_channels_keep_their_order():
    assert channel_numbers([2, 0, 1]) == (2, 0, 1)
    assert channel_numbers(3) == (3,)


def test_genders():
    found = [gender_of(one) for one in ("f", "F", "Female", "m", "MALE", "male ", "x", "", None, 1)]
    assert found == ["f", "f", "f", "m", "m", "m", *["unknown"] * 4]
