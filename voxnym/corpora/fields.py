"""What may stand in a field of a corpus: ids, names of people, times, texts.

These checks know no file; they raise ValueError with what was found and what was expected, and
whoever reads the file adds its name and the line.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from voxnym.corpora.lines import shown
from voxnym.records import Gender

LONGEST_ID: Final = 1024
LATEST_S: Final = 366 * 86_400.0
"""No recording is longer than a year; later times are mistakes, or made to break arithmetic."""
MOST_CHANNELS: Final = 1024
_LONGEST_LABEL: Final = 64
_HIGHEST_CHANNEL: Final = 1 << 16
_GENDERS: Final[dict[str, Gender]] = {
    "f": "f", "female": "f", "w": "f", "m": "m", "male": "m",
}  # fmt: skip


def checked_id(text: object, what: str) -> str:
    """An id: printable, no white space. It may look like a path; it is never used as one.

    Raises:
        ValueError: anything else.
    """
    # No white space but the blank is printable, nor are control characters and lone surrogates.
    if not isinstance(text, str):
        raise ValueError(f"{what} is {_kind(text)}; expected a text")
    if 0 < len(text) <= LONGEST_ID and text.isprintable() and " " not in text:
        return text
    if len(text) > LONGEST_ID:
        raise ValueError(f"{what} has {len(text)} characters; expected at most {LONGEST_ID}")
    raise ValueError(
        f"{what} {shown(text)}; expected printable characters without white space"
        if text
        else f"{what} is empty; expected an id"
    )


def checked_speaker(text: object) -> str | None:
    """Name of a person, which may hold blanks; None where there is none.

    Raises:
        ValueError: control characters, or not a text.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise ValueError(f"the speaker is {_kind(text)}; expected a text")
    name = text.strip(" ")
    if not name or len(name) > LONGEST_ID or not name.isprintable():
        raise ValueError(f"the speaker {shown(text)}; expected a name of printable characters")
    return name


def checked_text(text: object) -> str | None:
    """What is said; None where that is not known.

    Raises:
        ValueError: not a text, or one that no file can hold.
    """
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError(f"the text is {_kind(text)}; expected a text")
    if not text.isprintable() and not _encodable(text):
        raise ValueError("the text holds half a character (a lone surrogate); expected Unicode")
    return text


def checked_label(text: object) -> str | None:
    """A short name of a language or an emotion; None where there is none.

    Raises:
        ValueError: a long text, or not a text.
    """
    if text is None or text == "":
        return None
    if isinstance(text, str) and len(text) <= _LONGEST_LABEL and text.isprintable():
        return text
    found = shown(text) if isinstance(text, str) else _kind(text)
    raise ValueError(
        f"the label is {found}; expected at most {_LONGEST_LABEL} printable characters"
    )


def seconds(value: object, what: str) -> float:
    """A time: finite, 0 or more, within a year. Numbers, or their text.

    Raises:
        ValueError: anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{what} is {_kind(value)}; expected seconds")
    try:
        # Python also reads 1_000 and other alphabets' digits, which no other reader does.
        if isinstance(value, str) and (not value.isascii() or "_" in value):
            raise ValueError
        found = float(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{what} {shown(str(value)[:99])}; expected seconds") from None
    if not 0 <= found <= LATEST_S:
        text = f"{what} {shown(str(found))}; expected seconds from 0 to {LATEST_S:.0f}"
        raise ValueError(text)
    return found if found else 0.0


def gender_of(text: object) -> Gender:
    """What a corpus says, as one of our three.

    >>> gender_of("Female"), gender_of("M"), gender_of("other")
    ('f', 'm', 'unknown')
    """
    if not isinstance(text, str):
        return "unknown"
    return _GENDERS.get(text.strip().lower(), "unknown")


def channel_numbers(value: object) -> tuple[int, ...]:
    """Numbers of channels from one number or a list of them.

    Raises:
        ValueError: anything but whole numbers from 0 on, or one twice.
    """
    if type(value) is int and 0 <= value < _HIGHEST_CHANNEL:
        return (value,)  # by far the most frequent
    found = value if isinstance(value, list) else [value]
    if not 0 < len(found) <= MOST_CHANNELS:
        raise ValueError(f"{len(found)} channels; expected 1 to {MOST_CHANNELS}")
    for one in found:
        if isinstance(one, bool) or not isinstance(one, int) or not 0 <= one < _HIGHEST_CHANNEL:
            raise ValueError(f"channel {shown(str(one)[:99])}; expected a whole number from 0 on")
    if len(set(found)) < len(found):
        raise ValueError("a channel is named twice; expected each once")
    return tuple(found)


def time_text(value: float) -> str:
    """A time as text that every reader understands: exact, and without an exponent.

    >>> time_text(1.25), time_text(1e-05), time_text(3.0)
    ('1.25', '0.00001', '3.0')
    """
    text = repr(value)
    return f"{Decimal(text):f}" if "e" in text else text


def _kind(value: object) -> str:
    return "missing" if value is None else f"of type {type(value).__name__}"


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
