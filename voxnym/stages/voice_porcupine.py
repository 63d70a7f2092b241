"""Everybody speaks in one of few voices along a curve; a chosen number of bits is their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import numpy as np

from voxnym.errors import InputError, PresetError
from voxnym.records import Survey
from voxnym.voices.finding import model_for_stage
from voxnym.voices.gender_choice import NEEDS_SOURCE, GenderChoice, replacing
from voxnym.voices.porcupine import CurveVoices
from voxnym.voices.replacing import Replacing


@dataclass(frozen=True)
class VoicePorcupine:
    """Exchanges the voice for what stands for a cell of a curve through many voices.

    Args:
        model: name of voices that come with the package, or path of a model of kind "porcupine".
        bits: how many of the person's own the pseudo-voice keeps, 0 to the model's. With 0 the
            cell is drawn by key and nothing of the voice is disclosed. The published method keeps
            all: similar people get similar voices, and whoever knows the model learns so many bits
            of who it is, for each voice that a person is given.
        gender: "any"; "f" or "m", where the model has a curve for each; "same" or "cross", which
            disclose one bit more, by a guess from the voice.

    Raises:
        PresetError: no such model, more bits than it has, or a gender that it does not know.

    Source: Vali and Bäckström, "Privacy PORCUPINE", Interspeech 2024.
    """

    model: str
    bits: int = 0
    gender: GenderChoice = "any"

    reads = frozenset[str]()
    writes = frozenset({"voice"})
    kinds = None
    look_ahead = 0.0

    def __post_init__(self) -> None:
        if self.gender not in get_args(GenderChoice):
            raise PresetError(
                f"voice_porcupine.gender={self.gender!r}: expected any, same, cross, f or m"
            )
        known = self.voices.genders
        if self.gender in ("f", "m") and self.gender not in known:
            raise PresetError(
                f"voice_porcupine.gender={self.gender!r}: the model has one curve for everybody; "
                "expected any"
            )

    @property
    def needs(self) -> frozenset[str]:
        """The person's voice, where the pseudo-voice depends on it."""
        depends = self.bits > 0 or self.gender in NEEDS_SOURCE
        return frozenset({"voice"}) if depends else frozenset()

    @cached_property
    def voices(self) -> CurveVoices:
        """The model, with so many bits kept."""
        found = model_for_stage("voice_porcupine", self.model, CurveVoices)
        assert isinstance(found, CurveVoices)
        try:
            return found.keeping(self.bits)
        except InputError as error:
            raise PresetError(f"voice_porcupine.bits={self.bits}: {error}") from error

    def start(self, rng: np.random.Generator, survey: Survey) -> Replacing:
        """Draw the pseudo-voice.

        Raises:
            InputError: bits are to be kept, and the person's voice is not known or of another
                embedder than the model.
        """
        return replacing(self.gender, self.voices, rng, survey)
