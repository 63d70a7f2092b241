"""Kaldi data directories: wav.scp, segments, utt2spk and what else we understand of them.

Source: Kaldi's documentation of data preparation, and its utils/validate_data_dir.sh.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus, Recording
from voxnym.corpora.fields import checked_label, checked_text, seconds
from voxnym.corpora.kaldi_people import genders_of, speakers_of
from voxnym.corpora.kaldi_table import BLANKS, is_there, read_table, read_values
from voxnym.corpora.lines import is_plain_file, names_in, refused, shown
from voxnym.corpora.tree import Tree
from voxnym.records import Gender, Utterance

TABLES: Final = (
    "wav.scp", "segments", "utt2spk", "spk2utt", "spk2gender", "text", "utt2dur", "reco2dur",
    "utt2lang", "utt2emo",
)  # fmt: skip
"""The files that are written again; all others describe the original, or nobody knows what."""
_ARCHIVE: Final = re.compile(r".*:\d+(\[.*\])?|.*\.ark(\.gz)?", re.DOTALL)
_SHOWN_FILES: Final = 12

Segment = tuple[str, float | None, float | None, tuple[int, ...]]


def read_kaldi(folder: Path, tree: Tree, allow_pipes: bool = False) -> Corpus:
    """A Kaldi data directory.

    What breaks Kaldi's rules without being ambiguous (files that are not sorted, texts of unknown
    utterances) is read, and noted where something is left out; `kaldi_rules` tells the rest.

    Args:
        folder: holds wav.scp.
        tree: where the audio may lie.
        allow_pipes: whether commands in wav.scp are kept; they are not run here.

    Raises:
        InputError: a line that cannot be right, a path that leaves the tree, a command or an
            archive in wav.scp.
    """
    notes: list[str] = []
    recordings = _recordings(folder / "wav.scp", tree, allow_pipes)
    segments = _segments(folder / "segments", recordings, notes)
    utterances = _utterances(folder, segments, notes)
    others = [
        name for name in names_in(folder) if name not in TABLES and is_plain_file(folder / name)
    ]
    if others:
        names = ", ".join(map(printable, others[:_SHOWN_FILES]))
        more = ", …" if len(others) > _SHOWN_FILES else ""
        notes.append(f"{len(others)} files are not written again: {names}{more}")
    return Corpus(
        "kaldi",
        folder,
        tuple(recordings[name] for name in sorted(recordings)),
        utterances,
        files=tuple(name for name in TABLES if is_plain_file(folder / name)),
        genders={"f": "f", "m": "m"},
        notes=tuple(notes),
    )


def _recordings(path: Path, tree: Tree, allow_pipes: bool) -> dict[str, Recording]:
    found = {}
    for name, (number, text) in read_table(path, "recording").items():
        try:
            found[name] = _recording(name, text, tree, allow_pipes)
        except ValueError as error:
            raise refused(path, number, f"recording {shown(name)}: {error}") from None
    if not found:
        raise refused(path, None, "no recording in it; expected lines of an id and a path")
    return found


def _recording(name: str, text: str, tree: Tree, allow_pipes: bool) -> Recording:
    """What Kaldi would open for a line of wav.scp.

    Source: ClassifyRxfilename in Kaldi's util/kaldi-io.cc.
    """
    if text.endswith("|"):
        if not allow_pipes:
            raise ValueError(
                "comes from a command, and what a corpus says is not run unless that is allowed; "
                "write its audio to a file, or give --allow-pipes if you trust all of them"
            )
        command = text[:-1].strip(BLANKS)
        if not command or "\0" in command:
            raise ValueError("no command before the '|'; expected one that writes audio")
        return Recording(name, command=command)
    if text in ("", "-") or text.startswith("|"):
        raise ValueError(f"{shown(text)} instead of a path; expected the path of a file")
    if _ARCHIVE.fullmatch(text):
        raise ValueError(
            f"lies in an archive, {shown(text)}; expected a file of its own: unpack it with "
            "Kaldi's wav-copy"
        )
    if text.startswith("~"):
        raise ValueError(f"the path {shown(text)} begins with '~'; expected it written out")
    return Recording(name, tree.path(text))


def _segments(
    path: Path, recordings: Mapping[str, Recording], notes: list[str]
) -> dict[str, Segment]:
    if not is_there(path):
        return {name: (name, None, None, ()) for name in recordings}
    found = {}
    names = {name: name for name in recordings}
    for name, (number, text) in read_table(path, "utterance").items():
        try:
            found[name] = _segment(text, names)
        except ValueError as error:
            raise refused(path, number, f"utterance {shown(name)}: {error}") from None
    if not found:
        raise refused(path, None, "no segment in it; expected lines: utterance recording start end")
    idle = len(recordings.keys() - {where[0] for where in found.values()})
    if idle:
        notes.append(f"wav.scp: {idle} recordings have no segment; Kaldi's rules allow none such, "
                     "so the new wav.scp does not list them")  # fmt: skip
    return found


def _segment(text: str, recordings: Mapping[str, str]) -> Segment:
    fields = text.split()
    if len(fields) not in (3, 4):
        raise ValueError(f"{len(fields)} fields after it; expected recording, start, end (seconds)")
    recording = recordings.get(fields[0])
    if recording is None:
        raise ValueError(f"recording {shown(fields[0])} is not in wav.scp; expected one of those")
    start = seconds(fields[1], "start")
    # extract-segments takes -1 for the end of the recording.
    end = None if fields[2] in ("-1", "-1.0") else seconds(fields[2], "end")
    if end is not None and end <= start:
        raise ValueError(f"start {fields[1]}, end {fields[2]}; expected the end after the start")
    channels: tuple[int, ...] = ()
    if len(fields) == 4 and fields[3] != "-1":
        if not re.fullmatch(r"[0-9]{1,4}", fields[3]):
            raise ValueError(f"channel {shown(fields[3])}; expected a whole number from 0 on")
        channels = (int(fields[3]),)
    return recording, start, end, channels


def _utterances(
    folder: Path, segments: Mapping[str, Segment], notes: list[str]
) -> tuple[Utterance, ...]:
    speakers = speakers_of(folder, segments, notes)
    genders = genders_of(folder, speakers, notes)
    texts = read_values(folder / "text", "utterance", segments, notes, checked_text)
    if is_there(folder / "text") and len(texts) < len(segments):
        notes.append(f"text: {len(segments) - len(texts)} utterances have no transcript")
    languages = read_values(folder / "utt2lang", "utterance", segments, notes, checked_label)
    emotions = read_values(folder / "utt2emo", "utterance", segments, notes, checked_label)
    unknown: Gender = "unknown"
    return tuple(
        Utterance(
            name,
            *segments[name],
            speakers.get(name),
            genders.get(name, unknown),
            texts.get(name),
            emotions.get(name),
            languages.get(name),
        )
        for name in sorted(segments)
    )
