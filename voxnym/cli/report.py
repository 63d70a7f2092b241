"""What is said at the end: short, honest, on standard error."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from voxnym.cli.choices import PIPE, Choices
from voxnym.cli.terminal import say

if TYPE_CHECKING:
    from voxnym.jobs.summary import Result, Summary

RANDOM_KEY = (
    "a random key is used and thrown away: nobody can repeat these voices, and a killed run "
    "starts afresh; --key keeps one"
)
_HOUR_S = 3600.0


class Opening:
    """Says at the start of a folder what a killed run could say no more; a watch."""

    def __init__(self, choices: Choices) -> None:
        self._text = RANDOM_KEY if choices.is_folder and choices.key_file is None else ""

    def begin(self, files: int, size: int) -> None:
        """So many recordings of so many bytes are to be done."""
        if self._text and size:
            say(self._text)

    def share(self, label: str, size: int, share: float) -> None:
        """Nothing to say."""

    def result(self, result: Result) -> None:
        """Nothing to say."""


def report(summary: Summary, choices: Choices, *, quiet: bool) -> None:
    """Write the summary of a run for a person; failures also when quiet."""
    if not quiet:
        for line in _lines(summary, choices):
            say(line)
    single = len(summary.results) == 1 and not choices.is_folder
    for result in summary.failures:
        say(f"error: {result.error}" if single else f"failed: {result.error}")
        if result.details:
            sys.stderr.write(result.details)
    if summary.interrupted:
        again = "with the same --key goes on from here" if choices.key_file else "starts afresh"
        tail = f"; recordings finished: {summary.count('done')}; running it again {again}"
        say(f"interrupted{tail if choices.is_folder else '; nothing was written'}")


def _lines(summary: Summary, choices: Choices) -> Iterator[str]:
    if choices.is_folder:
        yield from _folder_lines(summary, choices)
    else:
        yield from _single_lines(summary)
    inputs = choices.inputs
    if choices.per != "speaker" and (inputs.speaker or inputs.speaker_from == "folder"):
        yield "who speaks makes no difference without --per speaker"
    if not summary.count("done"):
        return
    if choices.key_file is None and not choices.is_folder:
        yield RANDOM_KEY
    if choices.per == "speaker":
        yield "one voice per speaker: recordings of a person can be linked with each other"
    if choices.level == "keep":
        yield "the loudness was kept, which helps to recognise a person"
    if choices.surroundings == "keep":
        yield "the background was kept, which helps to recognise a place and a person"
    if inputs.rename and choices.key_file is None and inputs.mapping is None:
        yield "names were replaced under a key that is thrown away: there is no way back"
    yield from _name_lines(summary, choices)


def _single_lines(summary: Summary) -> Iterator[str]:
    for result in summary.results:
        target = PIPE if result.target is None else result.target
        if result.status == "planned":
            yield f"would write {target} from {result.label}"
        elif result.outcome is not None:
            out = result.outcome
            yield (
                f"wrote {target}: {out.audio_s:.1f} s, {out.rate} Hz, channels: {out.channels}, "
                f"{out.format}"
            )
            yield from (f"{result.label}: {note}" for note in out.notes)
    yield from summary.notes


def _folder_lines(summary: Summary, choices: Choices) -> Iterator[str]:
    if summary.count("planned"):
        for result in summary.results:
            if result.status == "planned":
                yield f"would write {result.target} from {result.label}"
    counts = (
        (summary.count("planned"), "to do"),
        (summary.count("done"), "done"),
        (summary.count("skipped"), "finished by an earlier run"),
        (summary.count("failed"), "failed"),
    )
    parts = [f"{count} {text}" for count, text in counts if count]
    text = f"{choices.out}: {', '.join(parts) or 'nothing done'}"
    if summary.audio_s:
        speed = summary.audio_s / max(summary.wall_s, 1e-9)
        text += f"; {summary.audio_s / _HOUR_S:.2f} h of audio, {speed:.1f} x real time"
    yield text
    if summary.left_out:
        left = ", ".join(f"{what}: {count}" for what, count in sorted(summary.left_out.items()))
        yield f"left out: {left}"
    yield from summary.notes
    yield from _collected_notes(summary)


def _collected_notes(summary: Summary) -> Iterator[str]:
    """Each note once, with the recordings that it is about."""
    about: defaultdict[str, list[Result]] = defaultdict(list)
    for result in summary.results:
        for note in result.outcome.notes if result.outcome else ():
            about[note].append(result)
    for note, results in sorted(about.items()):
        labels = sorted(result.label for result in results)
        more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
        yield f"{labels[0]}{more}: {note}"


def _name_lines(summary: Summary, choices: Choices) -> Iterator[str]:
    same = any(
        result.source and result.target and result.source.stem == result.target.stem
        for result in summary.results
    )
    if same:
        yield (
            "names of files and folders were kept; --rename gives them pseudonyms"
            if choices.is_folder
            else "the file's name was kept; give OUT another one, or a folder and --rename"
        )
