import numpy as np
import pytest
from scipy.stats import multivariate_normal

from voxnym.errors import InputError
from voxnym.evaluation.attackers.discriminants import Discriminants, fit_discriminants


def people(count=40, each=6, dims=8, seed=0):
    """People differ in dimension 0 only; within a person, dimension 1 is loud."""
    rng = np.random.default_rng(seed)
    scales = np.ones(dims)
    scales[1] = 30.0
    centres = np.zeros((count, dims))
    centres[:, 0] = 5 * rng.standard_normal(count)
    vectors = np.repeat(centres, each, axis=0) + scales * rng.standard_normal((count * each, dims))
    return vectors, [f"p{i}" for i in range(count) for _ in range(each)]


def test_planted_direction_comes_first() -> None:
    vectors, names = people()
    found = fit_discriminants(vectors, names, 3, 0.0)
    axis = found.axes[:, 0] / np.linalg.norm(found.axes[:, 0])
    assert abs(axis[0]) > 0.99
    assert found.between[0] == pytest.approx(25, rel=0.5)
    assert found.between[1] < 1
    projected = found.project(vectors)[:, 0].reshape(40, 6)
    assert projected.var(axis=1, ddof=1).mean() == pytest.approx(1, rel=0.01)


def test_scales_of_dimensions_do_not_matter() -> None:
    vectors, names = people()
    scale = np.array([1e3, 1e-3, 1, 5, 1, 1, 7, 1])
    one = fit_discriminants(vectors, names, 2, 0.1).project(vectors)
    other = fit_discriminants(vectors * scale, names, 2, 0.1).project(vectors * scale)
    assert np.allclose(np.abs(one), np.abs(other), atol=1e-4)


def test_too_few_people_are_refused() -> None:
    with pytest.raises(InputError, match="expected at least 3 people"):
        fit_discriminants(np.eye(4), ["a", "a", "b", "b"], 2, 0.1)
    with pytest.raises(InputError, match="several utterances"):
        fit_discriminants(np.eye(4), ["a", "b", "c", "d"], 2, 0.1)


def test_likelihood_ratio_equals_the_joint_densities() -> None:
    between = np.array([2.0, 0.5])
    model = Discriminants(np.zeros(2), np.eye(2), between)
    rng = np.random.default_rng(3)
    enrol = [rng.standard_normal((n, 2)) for n in (1, 4)]
    trial = rng.standard_normal((3, 2))
    found = model.likelihood_ratios(
        np.stack([each.mean(axis=0) for each in enrol]), np.array([1, 4]), trial
    )
    for i, mine in enumerate(enrol):
        for j, one in enumerate(trial):
            expected = 0.0
            for k in range(2):
                both = np.append(mine[:, k], one[k])
                joint = np.eye(both.size) + between[k]
                apart = joint.copy()
                apart[-1, :-1] = apart[:-1, -1] = 0
                expected += multivariate_normal.logpdf(both, cov=joint)
                expected -= multivariate_normal.logpdf(both, cov=apart)
            assert found[i, j] == pytest.approx(expected)
