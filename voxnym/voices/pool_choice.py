"""Pseudo-voices that are averages of people from a pool, chosen by how alike they are to a source.

The gender filter comes first, so that "the farthest" are the farthest of that gender; a pool that
is smaller than asked for is used as it is, and `facts` says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.affinity import Affinity, Cosine
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact, Floats, PseudoVoice, Wish
from voxnym.voices.norm_law import as_long_as, norm_quantiles
from voxnym.voices.parts import fact, settings_of
from voxnym.voices.people import People
from voxnym.voices.plda import Plda
from voxnym.voices.pool import Pool
from voxnym.voices.pool_clusters import Clusters, find_clusters
from voxnym.voices.pool_settings import BY_CLUSTER, BY_SOURCE, PoolSettings
from voxnym.voices.sorted_draw import DRAWS, picked

_Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PoolVoices:
    """A model of kind "pool". It holds vectors of real people: not for release.

    Args:
        embedder: id of what made the vectors.
        people: of the pool, without names.
        settings: how to choose.
        digest: of the pool it was made of.
        plda: where the affinity is PLDA.
        clusters: where the choice is by cluster.

    Raises:
        InputError: what the settings need is missing; or rescaling where all candidates of a
            gender are averaged, so that nothing is left to chance.
    """

    embedder: str
    people: People
    settings: PoolSettings
    digest: str
    plda: Plda | None = None
    clusters: Clusters | None = None

    kind = "pool"
    for_release = False

    def __post_init__(self) -> None:
        if (self.settings.affinity == "plda") != (self.plda is not None):
            raise InputError(f"affinity {self.settings.affinity!r} and a PLDA do not fit together")
        if (self.settings.choice in BY_CLUSTER) != (self.clusters is not None):
            raise InputError(f"choice {self.settings.choice!r} and clusters do not fit together")
        if self.settings.rescale and self.clusters is None:
            for name, count in self._candidate_counts().items():
                world, region = self.settings.effective(count)
                if region >= world:
                    raise InputError(
                        f"rescale: of gender {name}, all {world} candidates are averaged; expected "
                        "fewer (lower region or most_share, or a larger pool)"
                    )

    @classmethod
    def fit(cls, pool: Pool, settings: PoolSettings, plda: Plda | None = None) -> Self:
        """A model of the people of a pool.

        Args:
            pool: one or several vectors of each person; several are needed to fit a PLDA.
            settings: how to choose.
            plda: fitted elsewhere; by default, where one is needed, to this pool.

        Raises:
            InputError: see the class; or a pool that no PLDA can be fitted to.
        """
        if settings.affinity == "plda" and plda is None:
            plda = Plda.fit(pool)
        people = People.of(pool.means() if settings.level == "speaker" else pool)
        clusters = None
        if settings.choice in BY_CLUSTER:
            affinity: Affinity = plda or Cosine()
            clusters = find_clusters(people, affinity, settings.choice == "dense")
        return cls(pool.embedder, people, settings, pool.digest, plda, clusters)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return self.people.dims

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders of which there are people."""
        return self.people.genders

    @property
    def needs_source(self) -> bool:
        """Whether a draw looks at the person who is to be hidden."""
        return self.settings.choice in BY_SOURCE

    @cached_property
    def gender_line(self) -> GenderLine:
        """Guesses the gender of a source."""
        return self.people.line()

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """One pseudo-voice; see `voxnym.voices.model.VoiceModel`.

        Raises:
            InputError: a gender that the pool lacks, or no source where the choice needs one.
        """
        first = float(rng.random())
        averages = self._averages(rng, wish)
        vector = averages[picked(first, averages @ self.people.axis(wish.gender))]
        vector = self._noisy(vector, wish.gender, rng)
        if self.settings.norm == "pool":
            vector = as_long_as(vector, self._norms, rng)
        return PseudoVoice(vector, wish.gender)

    def candidates(self, wish: Wish) -> _Rows:
        """Rows of the pool from which people are drawn, most wanted first; not for clusters.

        Raises:
            InputError: see `draw`.
        """
        rows = self.people.rows(wish.gender)
        if not self.needs_source:
            return rows
        if wish.source is None:
            raise InputError(
                f"choice {self.settings.choice!r} needs the voice of the person to hide; it is not "
                "known here"
            )
        source = np.asarray(wish.source, np.float64)[None]
        affinity: Affinity = self.plda or Cosine()
        scores = affinity.scores(source, self.people.vectors[rows])[0]
        order = np.argsort(scores if self.settings.choice == "farthest" else -scores, kind="stable")
        return rows[order[: self.settings.world]]

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """People without names, and what was fitted to them."""
        parts: dict[str, NDArray[np.generic]] = dict(self.people.arrays())
        if self.plda is not None:
            parts |= self.plda.arrays()
        if self.clusters is not None:
            parts |= self.clusters.arrays()
        return parts

    def facts(self) -> Mapping[str, Fact]:
        """Settings, and how many people there really are to choose from."""
        counts = {} if self.clusters is not None else self._candidate_counts()
        effective: dict[str, Fact] = {}
        notes: list[Fact] = []
        for name, count in counts.items():
            world, region = self.settings.effective(count)
            effective[name] = {"world": world, "region": region}
            notes += [f"{name}: {note}" for note in self.settings.notes(count)]
        return {
            "settings": dataclasses.asdict(self.settings),
            "rows": len(self.people.vectors),
            "pool": self.digest,
            "for_release": self.for_release,
            "effective": effective,
            "notes": notes,
        }

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """From `arrays` and `facts`.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        people = People.of_arrays(arrays)
        settings = PoolSettings.of_facts(settings_of(facts))
        plda = Plda.of_arrays(arrays, people.dims) if settings.affinity == "plda" else None
        clusters = None
        if settings.choice in BY_CLUSTER:
            clusters = Clusters.of_arrays(arrays, people)
        return cls(embedder, people, settings, fact(facts, "pool", str), plda, clusters)

    @cached_property
    def _norms(self) -> Floats:
        return norm_quantiles(self.people.vectors)

    def _averages(self, rng: np.random.Generator, wish: Wish) -> Floats:
        """(draws, dims) for the first number to choose from."""
        wanted = self.people.spread(wish.gender)
        if self.clusters is not None:
            drawn = [self.clusters.draw(rng, wish.gender) for _ in range(DRAWS)]
            return np.concatenate(
                [self._of_rows(rng, rows, region, wanted, 1) for rows, region in drawn]
            )
        rows = self.candidates(wish)
        _, region = self.settings.effective(rows.size)
        return self._of_rows(rng, rows, region, wanted, DRAWS)

    def _of_rows(
        self, rng: np.random.Generator, rows: _Rows, region: int, wanted: Floats, draws: int
    ) -> Floats:
        """(draws, dims) means of so many of some rows, moved by chance as far as `wanted`."""
        vectors = self.people.vectors[rows]
        order = rng.permuted(np.tile(np.arange(rows.size), (draws, 1)), axis=1)
        weights = np.zeros((draws, rows.size))
        np.put_along_axis(weights, order[:, :region], 1 / region, axis=1)
        means = weights @ vectors
        if not self.settings.rescale or region >= rows.size:
            return np.asarray(means)
        # A mean of `region` out of so many varies by this share of how far they lie apart. What
        # follows from the source, their centre, is left alone: enlarged, it would give the source
        # away.
        share = np.sqrt(1 / region - 1 / rows.size)
        centre, apart = vectors.mean(axis=0), vectors.std(axis=0, ddof=1)
        return np.asarray(centre + (means - centre) * wanted / np.maximum(share * apart, 1e-12))

    def _noisy(self, vector: Floats, gender: Gender, rng: np.random.Generator) -> Floats:
        if not self.settings.noise:
            return vector
        unit = self.people.spread(gender) if self.settings.noise_unit == "spread" else 1.0
        return np.asarray(vector + self.settings.noise * unit * rng.standard_normal(vector.size))

    def _candidate_counts(self) -> dict[str, int]:
        found = {"any": len(self.people.vectors)}
        return found | {g: self.people.rows(g).size for g in sorted(self.genders)}
