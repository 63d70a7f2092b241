import numpy as np
import pytest
from toy_pools import gaussian, unit

from voxnym.errors import InputError
from voxnym.voices.curve_fit import Schedule
from voxnym.voices.pool import Pool
from voxnym.voices.porcupine_fit import fit_curve

QUICK = Schedule(updates=60)


@pytest.fixture(scope="module")
def people():
    return gaussian(120, each=2)


def test_as_many_people_in_each_cell(people):
    model = fit_curve(people, 3, 0, schedule=QUICK)
    counts = np.bincount(model.code(people.means().vectors))
    assert counts.tolist() == [15] * 8
    apart = fit_curve(people, 3, 0, sharing="separate", schedule=QUICK)
    for gender in ("f", "m"):
        own = people.means().of_gender(gender).vectors
        counts = np.bincount(apart.cells[gender].code(own))
        assert counts.max() - counts.min() <= 1


def test_a_cell_stands_for_the_mean_of_its_people(people):
    model = fit_curve(people, 3, 0, norm="kept", schedule=QUICK)
    means = people.means().vectors
    codes = model.code(means)
    for cell in range(8):
        wanted = means[codes == cell].mean(axis=0)
        assert model.cells["unknown"].values[cell] == pytest.approx(wanted)


def test_voices_are_as_long_as_those_of_the_pool():
    pool = unit(80)
    lengths = {
        norm: np.linalg.norm(
            fit_curve(pool, 2, 0, norm=norm, schedule=QUICK).cells["unknown"].values, axis=1
        )
        for norm in ("kept", "pool")
    }
    assert (lengths["kept"] < 0.999).all()
    assert lengths["pool"] == pytest.approx([1.0] * 4)


def test_corners_are_in_the_space_of_the_vectors(people):
    model = fit_curve(people, 3, 0, schedule=Schedule(updates=400))
    means = people.means().vectors
    error = np.mean((means - model.cells["unknown"].curve.project(means).points) ** 2)
    assert error < 0.6 * means.var(axis=0).mean()


def test_far_and_large_vectors_make_the_same_cells(people):
    moved = Pool(1000 * people.vectors + 1e5, people.speakers, people.genders, "toy")
    before = fit_curve(people, 3, 0, schedule=QUICK).code(people.vectors)
    after = fit_curve(moved, 3, 0, schedule=QUICK).code(moved.vectors)
    assert np.mean(before == after) > 0.95


def test_equal_seeds_give_equal_voices(people):
    first, second, other = (fit_curve(people, 2, seed, schedule=QUICK) for seed in (1, 1, 2))
    for name, array in first.arrays().items():
        assert array.tobytes() == second.arrays()[name].tobytes(), name
    assert first.facts() == second.facts()
    assert (first.arrays()["unknown.corners"] != other.arrays()["unknown.corners"]).any()


def test_order_of_rows_does_not_matter(people):
    order = np.random.default_rng(0).permutation(len(people.vectors))
    shuffled = Pool(
        people.vectors[order],
        tuple(people.speakers[i] for i in order),
        tuple(people.genders[i] for i in order),
        "toy",
    )
    first, second = (fit_curve(pool, 2, 0, schedule=QUICK) for pool in (people, shuffled))
    assert first.told["pool"] == second.told["pool"]
    corners = [model.arrays()["unknown.corners"] for model in (first, second)]
    # Sums over a person's rows are taken in another order.
    assert corners[0] == pytest.approx(corners[1], abs=1e-3)


def test_facts_tell_what_people_left_out_disclose(people):
    model = fit_curve(people, 3, 5, schedule=QUICK)
    facts = model.facts()
    assert facts["bits"] == 3
    assert facts["seed"] == 5
    assert facts["pool"] == people.digest
    assert facts["people"] == {"unknown": 120}
    rows = facts["disclosure"]["unknown"]
    assert [row["kept"] for row in rows] == [1, 2, 3]
    for row in rows:
        assert row["average"] <= row["kept"]
        assert row["worst"] >= row["average"] - 0.1
        assert row["average"] == pytest.approx(row["average_if_even"], abs=0.15)
        # Of uniform counts, the rarest of 2^kept cells.
        assert row["worst_if_even"] > row["kept"]


def test_disclosure_is_counted_on_people_left_out(people):
    # Cells that everybody was made even on would disclose exactly `kept` bits.
    rows = fit_curve(people, 3, 0, schedule=QUICK).facts()["disclosure"]["unknown"]
    assert rows[-1]["average"] < 3


@pytest.mark.parametrize(
    ("bits", "sharing", "told"),
    [
        (0, "joint", "expected 1 to 16"),
        (17, "joint", "expected 1 to 16"),
        (5, "joint", "room for 4"),
        (4, "separate", "of gender 'f'.* room for 3"),
        (2, "other", "joint or separate"),
    ],
)
def test_refused(people, bits, sharing, told):
    with pytest.raises(InputError, match=told):
        fit_curve(people, bits, 0, sharing=sharing, schedule=QUICK)


def test_refused_pools():
    same = Pool(np.ones((20, 3)), tuple(f"p{i}" for i in range(20)), ("f",) * 20, "toy")
    with pytest.raises(InputError, match="the same voice"):
        fit_curve(same, 2, 0, schedule=QUICK)
    with pytest.raises(InputError, match="nobody"):
        fit_curve(same, 2, 0, sharing="separate", schedule=QUICK)
    with pytest.raises(InputError, match="kept or pool"):
        fit_curve(gaussian(), 2, 0, norm="long", schedule=QUICK)
