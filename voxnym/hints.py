"""What a user should know of a rendered recording."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from voxnym.protocols import Source
from voxnym.recording.level import NEAR_SILENCE_LUFS
from voxnym.recording.likeness import SAME_VOICE

if TYPE_CHECKING:
    from voxnym.handout import Handout
    from voxnym.render import RenderOptions

ALL_PAUSE = 0.99
"""A recording with a larger share of pauses holds nothing else."""


def notes_of(handout: Handout, source: Source, options: RenderOptions) -> Iterator[str]:
    """Sentences about one recording, as it came out of its first two passes."""
    heard, system = handout.heard, handout.system
    likeness = max(person.likeness for people in handout.exchanged for person in people)
    if likeness > SAME_VOICE:
        yield (
            f"the result is nearly the original (correlation {likeness:.3f}): listen before you "
            "share it; there was no voice to change, or the header gives a wrong sample rate"
        )
    if heard.cancels and source.channels > 1:
        yield (
            "the channels cancel each other when mixed, so most of the sound is lost; "
            "use --channels separate"
        )
    if heard.loudness < NEAR_SILENCE_LUFS and options.level != "keep" and heard.length:
        loudness = "silent" if math.isinf(heard.loudness) else f"at {heard.loudness:.0f} LUFS"
        yield f"the recording is {loudness}: taken as silence and not made louder"
    if handout.clean and heard.loudness >= NEAR_SILENCE_LUFS and heard.silent_share > ALL_PAUSE:
        yield (
            "no speech was found, so the result is steady noise: music, tones and a single held "
            "vowel count as background; --surroundings keep leaves them"
        )
    if source.rate > system.codec.rate:
        yield f"sound above {system.codec.rate // 2} Hz is not carried over by {system.name}"
    end_s = heard.length / source.rate
    late = sum(span.start >= end_s for span in (*options.turns, *options.redaction.spans))
    if late:
        yield f"labels that begin after the end of the recording: {late}; do they belong to it?"
