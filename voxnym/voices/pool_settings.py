"""How pseudo-voices are chosen from a pool: the published ways, and ours."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self, get_args

from voxnym.errors import InputError
from voxnym.voices.affinity import AFFINITIES, AffinityName
from voxnym.voices.model import Fact
from voxnym.voices.norm_law import NormLaw

Choice = Literal["farthest", "nearest", "random", "dense", "sparse"]
Level = Literal["speaker", "utterance"]
NoiseUnit = Literal["raw", "spread"]
BY_SOURCE: Final = frozenset({"farthest", "nearest"})
BY_CLUSTER: Final = frozenset({"dense", "sparse"})


@dataclass(frozen=True)
class PoolSettings:
    """How to choose and what to do with the chosen.

    Args:
        affinity: what "far" and "near" mean, also for clusters.
        choice: which candidates: the farthest from the source or nearest to it, any, or one of the
            largest ("dense") or smallest ("sparse") clusters.
        world: candidates by affinity; fewer where the pool, of the gender wished for, is smaller.
            Clusters have no use for it.
        region: how many of the candidates are averaged, drawn without replacement; at most all.
        most_share: of the candidates, at most this share is averaged, 0 to 1.
        level: whether a row of the pool is the mean of a person or one utterance.
        rescale: whether chance moves a voice as far, in each dimension, as people lie apart.
            Without it, averages of many are all alike.
        noise: standard deviation of white Gaussian noise on the average.
        noise_unit: "raw", or in units of how far the pool's people lie apart in each dimension.
        norm: whether vectors stay as long as they come out, or become as long as the pool's.

    Raises:
        InputError: a value out of range.

    Source:
        Srivastava et al., "Design choices for x-vector based speaker anonymization", Interspeech
        2020 (choice, world, region); Kuzmin et al., "NTU-NPU system for Voice Privacy 2024
        Challenge", SPSC 2024 (noise); Meyer et al., "Speaker anonymization with phonetic
        intermediate representations", Interspeech 2022 (rescaling to the pool's ranges).
    """

    affinity: AffinityName = "cosine"
    choice: Choice = "farthest"
    world: int = 200
    region: int = 100
    most_share: float = 1.0
    level: Level = "speaker"
    rescale: bool = False
    noise: float = 0.0
    noise_unit: NoiseUnit = "raw"
    norm: NormLaw = "kept"

    def __post_init__(self) -> None:
        for name, kinds in _CHOICES.items():
            if getattr(self, name) not in kinds:
                raise InputError(f"{name}={getattr(self, name)!r}; expected {', '.join(kinds)}")
        if self.world < 1 or self.region < 1 or self.region > self.world:
            raise InputError(
                f"world={self.world}, region={self.region}; expected 1 <= region <= world"
            )
        if not 0 < self.most_share <= 1:
            raise InputError(f"most_share={self.most_share}; expected above 0, at most 1")
        if not 0 <= self.noise < float("inf"):
            raise InputError(f"noise={self.noise}; expected 0 or more")

    def effective(self, candidates: int) -> tuple[int, int]:
        """World and region where there are so many to choose from.

        >>> PoolSettings().effective(120)
        (120, 100)
        """
        world = min(self.world, candidates)
        return world, max(1, min(self.region, int(self.most_share * world)))

    def notes(self, candidates: int) -> list[str]:
        """What differs from what was asked for, where there are so many to choose from.

        >>> PoolSettings().notes(90)
        ['90 candidates, all there are, not 200: farthest means nothing',
         '90 are averaged, not 100',
         'all candidates are averaged: everybody gets one voice']
        """
        world, region = self.effective(candidates)
        found = []
        if world < self.world:
            meaning = f": {self.choice} means nothing" if self.choice in BY_SOURCE else ""
            found.append(f"{world} candidates, all there are, not {self.world}{meaning}")
        if region < self.region:
            found.append(f"{region} are averaged, not {self.region}")
        if region == candidates:
            found.append("all candidates are averaged: everybody gets one voice")
        return found

    @classmethod
    def of_facts(cls, told: Mapping[str, Fact]) -> Self:
        """From the table that `dataclasses.asdict` makes.

        Raises:
            InputError: a setting that is unknown, missing, or of another kind.
        """
        wanted = {field.name: field.default for field in dataclasses.fields(cls)}
        if told.keys() != wanted.keys():
            odd = ", ".join(sorted(told.keys() ^ wanted.keys()))
            raise InputError(f"voices: settings that are missing or unknown: {odd}")
        for name, default in wanted.items():
            numbers = (int, float) if isinstance(default, float) else type(default)
            if not isinstance(told[name], numbers) or (
                isinstance(told[name], bool) and not isinstance(default, bool)
            ):
                raise InputError(f"voices: setting {name}={told[name]!r}")
        return cls(**told)  # type: ignore[arg-type]


_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "affinity": AFFINITIES,
    "choice": get_args(Choice),
    "level": get_args(Level),
    "noise_unit": get_args(NoiseUnit),
    "norm": get_args(NormLaw),
}

CHALLENGE: Final = PoolSettings(affinity="plda")
"""Baseline B1 of the VoicePrivacy challenges: the 200 farthest by PLDA, 100 of them averaged."""
KUZMIN: Final = PoolSettings(noise=0.075)
"""NTU-NPU 2024: by cosine, and noise that we read as a standard deviation, unit as it is."""
APART: Final = PoolSettings(choice="random", most_share=0.5, rescale=True, norm="pool")
"""Ours: half of at most 200 people, and voices that lie as far apart as people do."""
