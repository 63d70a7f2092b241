"""What a corpus says of its recordings: who speaks where, what is said, and where the audio lies.

A recording is one audio file (or one command). Where a corpus joins several files to one session,
as lhotse does for arrays of microphones, each file is a recording and `session` names the whole;
utterances belong to the session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath
from typing import Final, Literal, Protocol

from voxnym.audio.formats import printable
from voxnym.errors import InputError
from voxnym.records import Gender, Span, Utterance

Kind = Literal["kaldi", "lhotse", "manifest"]
KINDS: Final[tuple[Kind, ...]] = ("kaldi", "lhotse", "manifest")
Layout = Literal["librispeech", "vctk", "emodb", "ravdess"]
"""Published corpora as they come out of their archives; written again as manifests of ours."""
LAYOUTS: Final[tuple[Layout, ...]] = ("librispeech", "vctk", "emodb", "ravdess")


@dataclass(frozen=True, slots=True)
class Recording:
    """One audio file of a corpus.

    Args:
        id: unique in the corpus; may look like a path and is none.
        source: where the audio lies; None where a command gives it.
        command: shell command that writes the audio to its standard output, without the `|`;
            only where the caller allowed pipes. Nothing here runs it.
        channels: how many the corpus says there are; None where it does not say.
        channel_ids: numbers of those channels inside the session; empty where it does not say.
        session: the id that utterances use; None where it is `id`.
        seconds: length as the corpus declares it; never trusted for writing.
    """

    id: str
    source: Path | None = None
    command: str | None = None
    channels: int | None = None
    channel_ids: tuple[int, ...] = ()
    session: str | None = None
    seconds: float | None = None

    @property
    def session_id(self) -> str:
        """The id that utterances use for it."""
        return self.id if self.session is None else self.session


@dataclass(frozen=True, slots=True)
class Cut:
    """A window on a recording, as lhotse has them; times in seconds from the recording's start.

    Args:
        id: unique in the corpus.
        recording: session id.
        start: 0 or more.
        end: after `start`.
        channels: at least one.
        utterances: ids of the utterances that it lists.
        several: whether it is of the kind for several channels, even if it has one.
    """

    id: str
    recording: str
    start: float
    end: float
    channels: tuple[int, ...]
    utterances: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True)
class Corpus:
    """Recordings and what is known of them, whatever format it came in.

    Args:
        kind: "kaldi", "lhotse" or "manifest"; it is written in the same.
        home: folder of the corpus; relative paths count from here.
        recordings: sorted by id.
        utterances: sorted by id.
        cuts: sorted by id; only of lhotse.
        files: which files it had, by the names under which they are written.
        places: of lhotse, "recordings", "supervisions" or "cuts" to id to one of `files`.
        columns: of a manifest, those we understand, in its order.
        genders: how the corpus spells "f" and "m".
        notes: what was left out or is odd, one line each.
    """

    kind: Kind
    home: Path
    recordings: tuple[Recording, ...]
    utterances: tuple[Utterance, ...] = ()
    cuts: tuple[Cut, ...] = ()
    files: tuple[str, ...] = ()
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    genders: Mapping[Gender, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def recording(self, recording_id: str) -> Recording:
        """The recording with that id.

        Raises:
            InputError: there is none.
        """
        found = self._by_id.get(recording_id)
        if found is None:
            raise InputError(
                f"{printable(self.home)}: no recording {printable(recording_id)!r} in this corpus"
            )
        return found

    def utterances_of(self, recording_id: str) -> tuple[Utterance, ...]:
        """What is said in a recording, sorted by id; of a session's part, what its channels hold.

        Raises:
            InputError: there is no such recording.
        """
        found = self.recording(recording_id)
        inside = self._by_session.get(found.session_id, ())
        if found.session is None:
            return tuple(inside)
        own = set(found.channel_ids)
        return tuple(one for one in inside if not one.channels or own & set(one.channels))

    def speakers_of(self, recording_id: str) -> tuple[str, ...]:
        """Names of all who speak in a recording, sorted, each once.

        Raises:
            InputError: there is no such recording.
        """
        names = {one.speaker for one in self.utterances_of(recording_id)}
        return tuple(sorted(name for name in names if name is not None))

    def turns_of(self, recording_id: str, seconds: float | None = None) -> tuple[Span, ...]:
        """Who speaks when in a recording: spans labelled with the speaker, sorted by time.

        Utterances that are the whole recording, or have no speaker, are no turns.

        Args:
            recording_id: of a recording of this corpus.
            seconds: length of the recording, for turns that last to its end; None to take what
                the corpus declares.

        Raises:
            InputError: no such recording, or a turn to the end of one of unknown length.
        """
        length = self.recording(recording_id).seconds if seconds is None else seconds
        turns: list[Span] = []
        for one in self.utterances_of(recording_id):
            if one.speaker is None or (one.start is None and one.end is None):
                continue
            end = length if one.end is None else one.end
            if end is None:
                raise InputError(
                    f"{printable(self.home)}: utterance {printable(one.id)!r} lasts to the end of "
                    "its recording, whose length is not known; expected the length in seconds"
                )
            if end > (one.start or 0.0):
                turns.append(Span(one.start or 0.0, end, one.speaker))
        return tuple(sorted(turns))

    @cached_property
    def _by_id(self) -> dict[str, Recording]:
        return {one.id: one for one in self.recordings}

    @cached_property
    def _by_session(self) -> dict[str, list[Utterance]]:
        found: defaultdict[str, list[Utterance]] = defaultdict(list)
        for one in self.utterances:
            found[one.recording].append(one)
        return found


@dataclass(frozen=True, slots=True)
class Made:
    """The anonymous recording that stands for one of a corpus.

    Args:
        path: relative, below the folder of the new corpus.
        rate: samples per second, Hz.
        frames: samples of one channel.
        channels: number of channels.
    """

    path: PurePath
    rate: int
    frames: int
    channels: int

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.rate


class Naming(Protocol):
    """How ids are called in a new corpus; two different ids never get one name."""

    def speaker(self, name: str, /) -> str:
        """Name of a person."""
        ...

    def utterance(self, name: str, speaker: str | None, /) -> str:
        """Name of an utterance; begins with its speaker's where names are changed."""
        ...

    def recording(self, name: str, /) -> str:
        """Name of a recording, session or cut."""
        ...


@dataclass(frozen=True)
class KeptNames:
    """Every id stays as it is."""

    def speaker(self, name: str) -> str:
        """The same."""
        return name

    def utterance(self, name: str, speaker: str | None) -> str:
        """The same."""
        return name

    def recording(self, name: str) -> str:
        """The same."""
        return name
