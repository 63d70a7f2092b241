"""Everybody gets a voice that is distributed like real people's, and is nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import numpy as np

from voxnym.errors import InputError, PresetError
from voxnym.records import Survey
from voxnym.voices.finding import model_for_stage
from voxnym.voices.gender_choice import NEEDS_SOURCE, GenderChoice, wish_for
from voxnym.voices.gmm import GmmVoices
from voxnym.voices.guard import Guard, GuardedVoices
from voxnym.voices.replacing import Replacing


@dataclass(frozen=True)
class VoiceGmm:
    """Exchanges the voice for one that is drawn from a mixture of Gaussians.

    Args:
        model: name of voices that come with the package, or path of a model of kind "gmm".
        gender: "any"; "f" or "m", where the model knows them; "same" or "cross", by a guess from
            the voice, which give the person's own away.
        likeness: largest cosine of pseudo-voice and person, both without the mean of the
            pseudo-voice's gender, -1 to 1; strangers have 0 on average. None does not look at the
            person at all: a draw by key alone is like them no more often than a stranger is, and
            tells nothing of them.
        raw: whether that cosine is of the vectors as they are, as published.
        tries: draws at most, to keep it. Without success there is no output.

    Raises:
        PresetError: no such model, a gender that it does not know, a likeness out of range, or no
            tries.

    Source: Turner, Lovisotto and Martinovic, "Speaker anonymization with distribution-preserving
        x-vector generation for the VoicePrivacy Challenge 2020", 2020.
    """

    model: str
    gender: GenderChoice = "any"
    likeness: float | None = None
    raw: bool = False
    tries: int = 64

    reads = frozenset[str]()
    writes = frozenset({"voice"})
    kinds = None
    look_ahead = 0.0

    def __post_init__(self) -> None:
        if self.gender not in get_args(GenderChoice):
            raise PresetError(
                f"voice_gmm.gender={self.gender!r}: expected any, same, cross, f or m"
            )
        known = self.voices.genders
        if self.gender in ("f", "m") and self.gender not in known:
            told = ", ".join(sorted(known)) or "none"
            raise PresetError(
                f"voice_gmm.gender={self.gender!r}: the model knows of genders {told}; expected "
                "one of these, or any"
            )

    @property
    def needs(self) -> frozenset[str]:
        """The person's voice, where the pseudo-voice depends on it."""
        depends = self.likeness is not None or self.gender in NEEDS_SOURCE
        return frozenset({"voice"}) if depends else frozenset()

    @cached_property
    def voices(self) -> GuardedVoices:
        """The model, looked after."""
        found = model_for_stage("voice_gmm", self.model, GmmVoices)
        assert isinstance(found, GmmVoices)
        try:
            guard = Guard(self.likeness, None, None, tries=self.tries, centred=not self.raw)
        except InputError as error:
            raise PresetError(f"voice_gmm: {error}") from error
        return GuardedVoices(found, guard)

    def start(self, rng: np.random.Generator, survey: Survey) -> Replacing:
        """Draw the pseudo-voice.

        Raises:
            InputError: the person's voice is needed and not known, or of another embedder than
                the model, or no voice was found that is unlike it.
        """
        guarded = self.voices
        found = guarded.draw(rng, wish_for(self.gender, guarded.model, survey))
        if found.unmet:
            raise InputError(f"voice_gmm: no pseudo-voice in {found.tries} draws: {found.unmet}")
        return Replacing(found.vector)
