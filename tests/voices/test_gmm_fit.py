import dataclasses

import numpy as np
import pytest
from toy_pools import draws, gaussian, unit

from voxnym.errors import InputError
from voxnym.voices.gmm_fit import FEW_PEOPLE, LEAST_PEOPLE, fit_gmm
from voxnym.voices.gmm_settings import DEFAULT, PUBLISHED
from voxnym.voices.model import Wish
from voxnym.voices.pool import Pool

SMALL = dataclasses.replace(DEFAULT, components=3, mixtures=1)
PLAIN = dataclasses.replace(PUBLISHED, components=3, mixtures=1)


def rectified(people: int = 120, dims: int = 12, seed: int = 0) -> Pool:
    """Hidden normal values with one strong common cause, cut off at 0, of unit length."""
    rng = np.random.default_rng(seed)
    hidden = 0.3 + 0.6 * rng.standard_normal((people, dims)) + rng.standard_normal((people, 1))
    hidden[:, -1] = 2.0 + 0.1 * rng.standard_normal(people)
    vectors = np.maximum(hidden, 0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    genders = tuple("fm"[i % 2] for i in range(people))
    return Pool(vectors, tuple(f"p{i:03}" for i in range(people)), genders, "toy")


@pytest.mark.parametrize(("margins", "apart"), [("all", 2.0), ("gender", 6.0), ("none", 6.0)])
def test_voices_have_the_mean_of_their_gender(margins: str, apart: float) -> None:
    pool = gaussian(400, apart=apart)
    model = fit_gmm(pool, dataclasses.replace(SMALL, margins=margins, norm="kept"))
    for gender in ("f", "m"):
        mean = draws(model, 400, Wish(gender)).mean(axis=0)
        wanted = pool.of_gender(gender).vectors.mean(axis=0)
        np.testing.assert_allclose(mean[-1], wanted[-1], atol=0.12)
        np.testing.assert_allclose(mean, wanted, atol=0.45)


def test_values_stay_within_those_of_the_pool_and_zeros_are_as_frequent() -> None:
    pool = rectified()
    model = fit_gmm(pool, dataclasses.replace(SMALL, norm="kept"))
    made = np.concatenate([draws(model, 150, Wish(gender)) for gender in ("f", "m")])
    assert (made >= 0).all()
    assert (made <= pool.vectors.max(axis=0) + 1e-12).all()
    zeros = (pool.vectors == 0).mean(axis=0)
    assert zeros.max() > 0.2
    np.testing.assert_allclose((made == 0).mean(axis=0), zeros, atol=0.12)
    plain = draws(fit_gmm(pool, PLAIN), 100, Wish("f"))
    assert (plain < 0).any()


def test_a_unit_pool_gives_unit_voices_others_the_lengths_of_the_pool() -> None:
    assert np.allclose(np.linalg.norm(draws(fit_gmm(unit(80), SMALL), 20, Wish("f")), axis=1), 1)
    pool = gaussian(80)
    lengths = np.linalg.norm(draws(fit_gmm(pool, SMALL), 200, Wish("m")), axis=1)
    known = np.linalg.norm(pool.vectors, axis=1)
    assert known.min() - 1e-9 <= lengths.min()
    assert lengths.max() <= known.max() + 1e-9
    assert np.median(lengths) == pytest.approx(np.median(known), rel=0.15)


def test_several_vectors_of_one_person_count_once() -> None:
    one = gaussian(80, each=1, seed=3)
    four = Pool(
        np.repeat(one.vectors, 4, axis=0),
        tuple(np.repeat(one.speakers, 4).tolist()),
        tuple(np.repeat(one.genders, 4).tolist()),
        one.embedder,
    )
    first, second = (draws(fit_gmm(pool, SMALL), 3, Wish("f")) for pool in (one, four))
    np.testing.assert_allclose(first, second, atol=1e-9)


def test_the_order_of_the_pool_does_not_matter_the_seed_does() -> None:
    pool = rectified()
    order = np.random.default_rng(0).permutation(len(pool.vectors))
    mixed = Pool(
        pool.vectors[order],
        tuple(pool.speakers[i] for i in order),
        tuple(pool.genders[i] for i in order),
        pool.embedder,
    )
    one, two, other = (
        draws(fit_gmm(each, SMALL, seed), 3, Wish("f"))
        for each, seed in ((pool, 1), (mixed, 1), (pool, 2))
    )
    assert np.array_equal(one, two)
    assert not np.allclose(one, other)


def test_hidden_scores_show_how_values_go_together() -> None:
    """Half of all values are cut off; dealt by chance, the common cause is underestimated."""
    pool = rectified(200)
    shares = []
    for rounds in (0, 5):
        model = fit_gmm(pool, dataclasses.replace(SMALL, atom_rounds=rounds))
        cloud = model.of["f"].cloud
        main = (cloud.mixture.factors[0, 0] ** 2).sum()
        total = (cloud.mixture.factors[0] ** 2).sum() + (cloud.spread**2).sum()
        shares.append(main / total)
    assert shares[1] > shares[0] + 0.02


def test_too_few_people_are_refused_and_few_are_noted() -> None:
    with pytest.raises(InputError, match=f"29 people of gender 'f' .* expected {LEAST_PEOPLE}"):
        fit_gmm(gaussian(58), SMALL)
    notes = fit_gmm(gaussian(60), SMALL).about["notes"]
    assert isinstance(notes, list)
    assert "30 people of gender f: fewer than 200" in str(notes[0])
    many = fit_gmm(gaussian(2 * FEW_PEOPLE), SMALL)
    assert many.about["notes"] == []


def test_people_of_unknown_gender_are_left_out_unless_all_are() -> None:
    pool = gaussian(80)
    extra = Pool(
        np.concatenate([pool.vectors, pool.vectors[:5] + 100]),
        (*pool.speakers, *(f"x{i}" for i in range(5))),
        (*pool.genders, *("unknown",) * 5),
        pool.embedder,
    )
    model = fit_gmm(extra, SMALL)
    assert model.about["people"] == {"f": 40, "m": 40}
    assert "5 people of unknown gender were left out" in model.about["notes"]
    nobody = Pool(pool.vectors, pool.speakers, ("unknown",) * 80, pool.embedder)
    joint = fit_gmm(nobody, SMALL)
    assert joint.genders == frozenset()
    assert joint.about["people"] == {"unknown": 80}


def test_genders_can_be_taken_as_one() -> None:
    model = fit_gmm(gaussian(80), dataclasses.replace(SMALL, by_gender=False))
    assert model.genders == frozenset()
    assert model.gender_line.known
    assert draws(model, 2, Wish()).shape == (2, 6)


def test_what_is_told() -> None:
    pool = gaussian(80)
    about = fit_gmm(pool, SMALL, seed=4).about
    assert about["pool"] == pool.digest
    assert about["seed"] == 4
    assert about["components"] == {"f": 3, "m": 3}
    assert about["mixtures"] == {"f": 1, "m": 1}


def test_genders_share_a_covariance_or_do_not() -> None:
    pool = gaussian(80)
    shared = fit_gmm(pool, SMALL)
    assert shared.of["f"].cloud is shared.of["m"].cloud
    apart = fit_gmm(pool, dataclasses.replace(SMALL, shares_covariance=False, margins="gender"))
    assert not np.allclose(apart.of["f"].cloud.spread, apart.of["m"].cloud.spread)
    one, two = (apart.of[gender].margins for gender in ("f", "m"))
    assert one is not None
    assert two is not None
    assert not np.allclose(one.quantiles, two.quantiles)
