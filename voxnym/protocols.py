"""What a room promises: the few shapes that codecs, stages and systems have in common.

Blocks are the only mode: a whole file is one block, a long file many, live audio endless ones.
However the caller cuts, the output is the same (checked by `voxnym.testing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Audio, Block, Speech, Survey, Who


class CodecRun(Protocol):
    """State of one recording inside a codec."""

    def analyze(self, block: Block, last: bool) -> Speech:
        """Frames that are complete by now; (n,) float32 samples at the codec's rate."""
        ...

    def synthesize(self, speech: Speech, last: bool) -> Block:
        """Samples that are complete by now; over a recording as many as were analyzed."""
        ...


@runtime_checkable
class Codec(Protocol):
    """Takes speech apart and puts it together; a frozen dataclass of its parameters."""

    @property
    def rate(self) -> int:
        """Sample rate it works at, Hz."""
        ...

    @property
    def frame_rate(self) -> float:
        """Frames per second, Hz."""
        ...

    @property
    def look_back(self) -> float:
        """Seconds of the past that a frame depends on."""
        ...

    @property
    def look_ahead(self) -> float:
        """Seconds of the future that a frame depends on: its latency when live."""
        ...

    @property
    def kind(self) -> str:
        """What its `Speech.content` holds."""
        ...

    @property
    def parts(self) -> frozenset[str]:
        """Fields of Speech that it fills and obeys."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """Fields of Survey that it uses."""
        ...

    def start(self, survey: Survey) -> CodecRun:
        """Begin a recording."""
        ...


class Transform(Protocol):
    """A stage at work on one recording."""

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """Changed frames; may hold some back for its look-ahead, gives all when `last`."""
        ...


@runtime_checkable
class Stage(Protocol):
    """Changes parts of speech; a frozen dataclass of its parameters."""

    @property
    def reads(self) -> frozenset[str]:
        """Fields of Speech that it looks at."""
        ...

    @property
    def writes(self) -> frozenset[str]:
        """Fields of Speech that it changes."""
        ...

    @property
    def kinds(self) -> frozenset[str] | None:
        """Kinds of content it understands; None where content does not matter."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """Fields of Survey that it uses."""
        ...

    @property
    def look_ahead(self) -> float:
        """Seconds of the future that it needs."""
        ...

    def start(self, rng: np.random.Generator, survey: Survey) -> Transform:
        """Draw all that stays the same for this person, and begin a recording.

        The first number drawn decides most of how the person sounds, the nearer two of them the
        more alike: the people of one recording are given first numbers that lie apart.
        """
        ...


class Stream(Protocol):
    """Live use: samples in, samples out, the delay stated by the system."""

    def push(self, samples: Block) -> Block:
        """Samples that are ready after these; (n,) float32 at the rate of `open`."""
        ...

    def finish(self) -> Block:
        """The rest; afterwards as many samples came out as went in."""
        ...


@runtime_checkable
class Anonymizer(Protocol):
    """Audio in, the same words in nobody's voice out."""

    def __call__(self, audio: Audio, who: Who) -> Audio:
        """Same rate, channel count and length."""
        ...

    def open(self, rate: int, who: Who) -> Stream:
        """Begin live use at `rate` Hz, one channel."""
        ...


class Embedder(Protocol):
    """Tells voices apart."""

    id: str
    dims: int

    def __call__(self, audio: Audio) -> NDArray[np.float32]:
        """Unit-norm vector of shape (dims,)."""
        ...


class Source(Protocol):
    """A recording that can be read from the start more than once."""

    @property
    def rate(self) -> int:
        """Samples per second, Hz."""
        ...

    @property
    def channels(self) -> int:
        """Number of channels."""
        ...

    @property
    def declared_frames(self) -> int | None:
        """Length in samples as the header has it, if it does; only for progress."""
        ...

    def blocks(self) -> Iterator[Block]:
        """All samples, in order: float32 arrays of shape (channels, n), n > 0, all finite."""
        ...
