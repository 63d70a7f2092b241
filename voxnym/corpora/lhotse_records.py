"""lhotse's records, one by one: recordings, supervisions and cuts as JSON has them.

Source: lhotse's Recording, AudioSource, SupervisionSegment, MonoCut and MultiCut, version 1.33.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from voxnym.corpora.corpus import Cut, Recording
from voxnym.corpora.fields import (
    MOST_CHANNELS,
    channel_numbers,
    checked_id,
    checked_label,
    checked_speaker,
    checked_text,
    gender_of,
    seconds,
)
from voxnym.corpora.lines import shown
from voxnym.corpora.tree import Tree
from voxnym.records import Utterance

CUTS: Final = frozenset(("MonoCut", "MultiCut", "Cut"))
_UTTERANCE: Final = frozenset(
    ("id", "recording_id", "start", "duration", "channel", "text", "language", "speaker", "gender")
)
_CUT: Final = frozenset(("id", "start", "duration", "channel", "supervisions", "recording", "type"))
_MOST_NAMES: Final = 32
_DIGITS = 8
"""lhotse rounds sums of times to this many."""
_EARLY_S: Final = 1e-3
"""lhotse takes a supervision that begins this much before its recording as beginning with it."""
_SOURCES: Final = {
    "url": "is fetched from the network; expected a file: download it and name that",
    "memory": "is packed into the manifest; expected a file: write it out (lhotse's save_audio)",
    "shar": "lies in a Shar archive; expected a file: unpack it (lhotse's save_audios)",
}


def recordings_of(
    data: Mapping[str, Any], tree: Tree, allow_pipes: bool, counts: Counter[str]
) -> tuple[Recording, ...]:
    """A recording of lhotse's: one of ours for each of its sources.

    Raises:
        ValueError: something in it cannot be right, or is refused.
    """
    name = checked_id(data.get("id"), "the recording's id")
    sources = data.get("sources")
    if not isinstance(sources, list) or not 0 < len(sources) <= MOST_CHANNELS:
        raise ValueError(f"recording {shown(name)} has no list of sources; expected one or more")
    if data.get("transforms"):
        raise ValueError(
            f"recording {shown(name)} has transforms, so the file is not what is meant; expected "
            "the audio itself: write it out (lhotse's save_audios)"
        )
    length = data.get("duration")
    total = None if length is None else seconds(length, "duration")
    found = []
    for index, source in enumerate(sources):
        one = (name, None) if len(sources) == 1 else (f"{name}:{index}", name)
        try:
            found.append(_recording(one, source, total, tree, allow_pipes))
        except ValueError as error:
            raise ValueError(f"recording {shown(name)}: {error}") from None
        if source.get("video") is not None:
            counts["sizes of videos"] += 1
    if len(found) > 1:
        channel_numbers([number for one in found for number in one.channel_ids])
    return tuple(found)


def utterance_of(data: Mapping[str, Any], counts: Counter[str], offset: float = 0.0) -> Utterance:
    """A supervision; in a cut its times count from the cut's start, `offset` seconds.

    Raises:
        ValueError: something in it cannot be right.
    """
    name = checked_id(data.get("id"), "the supervision's id")
    try:
        start, end = _times(data, offset, -_EARLY_S)
        rest = data.keys() - _UTTERANCE
        if rest:
            counts["custom fields"] += len(rest - {"alignment"})
            counts["alignments"] += "alignment" in rest
        return Utterance(
            name,
            checked_id(data.get("recording_id"), "the recording_id"),
            start,
            end,
            channel_numbers(data.get("channel", 0)),
            checked_speaker(data.get("speaker")),
            gender_of(data.get("gender")),
            checked_text(data.get("text")),
            None,
            checked_label(data.get("language")),
            rest=tuple(sorted(rest)[:_MOST_NAMES]) if rest else (),
        )
    except ValueError as error:
        raise ValueError(f"supervision {shown(name)}: {error}") from None


def cut_of(data: Mapping[str, Any], counts: Counter[str]) -> tuple[Cut, tuple[Utterance, ...]]:
    """A cut and its supervisions; the recording in it is read by `recordings_of`.

    Raises:
        ValueError: something in it cannot be right, or it is a mixture.
    """
    name = checked_id(data.get("id"), "the cut's id")
    try:
        start, end = _times(data, 0.0, 0.0)
        recording = data.get("recording")
        if not isinstance(recording, dict):
            raise ValueError("no recording in it, only features; expected one: attach recordings")
        session = checked_id(recording.get("id"), "the recording's id")
        listed = data.get("supervisions") or []
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise ValueError("supervisions are no list of objects; expected one")
        said = tuple(utterance_of(one, counts, start) for one in listed)
        for one in said:
            if one.recording != session:
                raise ValueError(
                    f"supervision {shown(one.id)} belongs to {shown(one.recording)}; expected "
                    f"the cut's recording {shown(session)}"
                )
        counts["features"] += data.get("features") is not None
        counts["custom fields"] += len(data.keys() - _CUT - {"features"})
    except ValueError as error:
        raise ValueError(f"cut {shown(name)}: {error}") from None
    channels = channel_numbers(data.get("channel", 0))
    ids = tuple(dict.fromkeys(one.id for one in said))
    return Cut(name, session, start, end, channels, ids, data["type"] == "MultiCut"), said


def _recording(
    name: tuple[str, str | None], data: object, total: float | None, tree: Tree, allow_pipes: bool
) -> Recording:
    if not isinstance(data, dict) or not isinstance(data.get("source"), str):
        kind = data.get("type") if isinstance(data, dict) else None
        raise ValueError(_SOURCES.get(str(kind), "a source without a path; expected one"))
    kind, text = data.get("type"), data["source"]
    channels = channel_numbers(data.get("channels"))
    source = command = None
    if kind == "file":
        source = tree.path(text)
    elif kind == "command" and not allow_pipes:
        raise ValueError(
            "comes from a command, and what a corpus says is not run unless that is allowed; "
            "write its audio to a file, or give --allow-pipes if you trust all of them"
        )
    elif kind == "command":
        command = checked_text(text.strip().removesuffix("|").rstrip())
        if not command or "\0" in command or "\n" in command:
            raise ValueError(f"the command {shown(text)}; expected one line")
    else:
        raise ValueError(_SOURCES.get(str(kind), f"a source of type {shown(str(kind))}; "
                                                 "expected file"))  # fmt: skip
    return Recording(name[0], source, command, len(channels), channels, name[1], total)


def _times(data: Mapping[str, Any], offset: float, earliest: float) -> tuple[float, float]:
    """Start and end in seconds from the start of the recording."""
    begin, length = data.get("start"), seconds(data.get("duration"), "duration")
    if isinstance(begin, bool) or not isinstance(begin, int | float) or not math.isfinite(begin):
        raise ValueError(f"start {shown(str(begin)[:99])}; expected seconds")
    start = round(offset + begin, _DIGITS) if offset else begin
    start = seconds(max(start, 0.0) if start >= earliest else start, "start")
    if not length:
        raise ValueError("duration 0; expected more")
    return start, seconds(round(start + length, _DIGITS), "end")
