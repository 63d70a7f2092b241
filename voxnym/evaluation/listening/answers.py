"""What listeners answered, read from the CSV files that the page saves."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from voxnym.audio.formats import printable
from voxnym.errors import InputError
from voxnym.evaluation.listening.key_file import KeyTrial, TestKey
from voxnym.evaluation.listening.plan import Kind

HEADER: Final = (
    "test", "listener", "order", "kind", "trial", "sounds", "answer", "seconds", "plays",
)  # fmt: skip
RATINGS: Final = ("1", "2", "3", "4", "5")
HIGHEST_LISTENER: Final = 999_999
_SIDES: Final = ("A", "B")
_MOST_BYTES: Final = 16 << 20


@dataclass(frozen=True)
class Answer:
    """One answer of one listener.

    Args:
        listener: number, 1 or more.
        kind: what was asked.
        trial: code of the question.
        sounds: codes of what was heard.
        given: "1" to "5", "A" or "B", or the words.
        seconds: from the question to the answer.
        plays: how often sounds were played.
    """

    listener: int
    kind: Kind
    trial: str
    sounds: tuple[str, ...]
    given: str
    seconds: float
    plays: int


def read_answers(files: Sequence[Path], key: TestKey) -> tuple[Answer, ...]:
    """All answers of some files, each checked against the key.

    Raises:
        InputError: the first line that is not as the page writes it, with file and line number;
            answers of another test; an answer given twice; no answers at all.
    """
    answers: list[Answer] = []
    where: dict[tuple[int, str], str] = {}
    for path in files:
        for number, fields in _rows(path):
            place = f"{printable(path)}:{number}"
            answer = _answer(fields, key, place)
            name = (answer.listener, answer.trial)
            if name in where:
                _refuse(
                    place,
                    f"listener {answer.listener} answered this before, at {where[name]}: "
                    "expected each file once, and a number of their own for each listener",
                )
            where[name] = place
            answers.append(answer)
    if not answers:
        raise InputError("no answers: expected the CSV files that listeners saved")
    return tuple(answers)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Line number and fields of each row after the header."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{printable(path)}: cannot be read ({error.strerror})") from error
    if len(data) > _MOST_BYTES:
        raise InputError(f"{printable(path)}: {len(data)} bytes: too long for answers")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{printable(path)}:{line}: not UTF-8; save it as UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for fields in reader:
            rows.append((start, fields))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{printable(path)}:{start}: not CSV ({error})") from error
    if not rows or tuple(rows[0][1]) != HEADER:
        raise InputError(f"{printable(path)}:1: expected the header {','.join(HEADER)}")
    return rows[1:]


def _answer(fields: list[str], key: TestKey, place: str) -> Answer:
    if len(fields) != len(HEADER):
        _refuse(place, f"{len(fields)} fields, expected {len(HEADER)}")
    test, listener, order, kind, code, sounds, given, seconds, plays = fields
    if test != key.test:
        _refuse(place, f"test {test!r}, but the key is of test {key.test!r}")
    if code not in key.trials:
        _refuse(place, f"trial {code!r} is not in the key")
    trial = key.trials[code]
    if kind != trial.kind:
        _refuse(place, f"kind {kind!r}, but the trial's is {trial.kind!r}")
    number = _whole(listener, "listener", place, 1, HIGHEST_LISTENER)
    _whole(order, "order", place, 1, len(key.trials))
    heard = tuple(sounds.split(" "))
    if heard != trial.versions[number % len(trial.versions)]:
        _refuse(place, f"sounds {sounds!r} are not what listener {number} hears in this trial")
    _check_given(given, trial, place)
    return Answer(
        number, trial.kind, code, heard, given, _seconds(seconds, place),
        _whole(plays, "plays", place, len(heard)),
    )  # fmt: skip


def _check_given(given: str, trial: KeyTrial, place: str) -> None:
    allowed = {"naturalness": RATINGS, "abx": _SIDES}.get(trial.kind)
    if allowed is not None and given not in allowed:
        _refuse(place, f"answer {given!r}, expected one of {', '.join(allowed)}")


def _whole(text: str, what: str, place: str, low: int, high: int | None = None) -> int:
    if not (text.isascii() and text.isdigit()):
        _refuse(place, f"{what} {text!r}, expected a whole number")
    value = int(text[:12])
    if value < low or len(text) > 12 or (high is not None and value > high):
        _refuse(
            place, f"{what} {text}, expected {low} {'or more' if high is None else f'to {high}'}"
        )
    return value


def _seconds(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        _refuse(place, f"seconds {text!r}, expected a number, 0 or more")
    return value


def _refuse(place: str, why: str) -> NoReturn:
    raise InputError(f"{place}: {printable(why)}")
