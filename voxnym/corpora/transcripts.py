"""Transcripts that lie beside a recording: read, and written with other names.

Formats that are not read are refused: what is not understood cannot be redacted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from voxnym.audio.atomic import atomic_output
from voxnym.audio.formats import printable
from voxnym.corpora.ctm import ctm_cues, ctm_lines, is_ctm
from voxnym.corpora.plain_text import kaldi_cues, kaldi_lines, plain_cues, plain_lines
from voxnym.corpora.subtitles import TIMES, is_vtt, subtitle_cues, subtitle_lines
from voxnym.corpora.text_file import read_lines, refusal
from voxnym.corpora.transcript import MOST_WORDS, Cue, Transcript, TranscriptKind, joined

if TYPE_CHECKING:
    from voxnym.corpora.corpus import Naming

MOST_BYTES: Final = 32 << 20
TRANSCRIPT_EXTENSIONS: Final = frozenset((".txt", ".srt", ".vtt", ".ctm"))
_PLAIN: Final = frozenset((".txt", ".text", ".lab", ""))
_KALDI_NAMES: Final = re.compile(r"text|.*\.trans\.txt")
_LINES_TRIED: Final = 50
_SPEAKER_FIRST: Final = re.compile(r"[-–—>\s]*\w[\w .'’-]{0,30}:(?:\s|$)")


def read_transcript(path: str | os.PathLike[str], *, recording: str | None = None) -> Transcript:
    """A transcript, without all that is not said: comments, styles, ids of cues, confidences.

    Args:
        path: SRT, WebVTT, CTM, plain text, or lines that begin with an id (a file that is called
            `text`, as Kaldi has it, or ends in `.trans.txt`).
        recording: which one to take from a CTM file of several.

    Raises:
        InputError: another format, or a file that is not sound.
    """
    lines = read_lines(path, MOST_BYTES)
    kind = transcript_kind(path, lines)
    cues = _cues(path, lines, kind, recording)
    if sum(len(cue.words) for cue in cues) > MOST_WORDS:
        raise refusal(path, 0, f"more than {MOST_WORDS} words; expected fewer: divide it")
    return Transcript(kind, tuple(cues), printable(path), tuple(_notes(cues, kind)))


def _notes(cues: Sequence[Cue], kind: TranscriptKind) -> Iterator[str]:
    lines = (line for cue in cues for line in joined(cue.words).split("\n"))
    first = sum(1 for line in lines if _SPEAKER_FIRST.match(line))
    if first and kind != "ctm":
        yield (
            f"{first} lines may begin with a speaker's name and a colon; such names are words "
            "of the text and are kept unless labels say them"
        )


def transcript_kind(path: str | os.PathLike[str], lines: Sequence[str]) -> TranscriptKind:
    """What a transcript is, by its content; its name must not contradict it.

    Raises:
        InputError: none that is known.
    """
    name = PurePath(path).name.lower()
    extension = PurePath(name).suffix
    solid = [line for line in lines if line.strip()][:_LINES_TRIED]
    words = [line for line in solid if not line.startswith(";;")]
    found: TranscriptKind = "text"
    if solid and is_vtt(solid[0]):
        found = "vtt"
    elif any(TIMES.fullmatch(line) for line in solid):
        found = "srt"
    elif words and all(map(is_ctm, words)):
        found = "ctm"
    elif _KALDI_NAMES.fullmatch(name):
        found = "kaldi"
    if extension in (".srt", ".vtt", ".ctm") and extension[1:] != found:
        # Empty subtitles are none, but an empty list of words is one.
        if extension == ".ctm":
            return "ctm"
        raise refusal(
            path, 0, f"no {extension[1:].upper()} by its content; expected "
            + ("WEBVTT in its first line" if extension == ".vtt" else "numbered cues with times")
        )  # fmt: skip
    if found in ("text", "kaldi") and extension not in _PLAIN:
        raise refusal(
            path, 0, "no transcript that is known; expected SRT, WebVTT, CTM, or plain text "
            "(.txt): export it as one of them"
        )  # fmt: skip
    return found


def write_transcript(
    transcript: Transcript, path: str | os.PathLike[str], names: Naming, *, overwrite: bool = False
) -> None:
    """Write a transcript in its own kind, with other names for people and recordings.

    Args:
        transcript: as read, and redacted where need be.
        path: target; appears complete or not at all.
        names: what people and recordings are called.
        overwrite: whether an existing file may be replaced.

    Raises:
        OutputError: a name that the format cannot hold, or not writable.
    """
    target = printable(path)
    cues = transcript.cues
    if transcript.kind == "text":
        lines = plain_lines(cues)
    elif transcript.kind == "kaldi":
        lines = kaldi_lines(target, cues, names)
    elif transcript.kind == "ctm":
        lines = ctm_lines(target, cues, names)
    else:
        lines = subtitle_lines(cues, transcript.kind, names)
    with atomic_output(path, overwrite) as file:
        file.writelines(f"{line}\n".encode() for line in lines)


def _cues(
    path: str | os.PathLike[str], lines: Sequence[str], kind: TranscriptKind, recording: str | None
) -> list[Cue]:
    if kind == "text":
        return plain_cues(path, lines)
    if kind == "kaldi":
        return kaldi_cues(path, lines)
    if kind == "ctm":
        return ctm_cues(path, lines, recording)
    return subtitle_cues(path, lines, kind)
