"""Values of published programs on cases that anybody can make again."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import RandomState
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics import cllr, eer, min_cllr, rocch_eer


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
NEAR = {"abs": 1e-9, "rel": 0}
# Sums; EER and its threshold; Kaldi's EER; ROCCH-EER, non-targets first; Cllr; min Cllr with
# non-targets first and with targets first, both with the ramp.
GOLDEN = {
    "sep": (
        (621.337762970, -2990.984488641),
        (0.0005, 0.321078756),
        0.005,
        0.0009375,
        0.100472704,
        (0.002698321, 0.002698321),
    ),
    "overlap": (
        (283.501026975, -37.616717094),
        (0.31, 0.453914584),
        0.31,
        0.305707814,
        0.883091575,
        (0.834518336, 0.834518336),
    ),
    "tiny": ((2.6, 1.35), (0.25, 0.5), 0.25, 0.125, 0.938312857, (0.250000011, 0.250000011)),
    "ties": (
        (156.9, 57.0),
        (0.306666667, 0.5),
        0.313333333,
        0.290370370,
        0.890582929,
        (0.794250940, 0.822432319),
    ),
    "noinfo": (
        (14.137475081, 18.571997283),
        (0.5175, -0.016737831),
        0.5175,
        0.485989690,
        1.151587300,
        (0.996094548, 0.996094548),
    ),
    "inverted": (
        (-89.056746663, -2.071921748),
        (0.67, -0.415482131),
        0.67,
        0.499499499,
        1.532585741,
        (0.998999365, 0.998999365),
    ),
    "grid": ((61, -78), (0, 0), 0, 0, 0.189937487, (0, 0)),
    "allequal": ((0, 0), (0.5, 0), 0.95, 0, 1, (0, 1.000000180)),
}


@pytest.mark.parametrize("name", CASES)
def test_published_programs(name: str) -> None:
    target, other = CASES[name]
    sums, (rate, threshold), kaldi, hull, cost, (published, pooled) = GOLDEN[name]
    assert (np.sum(target), np.sum(other)) == pytest.approx(sums, **NEAR)
    found = eer(target, other)
    assert (found.value, found.threshold) == pytest.approx((rate, threshold), **NEAR)
    assert eer(target, other, reading="kaldi").value == pytest.approx(kaldi, **NEAR)
    assert rocch_eer(target, other, ties="nontargets-first").value == pytest.approx(hull, **NEAR)
    assert cllr(target, other).value == pytest.approx(cost, **NEAR)
    options = {"published_ramp": True}
    first = min_cllr(target, other, ties="nontargets-first", **options).value
    assert first == pytest.approx(published, **NEAR)
    assert min_cllr(target, other, **options).value == pytest.approx(pooled, **NEAR)


@pytest.mark.parametrize("name", CASES)
def test_single_precision_moves_no_rate_here(name: str) -> None:
    target, other = CASES[name]
    rounded = eer(target, other, single_precision=True)
    assert rounded.value == eer(target, other).value
    assert rounded.threshold == float(np.float32(eer(target, other).threshold))


def test_two_more_cases_of_the_challenge() -> None:
    from scipy.special import ndtri

    a = ([0.9, 0.8, 0.7, 0.55, 0.4], [0.6, 0.5, 0.3, 0.2, 0.1, 0.05, 0, -0.1])
    b = (1 + ndtri((np.arange(40) + 0.5) / 40), ndtri((np.arange(200) + 0.5) / 200))
    for (target, other), golden in (
        (a, (0.225, 0.200, 0.153846, 0.883540, 0.312402)),
        (b, (0.3025, 0.325, 0.302500, 0.872910, 0.810365)),
    ):
        found = (
            eer(target, other).value,
            eer(target, other, reading="kaldi").value,
            rocch_eer(target, other).value,
            cllr(target, other).value,
            min_cllr(target, other).value,
        )
        assert found == pytest.approx(golden, abs=6e-7)


def test_ours_are_right_where_published_ones_see_perfect_recognition() -> None:
    constant = CASES["allequal"]
    assert rocch_eer(*constant).value == 0.5
    assert min_cllr(*constant).value == pytest.approx(1, **NEAR)
    assert eer(*constant).value == 0.5
    ties = CASES["ties"]
    assert rocch_eer(*ties).value == pytest.approx(0.305185185, **NEAR)
    assert min_cllr(*ties).value == pytest.approx(0.822432319, abs=5e-7)


def test_an_inverted_system_is_seen_by_the_rate_and_not_by_its_hull() -> None:
    inverted = CASES["inverted"]
    assert eer(*inverted).value > 0.6
    assert rocch_eer(*inverted).value <= 0.5
