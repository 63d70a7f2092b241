import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics.cell_disclosure import (
    cell_counts,
    cell_disclosure,
    chi2_limit,
    disclosure_floor,
)

GOLDEN = [10, 2, 3, 7, 12, 8, 9, 13]
COUNTS = st.lists(st.integers(0, 40), min_size=2, max_size=12).filter(any)


def binomial(n, p, k):
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def test_golden():
    found = cell_disclosure(GOLDEN)
    assert found.items == 64
    assert found.value == pytest.approx(2.8237462, abs=1e-7)
    assert found.bound == 3
    assert found.divergence == pytest.approx(1.2185985, abs=1e-7)
    assert found.sparseness == pytest.approx(0.3890594, abs=1e-7)
    assert found.spread == pytest.approx(3.6742346, abs=1e-7)
    assert found.worst_plus_one == pytest.approx(4.4150375, abs=1e-7)
    assert found.worst == 5
    assert found.best == pytest.approx(2.2995603, abs=1e-7)
    assert found.surprisal[1] == 5
    assert found.chi2 == pytest.approx(sum((g - 8) ** 2 / 8 for g in GOLDEN))
    assert found.empty == 0


def test_even_counts_have_a_divergence():
    found = cell_disclosure([8] * 8)
    assert found.divergence == pytest.approx(2.7447142, abs=1e-7)
    assert (found.value, found.worst, found.best, found.chi2, found.spread) == (3, 3, 3, 0, 0)
    assert found.sparseness == pytest.approx(8**-0.5)


@settings(max_examples=100, deadline=None)
@given(COUNTS)
def test_against_the_formulas(counts):
    found = cell_disclosure(counts)
    items, cells = sum(counts), len(counts)
    average = -sum(g / items * math.log2(g / items) for g in counts if g)
    assert found.value == pytest.approx(average)
    assert found.value <= found.bound + 1e-12
    assert found.best <= found.value + 1e-12
    assert found.worst >= found.value - 1e-12
    assert found.worst_plus_one == pytest.approx(-math.log2((min(counts) + 1) / items))
    assert math.isinf(found.worst) == (min(counts) == 0) == (found.empty > 0)
    if min(counts):
        assert found.worst == pytest.approx(-math.log2(min(counts) / items))
        weighted = sum(g / items * s for g, s in zip(counts, found.surprisal, strict=True))
        assert weighted == pytest.approx(found.value)
    share = {m: counts.count(m) / cells for m in counts}
    kl = sum(f * math.log2(f / binomial(items, 1 / cells, m)) for m, f in share.items())
    assert found.divergence == pytest.approx(kl, rel=1e-6, abs=1e-9)
    ratio = math.sqrt(sum(g * g for g in counts)) / items
    assert found.sparseness == pytest.approx(ratio)
    # The two are one figure: sparseness = cells^-1/2 · sqrt(1 + (spread / mean)^2).
    mean = items / cells
    assert ratio == pytest.approx(cells**-0.5 * math.sqrt(1 + (found.spread / mean) ** 2))
    assert found.chi2 == pytest.approx(cells * found.spread**2 / mean)


def test_a_divergence_beyond_numbers():
    # One cell has everything, of very many items: its probability is no number any more.
    assert cell_disclosure([32_768, *[0] * 15]).divergence == math.inf


def test_counts_of_codes():
    assert cell_counts(np.array([0, 2, 2, 1, 2]), 5).tolist() == [1, 1, 3, 0, 0]
    assert cell_counts(np.array([], int), 2).tolist() == [0, 0]
    for wrong in ([0, 5], [-1, 0]):
        with pytest.raises(InputError, match="0 to 4"):
            cell_counts(np.array(wrong), 5)
    with pytest.raises(InputError, match="whole numbers"):
        cell_counts(np.array([0.0, 1.0]), 5)


@pytest.mark.parametrize(
    ("cells", "items", "value", "worst", "divergence", "sparseness", "spread"),
    [
        (16, 10_240, 4 - 0.0011, 4.104, 2.83, 0.2502, 24.2),
        (32, 10_240, 5 - 0.0023, 5.174, 1.64, 0.1771, 17.8),
        (64, 10_240, 6 - 0.0044, 6.281, 0.76, 0.1254, 12.4),
        (256, 10_240, 8 - 0.018, 8.735, 0.115, 0.0633, 6.3),
        (1024, 10_240, 10 - 0.073, 11.96, 0.016, 0.0328, 3.2),
        (64, 65_536, 6 - 0.0007, 6.108, 1.53, 0.1251, 31.6),
    ],
)
def test_floor_of_the_literature(cells, items, value, worst, divergence, sparseness, spread):
    found = disclosure_floor(cells, items, np.random.default_rng(0))
    assert found.value.mean == pytest.approx(value, abs=1e-3)
    assert found.worst_plus_one.mean == pytest.approx(worst, rel=0.01)
    assert found.divergence.mean == pytest.approx(divergence, rel=0.05)
    assert found.sparseness.mean == pytest.approx(sparseness, rel=0.002)
    assert found.spread.mean == pytest.approx(spread, rel=0.03)
    assert found.chi2.mean == pytest.approx(cells - 1, rel=0.05)


def test_floor_band_holds_95_of_100():
    found = disclosure_floor(16, 10_240, np.random.default_rng(0), draws=2000)
    assert found.divergence.low == pytest.approx(2.36, abs=0.1)
    assert found.divergence.high == pytest.approx(3.43, abs=0.1)
    assert found.worst_plus_one.high == pytest.approx(4.167, abs=0.02)
    fresh = disclosure_floor(16, 10_240, np.random.default_rng(1), draws=2000)
    assert fresh.value.low == pytest.approx(found.value.low, abs=2e-4)


def test_floor_depends_on_its_generator_alone():
    first, second = (disclosure_floor(8, 100, np.random.default_rng(3)) for _ in range(2))
    assert first == second
    assert first != disclosure_floor(8, 100, np.random.default_rng(4))


def test_limits_of_the_gates():
    limits = [chi2_limit(2**bits, 1 << 15, 1 << 15) for bits in (4, 5, 6)]
    assert limits == pytest.approx([61, 104, 184.5], abs=0.6)
    assert chi2_limit(16, 1 << 15) == pytest.approx(limits[0] / 2)


def test_limit_is_passed_once_in_a_hundred():
    # Edges at sample quantiles of 400 uniform numbers, 800 others counted between them.
    rng = np.random.default_rng(0)
    passed = 0
    for _ in range(2000):
        edges = np.sort(rng.random(400))[np.arange(1, 8) * 50]
        counts = np.bincount(np.searchsorted(edges, rng.random(800)), minlength=8)
        passed += cell_disclosure(counts).chi2 > chi2_limit(8, 800, 400)
    assert 4 <= passed <= 40


@pytest.mark.parametrize("counts", [[3], [[1, 2]], [0, 0], [-1, 2], [0.5, 0.5]])
def test_refused_counts(counts):
    with pytest.raises(InputError, match="counts"):
        cell_disclosure(counts)


@pytest.mark.parametrize("wrong", [(1, 10, 5), (4, 0, 5), (4, 10, 0)])
def test_refused_sizes(wrong):
    with pytest.raises(InputError):
        disclosure_floor(wrong[0], wrong[1], np.random.default_rng(0), draws=wrong[2])
    with pytest.raises(InputError):
        chi2_limit(*wrong)
