"""What a mixture of voices is fitted with: as published, and as we do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from voxnym.errors import InputError
from voxnym.voices.norm_law import NormLaw

Chosen = Literal["held-out"]
HELD_OUT: Final[Chosen] = "held-out"
Covariance = Literal["diagonal", "full", "tied"]
MarginsOf = Literal["none", "gender", "all"]
Beyond = Literal["nothing", "even", "axes"]

COMPONENTS: Final = (10, 20, 40, 80)
MIXTURES: Final = (1, 2, 3, 5)
"""Sizes among which people left out choose."""


@dataclass(frozen=True)
class GmmSettings:
    """How voices are fitted.

    Args:
        components: main axes that the mixture is on: how many, or as many as hold that share of
            the variance (above 0, below 1), or "held-out": as many as make people left out
            likeliest.
        mixtures: parts of the mixture, or "held-out".
        covariance: of a part: along the axes alone, any, or any that is the same for all parts.
        margins: whether each value is brought to a normal law before all else, by the law of its
            gender or by that of everybody. The latter is known from twice the people, and blurs a
            value in which genders hardly overlap; no network that we know has one.
        atom_rounds: how often scores of values that the network cuts off are drawn anew, given
            those of the same person; 0 deals them by chance. Only with margins.
        beyond: what there is beyond the main axes: nothing, the same chance in every direction, or
            the pool's other axes and the same chance beyond all.
        held_out_share: how far variances go from those of the pool, 0, to those of people left
            out, 1.
        shares_covariance: whether people of both genders lie around their means in the same way.
        by_gender: whether genders have means of their own; False makes everybody one.
        norm: whether a vector keeps its length, or gets one of the pool's.
        tolerance: of the bound of the fit to the mixture, at which it is done.

    Raises:
        InputError: a value out of range.
    """

    components: int | float | Chosen = 40
    mixtures: int | Chosen = HELD_OUT
    covariance: Covariance = "diagonal"
    margins: MarginsOf = "all"
    atom_rounds: int = 5
    beyond: Beyond = "axes"
    held_out_share: float = 0.25
    shares_covariance: bool = True
    by_gender: bool = True
    norm: NormLaw = "pool"
    tolerance: float = 1e-6

    def __post_init__(self) -> None:
        size = self.components
        is_count = isinstance(size, int) and size >= 1
        if not (is_count or (isinstance(size, float) and 0 < size < 1) or size == HELD_OUT):
            raise InputError(
                f"components={size!r}: expected a whole number from 1, a share between 0 and 1, or "
                f"{HELD_OUT!r}"
            )
        parts = self.mixtures
        if parts != HELD_OUT and not (isinstance(parts, int) and parts >= 1):
            raise InputError(f"mixtures={parts!r}: expected 1 or more, or {HELD_OUT!r}")
        _check_word("covariance", self.covariance, get_args(Covariance))
        _check_word("margins", self.margins, get_args(MarginsOf))
        _check_word("beyond", self.beyond, get_args(Beyond))
        _check_word("norm", self.norm, get_args(NormLaw))
        if not 0 <= self.held_out_share <= 1 or self.atom_rounds < 0 or not self.tolerance > 0:
            raise InputError(
                f"held_out_share={self.held_out_share}, atom_rounds={self.atom_rounds}, "
                f"tolerance={self.tolerance}: expected 0 to 1, 0 or more, above 0"
            )
        if HELD_OUT in (size, parts) and self.beyond == "nothing":
            raise InputError(
                "components or mixtures 'held-out' with nothing beyond: sizes can only be compared "
                "where all directions have a law; choose beyond='even' or 'axes'"
            )


def _check_word(name: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        raise InputError(f"{name}={found!r}: expected one of {', '.join(known)}")


DEFAULT: Final = GmmSettings()
"""Ours: margins, all axes, variances a quarter of the way to those of people left out."""

PUBLISHED: Final = GmmSettings(
    components=20,
    mixtures=3,
    margins="none",
    atom_rounds=0,
    beyond="nothing",
    held_out_share=0.0,
    shares_covariance=False,
    norm="kept",
    tolerance=1e-15,
)
"""As in the scripts that were released: 20 axes, three parts, each gender by itself, nothing else.

Where it differs: the seed holds, the fit ends, and a first number decides the first coordinate.

Source: Turner, Lovisotto and Martinovic, "Speaker anonymization with distribution-preserving
    x-vector generation for the VoicePrivacy Challenge 2020", 2020; sizes of the released scripts.
"""
