"""What flows through the house: audio, its parts, and for whom a pseudo-voice is drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError

Block = NDArray[np.float32]
Frames = NDArray[np.float64]
Scope = Literal["file", "speaker", "utterance"]
Gender = Literal["f", "m", "unknown"]


@dataclass(frozen=True, eq=False)
class Audio:
    """Samples of a recording.

    Args:
        samples: float32, shape (channels, length), full scale is -1 to 1. A one-dimensional
            array is taken as one channel; other float types are converted.
        rate: samples per second, Hz.

    Raises:
        InputError: wrong number of dimensions, integer samples, or a rate that is not positive.

    >>> Audio(np.zeros(160, np.float32), 16000).duration
    0.01
    """

    samples: NDArray[np.float32]
    rate: int

    def __post_init__(self) -> None:
        samples = np.asarray(self.samples)
        if not np.issubdtype(samples.dtype, np.floating):
            raise InputError(
                f"samples.dtype={samples.dtype}: expected floats with full scale ±1; "
                "divide 16 bit integers by 32768"
            )
        if samples.ndim == 1:
            samples = samples[np.newaxis]
        if samples.ndim != 2:
            raise InputError(f"samples.shape={samples.shape}: expected (channels, length)")
        if self.rate <= 0:
            raise InputError(f"rate={self.rate}: expected a positive number of samples per second")
        object.__setattr__(self, "samples", samples.astype(np.float32, copy=False))

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    @property
    def length(self) -> int:
        """Number of samples of one channel."""
        return int(self.samples.shape[1])

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.length / self.rate


@dataclass(frozen=True, eq=False)
class Speech:
    """The parts of a stretch of speech, frame by frame, as a codec takes it apart.

    Args:
        kind: what `content` holds: "lpc" (prediction polynomials, first column 1), "envelope"
            (log power spectrum, linear frequency axis from 0 to rate/2), … Stages that
            change content say which kind they understand.
        content: shape (frames, dims).
        frame_rate: frames per second, Hz.
        rate: the codec's sample rate, Hz.
        pitch: (frames,) Hz, 0 where unvoiced; None where the codec does not model it.
        energy: (frames,) dB re full scale; None where the codec does not model it.
        voice: (dims,) speaker embedding, or None.
        emotion: (dims,) emotion embedding, or None.
        rest: arrays that only this codec understands, first axis frames.
    """

    kind: str
    content: NDArray[Any]
    frame_rate: float
    rate: int
    pitch: Frames | None = None
    energy: Frames | None = None
    voice: Frames | None = None
    emotion: Frames | None = None
    rest: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """Number of frames."""
        return int(self.content.shape[0])

    def replace(self, **parts: Any) -> Self:
        """A copy with some parts exchanged.

        >>> s = Speech("lpc", np.ones((2, 1)), frame_rate=100, rate=16000)
        >>> s.replace(pitch=np.array([0.0, 110.0])).pitch.tolist()
        [0.0, 110.0]
        """
        return dataclasses.replace(self, **parts)

    def __getitem__(self, frames: slice) -> Self:
        """The same parts for a range of frames (a view)."""
        return self.replace(
            content=self.content[frames],
            pitch=None if self.pitch is None else self.pitch[frames],
            energy=None if self.energy is None else self.energy[frames],
            rest={name: array[frames] for name, array in self.rest.items()},
        )

    def joined(self, later: Self) -> Self:
        """These frames followed by `later` ones of the same recording."""

        def both(a: NDArray[Any] | None, b: NDArray[Any] | None) -> NDArray[Any] | None:
            return None if a is None or b is None else np.concatenate([a, b])

        return self.replace(
            content=np.concatenate([self.content, later.content]),
            pitch=both(self.pitch, later.pitch),
            energy=both(self.energy, later.energy),
            rest={name: np.concatenate([a, later.rest[name]]) for name, a in self.rest.items()},
        )


@dataclass(frozen=True)
class Survey:
    """What stages may know of a whole recording before its first block. Any may be absent.

    Args:
        log_pitch_mean: mean of ln(F0/Hz) over voiced frames.
        log_pitch_spread: its standard deviation.
        log_pitch_median: its median.
        loudness: integrated loudness of the input, LUFS.
        voiced_share: share of frames that are voiced, 0 to 1.
        voice: mean speaker embedding.
    """

    log_pitch_mean: float | None = None
    log_pitch_spread: float | None = None
    log_pitch_median: float | None = None
    loudness: float | None = None
    voiced_share: float | None = None
    voice: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Who:
    """For whom a pseudo-voice is drawn.

    Args:
        speaker: name of the person; decides alone when `scope` is "speaker".
        utterance: id of the recording or of a part of it; decides for the other scopes.
        scope: how long one pseudo-voice lasts.
        variant: which of the draws for this person; 0 unless their voice has to differ from others
            in the same recording.

    Raises:
        InputError: the field that decides is empty.
    """

    speaker: str = ""
    utterance: str = ""
    scope: Scope = "file"
    variant: int = 0

    def __post_init__(self) -> None:
        if self.scope not in ("file", "speaker", "utterance"):
            raise InputError(f"scope={self.scope!r}: expected file, speaker or utterance")
        if not self.name:
            needed = "speaker" if self.scope == "speaker" else "utterance"
            raise InputError(f"{needed}='': scope {self.scope!r} draws a voice for it; give one")

    @property
    def name(self) -> str:
        """The field that decides the pseudo-voice."""
        return self.speaker if self.scope == "speaker" else self.utterance

    def channel(self, index: int) -> Who:
        """The person on one channel of a recording whose channels are one person each."""
        suffix = f"\x1f{index}"
        return dataclasses.replace(
            self,
            speaker=self.speaker and self.speaker + suffix,
            utterance=self.utterance and self.utterance + suffix,
        )


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a recording with a label: who speaks there, or why it must not be heard.

    Args:
        start: seconds from the start of the recording, 0 or more.
        end: seconds, after `start`.
        label: name of the speaker, or of what is said.

    Raises:
        InputError: times that are not finite, negative or out of order.

    >>> Span(1.5, 2.0, "anna").duration
    0.5
    """

    start: float
    end: float
    label: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end < float("inf"):
            raise InputError(
                f"start={self.start}, end={self.end}: expected finite seconds with 0 <= start < end"
            )

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech of a corpus.

    Args:
        id: unique in the corpus.
        recording: session id of the recording it lies in.
        start: seconds from the start of the recording; None for the start of it.
        end: seconds; None for the end of the recording.
        channels: numbers of the channels it is heard on; empty where the corpus does not say.
        speaker: name of the person.
        gender: "f", "m" or "unknown".
        text: what is said.
        emotion: as the corpus names it.
        language: as the corpus names it.
        split: "train", "test" or what the corpus calls its parts.
        rest: names of fields that we do not understand. They are not written, since nobody knows
            what they give away; their values are not even kept.
    """

    id: str
    recording: str
    start: float | None = None
    end: float | None = None
    channels: tuple[int, ...] = ()
    speaker: str | None = None
    gender: Gender = "unknown"
    text: str | None = None
    emotion: str | None = None
    language: str | None = None
    split: str | None = None
    rest: tuple[str, ...] = ()

    @property
    def channel(self) -> int | None:
        """The first of its channels."""
        return self.channels[0] if self.channels else None
