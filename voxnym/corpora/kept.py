"""What of a corpus is written again: sessions whose audio was made, and what lies inside them.

All that the three formats have in common is decided here: new names, times inside the new
recordings, new texts. A recording that was not made leaves no trace.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus, Cut, Made, Naming, Recording
from voxnym.corpora.fields import checked_id, checked_speaker, checked_text
from voxnym.corpora.lines import shown
from voxnym.errors import OutputError
from voxnym.records import Utterance

TextOf = Callable[[Utterance], str | None]


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session all of whose files were made; they have one rate and length.

    Args:
        id: as the corpus has it.
        name: as it is written.
        parts: path (below the new folder, with slashes), what was made, and its channels'
            numbers in the session.
        rate: samples per second, Hz.
        frames: samples of one channel.
    """

    id: str
    name: str
    parts: tuple[tuple[str, Made, tuple[int, ...]], ...]
    rate: int
    frames: int

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.rate

    @property
    def channels(self) -> tuple[int, ...]:
        """Numbers of all its channels, sorted."""
        return tuple(sorted(number for _, _, numbers in self.parts for number in numbers))


@dataclass(frozen=True, slots=True)
class KeptUtterance:
    """An utterance as it is written; times in seconds, inside its session.

    Args:
        was: as the corpus has it.
        name: its new id.
        session: where it lies.
        start: 0 or more.
        end: at most the session's length.
        channels: numbers that the session has; empty where the corpus does not say.
        speaker: new name of the person.
        text: what is said; None where that is not known or not to be written.
    """

    was: Utterance
    name: str
    session: KeptSession
    start: float
    end: float
    channels: tuple[int, ...]
    speaker: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class KeptCut:
    """A cut as it is written; times as in `KeptUtterance`."""

    was: Cut
    name: str
    session: KeptSession
    start: float
    end: float
    channels: tuple[int, ...]
    utterances: tuple[KeptUtterance, ...]


@dataclass(frozen=True)
class Kept:
    """What is written: all sorted by new name, in the order of bytes."""

    sessions: tuple[KeptSession, ...]
    utterances: tuple[KeptUtterance, ...]
    cuts: tuple[KeptCut, ...]
    notes: tuple[str, ...]


def kept(corpus: Corpus, made: Mapping[str, Made], names: Naming, text_of: TextOf) -> Kept:
    """Decide what is written of a corpus.

    Args:
        corpus: as it was read.
        made: by id of recording, what stands for it now.
        names: how ids are called.
        text_of: what is written as the text of an utterance; None for none.

    Raises:
        OutputError: a path that leads out of the new folder, a name that cannot be written, or
            two ids with one name.
    """
    unknown = made.keys() - {one.id for one in corpus.recordings}
    if unknown:
        raise _wrong(corpus.home, f"recording {shown(min(unknown))} was made, but is not in it")
    dropped: Counter[str] = Counter()
    sessions = _sessions(corpus, made, names, dropped)
    utterances: dict[str, KeptUtterance] = {}
    for one in corpus.utterances:
        session = sessions.get(one.recording)
        if session is not None:
            found = _utterance(one, session, names, text_of)
            if isinstance(found, str):
                dropped[f"utterances {found}"] += 1
            else:
                utterances[one.id] = found
    cuts = _cuts(corpus, sessions, utterances, names, dropped)
    if corpus.kind != "manifest":
        _check_names(corpus.home, sessions)
    _check_names(corpus.home, utterances)
    _check_names(corpus.home, cuts)
    return Kept(
        tuple(sorted(sessions.values(), key=lambda one: one.name)),
        tuple(sorted(utterances.values(), key=lambda one: one.name)),
        tuple(sorted(cuts.values(), key=lambda one: one.name)),
        tuple(f"{count} {what}: not written" for what, count in sorted(dropped.items())),
    )


def _sessions(
    corpus: Corpus, made: Mapping[str, Made], names: Naming, dropped: Counter[str]
) -> dict[str, KeptSession]:
    parts: defaultdict[str, list[Recording]] = defaultdict(list)
    for one in corpus.recordings:
        parts[one.session_id].append(one)
    found = {}
    for name, members in parts.items():
        if not all(one.id in made for one in members):
            continue
        first = made[members[0].id]
        same = all((made[one.id].rate, made[one.id].frames) == (first.rate, first.frames)
                   for one in members)  # fmt: skip
        if not same or first.rate <= 0 or first.frames <= 0:
            dropped["sessions whose files differ in rate or length, or are empty"] += 1
            continue
        listed = tuple(_part(corpus.home, one, made[one.id]) for one in members)
        numbers = [number for _, _, each in listed for number in each]
        if len(set(numbers)) < len(numbers):
            dropped["sessions whose files have other channels than the corpus says"] += 1
            continue
        # The ids of a manifest's recordings are their paths, which are new anyway.
        new = listed[0][0] if corpus.kind == "manifest" else names.recording(name)
        found[name] = KeptSession(name, new, listed, first.rate, first.frames)
    paths = Counter(path for one in found.values() for path, _, _ in one.parts)
    if len(paths) < paths.total():
        path = min(path for path, count in paths.items() if count > 1)
        raise _wrong(corpus.home, f"two new recordings lie at {shown(path)}; expected one")
    return found


def _part(home: Path, one: Recording, made: Made) -> tuple[str, Made, tuple[int, ...]]:
    path = PurePath(made.path)
    text = path.as_posix()
    if path.is_absolute() or ".." in path.parts or not text.isprintable() or text in ("", "."):
        raise _wrong(home, f"the path {shown(text)} of a new recording; expected one below the "
                           "new folder")  # fmt: skip
    declared = len(one.channel_ids) == made.channels
    return text, made, one.channel_ids if declared else tuple(range(made.channels))


def _utterance(
    one: Utterance, session: KeptSession, names: Naming, text_of: TextOf
) -> KeptUtterance | str:
    """The utterance as it is written, or why it is not."""
    length = session.seconds
    start = one.start or 0.0
    end = length if one.end is None else min(one.end, length)
    if end <= start:
        return "that begin after the end of their recording"
    channels = tuple(number for number in one.channels if number in session.channels)
    if one.channels and not channels:
        return "on channels that their recording does not have"
    speaker = None if one.speaker is None else names.speaker(one.speaker)
    return KeptUtterance(
        one,
        names.utterance(one.id, one.speaker),
        session,
        start,
        end,
        channels,
        speaker,
        text_of(one),
    )


def _cuts(
    corpus: Corpus,
    sessions: Mapping[str, KeptSession],
    utterances: Mapping[str, KeptUtterance],
    names: Naming,
    dropped: Counter[str],
) -> dict[str, KeptCut]:
    found = {}
    for one in corpus.cuts:
        session = sessions.get(one.recording)
        if session is None:
            continue
        end = min(one.end, session.seconds)
        channels = tuple(number for number in one.channels if number in session.channels)
        if end <= one.start or not channels:
            dropped["cuts outside of their recording"] += 1
            continue
        inside = tuple(utterances[name] for name in one.utterances if name in utterances)
        name = names.recording(one.id)
        found[one.id] = KeptCut(one, name, session, one.start, end, channels, inside)
    return found


def _check_names(home: Path, written: Mapping[str, KeptSession | KeptUtterance | KeptCut]) -> None:
    """What a caller's `Naming` and `text_of` gave must not break lines or join two ids."""
    seen: dict[str, str] = {}
    for old, one in written.items():
        other = seen.setdefault(one.name, old)
        if other != old:
            raise _wrong(home, f"{shown(other)} and {shown(old)} would both be called "
                               f"{shown(one.name)}; expected names of their own")  # fmt: skip
        try:
            checked_id(one.name, "the new name")
            if isinstance(one, KeptUtterance):
                checked_speaker(one.speaker)
                checked_text(one.text)
        except ValueError as error:
            raise _wrong(home, str(error)) from None


def _wrong(home: Path, text: str) -> OutputError:
    return OutputError(f"{printable(home)}: {text}")
