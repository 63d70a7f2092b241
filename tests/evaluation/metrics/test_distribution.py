from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics import Voices, check_distribution, subspace_residual
from voxnym.evaluation.metrics.distribution import GATES, SIDES, Distribution, _check
from voxnym.evaluation.metrics.distribution_statistics import all_statistics

Rows = NDArray[np.float64]
N, DIMS = 32, 24
GENDER = np.repeat(["f", "m"], N)
MIX = np.random.default_rng(0).standard_normal((DIMS, DIMS)) * np.linspace(0.5, 0.05, DIMS)
MIDDLE = np.array([[1.5], [2.5]]) + np.random.default_rng(1).random((2, DIMS))


def people(seed: int) -> Rows:
    """(2 N, DIMS) voices of a law with a few large and many small directions."""
    rng = np.random.default_rng(seed)
    return np.concatenate([middle + rng.standard_normal((N, DIMS)) @ MIX.T for middle in MIDDLE])


POOL, REAL = people(2), people(3)


def check(made: Rows, **options: object) -> Distribution:
    arguments: dict[str, object] = {"threshold": 0.95, "splits": 8} | options
    return check_distribution(
        Voices(made, GENDER),
        Voices(REAL, GENDER),
        Voices(POOL, GENDER),
        rng=np.random.default_rng(4),
        **arguments,  # type: ignore[arg-type]
    )


def averages() -> Rows:
    rng = np.random.default_rng(5)
    halves = POOL[:N], POOL[N:]
    return np.array(
        [half[rng.permutation(N)[:10]].mean(axis=0) for half in halves for _ in range(N)]
    )


def few_components() -> Rows:
    rng, made = np.random.default_rng(6), []
    for half in (POOL[:N], POOL[N:]):
        centred = half - half.mean(axis=0)
        size, axes = np.linalg.svd(centred, full_matrices=False)[1:]
        made.append(half.mean(axis=0) + rng.standard_normal((N, 5)) * size[:5] / N**0.5 @ axes[:5])
    return np.concatenate(made)


def test_fresh_real_voices_pass_nearly_everything() -> None:
    found = check(people(7))
    # At 2.5 % at either end, one or two of twenty checks fail by chance.
    assert len(found.failed) <= 3
    assert [one.name for one in found.checks] == list(SIDES)
    assert found.splits == 8


@pytest.mark.parametrize(
    ("made", "failed"),
    [
        (POOL, {"memory_ratio", "violations"}),
        (averages(), {"cosine_ks", "cosine_w1", "recall", "discrepancy", "density", "residual"}),
        (few_components(), {"residual", "recall"}),
    ],
    ids=["copies", "averages", "few components"],
)
def test_known_faults_fail(made: Rows, failed: set[str]) -> None:
    found = check(made)
    assert failed <= set(found.failed)


def test_copies_pass_laws() -> None:
    """Without the checks of memory, copies would be the best generator."""
    found = check(POOL)
    assert not {"cosine_ks", "cosine_w1", "norm_ks", "recall", "coverage"} & set(found.failed)


def test_swapped_genders_fail() -> None:
    found = check(np.concatenate([people(8)[N:], people(8)[:N]]))
    assert found["gender"].value < 0.1
    assert "gender" in found.failed


def test_statistics_of_both_genders() -> None:
    def split(rows: Rows) -> Mapping[str, Rows]:
        return {"f": rows[:N], "m": rows[N:]}

    made = people(9)
    found = all_statistics(split(made), split(REAL), split(POOL), 0.95, np.random.default_rng(1))
    assert found.keys() == SIDES.keys()

    def cosines(rows: Rows, centre: Rows) -> Rows:
        rows = rows - centre
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray((rows @ rows.T)[np.triu_indices(N, 1)])

    from scipy.stats import ks_2samp, wasserstein_distance

    norms = [np.linalg.norm(side, axis=1).reshape(2, N).std(axis=1) for side in (made, REAL)]
    assert found["norm_spread"] == pytest.approx((norms[0] / norms[1]).mean())
    nothing = np.zeros(DIMS)
    for prefix, centres in (
        ("cosine", (nothing, nothing)),
        ("centred", (POOL[:N].mean(axis=0), POOL[N:].mean(axis=0))),
    ):
        sides = [
            np.concatenate([cosines(side[:N], centres[0]), cosines(side[N:], centres[1])])
            for side in (made, REAL)
        ]
        assert found[f"{prefix}_ks"] == pytest.approx(ks_2samp(*sides).statistic)
        assert found[f"{prefix}_w1"] == pytest.approx(wasserstein_distance(*sides))


@pytest.mark.parametrize(("number", "components"), [(N, 20), (14, 13)])
def test_components_are_twenty_or_what_the_pool_has(number: int, components: int) -> None:
    def split(rows: Rows) -> Mapping[str, Rows]:
        return {"f": rows[:number], "m": rows[N : N + number]}

    made, pool = split(people(9)), split(POOL)
    found = all_statistics(made, split(REAL), pool, 0.95, np.random.default_rng(1))
    expected = [subspace_residual(made[k], pool[k], components=components) for k in "fm"]
    assert found["residual"] == pytest.approx(np.mean(expected))


def test_unit_norms_agree() -> None:
    def unit(rows: Rows) -> Rows:
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    def split(rows: Rows) -> Mapping[str, Rows]:
        return {"f": unit(rows[:N]), "m": unit(rows[N:])}

    found = all_statistics(
        split(people(10)), split(REAL), split(POOL), 0.95, np.random.default_rng(1)
    )
    assert found["norm_spread"] == 1
    assert found["norm_ks"] == 0


@pytest.mark.parametrize(
    ("name", "value", "passed"),
    [
        ("cosine_ks", -5, True),
        ("cosine_ks", 5, False),
        ("recall", -5, False),
        ("recall", 5, True),
        ("nearest", -5, False),
        ("nearest", 5, False),
        ("nearest", 0.5, True),
    ],
)
def test_sides(name: str, value: float, passed: bool) -> None:
    null = np.linspace(0, 1, 41)
    found = _check(name, 99.0, np.array([value - 1, value + 1]), null, None)
    assert found.passed is passed
    assert (found.value, found.halves) == (99, value)
    assert (found.low, found.high) == pytest.approx((0.025, 0.975))


def test_gender_may_lose_two_deviations() -> None:
    null = np.append(np.ones(39), 0.9)
    lowest = null.mean() - 2 * null.std()
    assert _check("gender", 0, np.array([lowest]), null, None).passed
    assert not _check("gender", 0, np.array([lowest - 0.001]), null, None).passed


def test_limits_decide_by_the_whole_value_on_both_sides() -> None:
    null, halves = np.linspace(0, 1, 41), np.array([50.0])
    for value, passed in ((0.4, True), (0.6, True), (0.39, False), (0.61, False)):
        found = _check("residual", value, halves, null, (0.4, 0.6))
        assert found.passed is passed
        assert found.limits == (0.4, 0.6)
    assert GATES.keys() <= SIDES.keys()
    assert check(people(11), limits={"recall": (2.0, 3.0)}, splits=2)["recall"].passed is False


def test_a_seed_repeats() -> None:
    assert check(people(12), splits=2) == check(people(12), splits=2)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(InputError, match="limits of unknown checks \\['charm'\\]"):
        check(people(13), limits={"charm": (0.0, 1.0)})
    with pytest.raises(InputError, match="0 splits"):
        check(people(13), splits=0)
    with pytest.raises(InputError, match="64 voices with 3 genders"):
        Voices(POOL, ["f", "m", "f"]).split()
    rng = np.random.default_rng(1)
    women = Voices(POOL, np.repeat("f", 2 * N))
    with pytest.raises(InputError, match="the same two genders"):
        check_distribution(women, women, women, threshold=0.9, rng=rng)
    few = np.r_[0:11, N : N + 11]
    small = Voices(POOL[few], GENDER[few])
    with pytest.raises(InputError, match="expected 12 or more"):
        check_distribution(small, small, small, threshold=0.9, rng=rng)
    real = Voices(REAL, GENDER)
    with pytest.raises(InputError, match="11 made voices and 32 in the pool, expected at least 32"):
        check_distribution(small, real, real, threshold=0.9, rng=rng)
