"""What a preset says about the gender of a pseudo-voice, made into a wish."""

from __future__ import annotations

from typing import Final, Literal, Protocol

import numpy as np

from voxnym.errors import InputError
from voxnym.records import Gender, Survey
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import PseudoVoice, Wish
from voxnym.voices.replacing import Replacing

GenderChoice = Literal["any", "same", "cross", "f", "m"]
NEEDS_SOURCE: Final = frozenset({"same", "cross"})
_OTHER: Final[dict[Gender, Gender]] = {"f": "m", "m": "f", "unknown": "unknown"}


class GenderedModel(Protocol):
    """Draws voices, and can guess a person's gender from the voice."""

    @property
    def embedder(self) -> str:
        """Id of the embedder whose vectors it makes."""
        ...

    @property
    def dims(self) -> int:
        """Length of a vector."""
        ...

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders that can be wished for."""
        ...

    @property
    def gender_line(self) -> GenderLine:
        """Tells nothing where the pool had no genders."""
        ...

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """One pseudo-voice."""
        ...


def wish_for(choice: GenderChoice, model: GenderedModel, survey: Survey) -> Wish:
    """What to ask a model for.

    "same" keeps what a listener would take for the person's gender, and so gives it away; "any"
    does not. Where it cannot be guessed, because the voice is not known or the model has no
    genders, "same" and "cross" are "any".

    Args:
        choice: of the preset.
        model: guesses, where the choice depends on the person.
        survey: its `voice` is the person's.

    Raises:
        InputError: a voice that is not of the model's embedder.
    """
    source = None
    if survey.voice is not None:
        source = np.asarray(survey.voice, np.float64)
        if source.shape != (model.dims,):
            raise InputError(
                f"a voice of {source.size} numbers; the model's embedder {model.embedder!r} "
                f"makes {model.dims}"
            )
    return Wish(_gender(choice, model, source), source)


def replacing(
    choice: GenderChoice, model: GenderedModel, rng: np.random.Generator, survey: Survey
) -> Replacing:
    """A stage at work: the voice of every frame becomes one that `model` draws for this person.

    Args:
        choice: of the preset.
        model: draws.
        rng: of this person.
        survey: of the recording.

    Raises:
        InputError: what the wish needs is missing, or a guard could not be kept; there is no output
            then, rather than a voice that breaks what the preset promises.
    """
    drawn = model.draw(rng, wish_for(choice, model, survey))
    if drawn.unmet:
        raise InputError(f"no pseudo-voice was found in {drawn.tries} draws: {drawn.unmet}")
    return Replacing(drawn.vector)


def _gender(choice: GenderChoice, model: GenderedModel, source: np.ndarray | None) -> Gender:
    if choice in ("f", "m"):
        return choice
    if choice == "any" or source is None:
        return "unknown"
    guess = model.gender_line.guess(source)
    wished = guess if choice == "same" else _OTHER[guess]
    return wished if wished in model.genders else "unknown"
