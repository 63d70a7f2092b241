"""What the stages that replace the voice have in common: a model, and whose gender it is to be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, get_args

import numpy as np

from voxnym.errors import InputError, PresetError
from voxnym.records import Survey
from voxnym.voices.finding import model_for_stage
from voxnym.voices.gender_choice import NEEDS_SOURCE, GenderChoice, GenderedModel, replacing
from voxnym.voices.replacing import Replacing


@dataclass(frozen=True)
class VoiceStage:
    """A Stage; each kind of model makes one of it, in a file of its own in `voxnym.stages`.

    Args:
        model: name of a model that comes with the package, or a path that ends in .json.
        gender: of the pseudo-voice: "any"; "f" or "m", where the model knows them; "same" or
            "cross", by a guess from the person's voice, which give the person's own away.

    Raises:
        PresetError: no such model, one of another kind, or a gender that it does not know.
    """

    model: str
    gender: GenderChoice = "any"

    name: ClassVar[str]
    kind: ClassVar[type[Any]]
    """Class of the models that it understands."""

    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset({"voice"})
    kinds: ClassVar[frozenset[str] | None] = None
    look_ahead: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        if self.gender not in get_args(GenderChoice):
            raise PresetError(
                f"{self.name}.gender={self.gender!r}: expected any, same, cross, f or m"
            )
        known = self.voices.genders
        if self.gender in ("f", "m") and self.gender not in known:
            told = ", ".join(sorted(known)) or "none"
            raise PresetError(
                f"{self.name}.gender={self.gender!r}: the model knows of genders {told}; expected "
                "one of these, or any"
            )

    @property
    def needs(self) -> frozenset[str]:
        """The person's voice, where the pseudo-voice depends on it."""
        is_needed = self.looks_at_source or self.gender in NEEDS_SOURCE
        return frozenset({"voice"}) if is_needed else frozenset()

    @property
    def looks_at_source(self) -> bool:
        """Whether draws depend on the person's voice, gender aside."""
        return bool(getattr(self.voices, "needs_source", False))

    @cached_property
    def voices(self) -> GenderedModel:
        """The model as this stage uses it."""
        try:
            return self.used(model_for_stage(self.name, self.model, self.kind))
        except InputError as error:
            raise PresetError(f"{self.name}: {error}") from error

    def used(self, model: Any) -> GenderedModel:
        """The model with this stage's settings.

        Raises:
            InputError: settings that it cannot have.
        """
        found: GenderedModel = model
        return found

    def start(self, rng: np.random.Generator, survey: Survey) -> Replacing:
        """Draw the pseudo-voice.

        Raises:
            InputError: the person's voice is needed and not known, or of another embedder than
                the model, or no voice was found that keeps what was promised.
        """
        return replacing(self.gender, self.voices, rng, survey)
