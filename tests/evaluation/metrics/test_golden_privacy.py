"""Values of published programs for privacy metrics, on cases that anybody can make again."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import RandomState
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics import linkability, published_laplace_eer, zebra


def cases() -> dict[str, tuple[ArrayLike, ArrayLike]]:
    r = {seed: RandomState(seed) for seed in range(1, 7)}
    return {
        "sep": (3 + r[1].randn(200), -3 + r[1].randn(1000)),
        "overlap": (1 + r[2].randn(300), r[2].randn(2000)),
        "tiny": ([0.6, 0.7, 0.8, 0.5], [0.4, 0.3, 0.55, 0.1]),
        "ties": (np.round(1 + r[4].randn(150), 1), np.round(r[4].randn(600), 1)),
        "noinfo": (r[5].randn(400), r[5].randn(4000)),
        "inverted": (-1 + r[6].randn(100), r[6].randn(500)),
        "grid": (2 + np.arange(1, 21) / 10, -np.arange(40) / 10),
        "allequal": (np.zeros(20), np.zeros(30)),
    }


CASES = cases()
NEAR = {"abs": 2e-9, "rel": 0}
NAN = float("nan")
# Linkability with a prior ratio of 1 and 0.1; ZEBRA's population, worst case and category.
GOLDEN = {
    "sep": ((0.981246334, 0.960000000), (0.719254543, 2.995635629, "C")),
    "overlap": ((0.289093487, 0.010714286), (0.113355087, 1.522879179, "B")),
    "tiny": ((0.0, 0.0), (0.541010640, 0.602060371, "A")),
    "ties": ((0.281457519, 0.011720430), (0.122102196, 1.447158465, "B")),
    "noinfo": ((0.057989536, 0.0), (0.002622082, 0.213074825, "A")),
    "inverted": ((0.241457619, 0.006666667), (0.000721771, 0.003454086, "A")),
    "grid": ((0.5, 0.5), (0.721347520, 1.623249717, "B")),
    "allequal": ((NAN, NAN), (0.0, 1.498310979, "B")),
}


@pytest.mark.parametrize("name", CASES)
def test_linkability_by_bins(name: str) -> None:
    golden, _ = GOLDEN[name]
    found = [linkability(*CASES[name], method="published", prior_ratio=w).value for w in (1, 0.1)]
    assert found == pytest.approx(golden, nan_ok=True, **NEAR)


@pytest.mark.parametrize("name", CASES)
def test_zebra(name: str) -> None:
    _, (population, worst, category) = GOLDEN[name]
    found = zebra(*CASES[name], ties="nontargets-first", published_ramp=True)
    assert (found.value, found.worst) == pytest.approx((population, worst), **NEAR)
    assert found.category == category


@pytest.mark.parametrize("name", CASES)
def test_the_ramp_hardly_matters(name: str) -> None:
    plain = zebra(*CASES[name], ties="nontargets-first")
    ramp = zebra(*CASES[name], ties="nontargets-first", published_ramp=True)
    assert plain.value == pytest.approx(ramp.value, abs=1e-6)
    assert plain.worst == pytest.approx(ramp.worst, abs=1e-6)
    assert plain.category == ramp.category


@pytest.mark.parametrize(
    ("name", "golden"),
    [("tiny", 0.142857), ("grid", 0.044444), ("sep", 0.004965), ("allequal", 0.043478)],
)
def test_hull_with_the_wrong_laplace(name: str, golden: float) -> None:
    assert published_laplace_eer(*CASES[name]).value == pytest.approx(golden, abs=5e-7)


def test_two_more_cases_of_the_challenge() -> None:
    from scipy.special import ndtri

    a = ([0.9, 0.8, 0.7, 0.55, 0.4], [0.6, 0.5, 0.3, 0.2, 0.1, 0.05, 0, -0.1])
    b = (1 + ndtri((np.arange(40) + 0.5) / 40), ndtri((np.arange(200) + 0.5) / 200))
    for scores, golden in (
        (a, (0.495324, 0.352526, 0.806180, 0.0)),
        (b, (0.131194, 0.117360, 1.000000, 0.182592)),
    ):
        plain, padded = zebra(*scores), zebra(*scores, laplace=True)
        by_bins = linkability(*scores, method="published")
        found = (plain.value, padded.value, plain.worst, by_bins.value)
        assert found == pytest.approx(golden, abs=6e-7)
        assert plain.category == "A"
        assert padded.worst == plain.worst


def test_ours_are_right_where_published_ones_are_not() -> None:
    assert linkability(*CASES["tiny"]).value > 0.5
    assert linkability(*CASES["grid"]).value == 1
    assert linkability(*CASES["allequal"]).value == 0
    assert linkability(*CASES["noinfo"]).value < 0.03
    assert linkability(*CASES["inverted"]).value < 0.01
    assert zebra(*CASES["allequal"]).worst < 0.01
