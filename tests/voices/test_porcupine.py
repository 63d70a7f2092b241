import numpy as np
import pytest
from toy_pools import draws, first_numbers, gaussian

from voxnym.errors import InputError
from voxnym.voices.curve import Curve
from voxnym.voices.curve_cells import CurveCells
from voxnym.voices.curve_fit import Schedule
from voxnym.voices.files import read_model, write_model
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Wish
from voxnym.voices.porcupine import CurveVoices
from voxnym.voices.porcupine_fit import fit_curve

QUICK = Schedule(updates=60)


def ruler(offset=0.0):
    """Eight cells of a straight line from 0 to 8, each standing for its middle."""
    middles = np.stack([np.arange(8) + 0.5, np.full(8, offset)], axis=1)
    curve = Curve(np.array([[0.0, offset], [8.0, offset]]))
    return CurveCells(curve, np.arange(1, 8) / 8 + 0j, middles)


@pytest.fixture
def joint():
    return CurveVoices("toy", {"unknown": ruler()})


@pytest.fixture
def separate():
    # Above the line y = 0 are the voices of women.
    line = GenderLine(np.array([0.0, 1.0]))
    return CurveVoices("toy", {"f": ruler(3.0), "m": ruler(-3.0)}, line)


def test_sizes(joint, separate):
    assert (joint.bits, joint.dims, joint.genders) == (3, 2, frozenset())
    assert separate.genders == {"f", "m"}
    assert joint.kind == "porcupine"


@pytest.mark.parametrize("source", [0.2, 3.7, 7.9])
def test_all_bits_kept_is_the_cell_of_the_source(joint, source):
    wish = Wish(source=np.array([source, 9.0]))
    found = {joint.keeping(3).draw(np.random.default_rng(i), wish).vector[0] for i in range(20)}
    assert found == {np.floor(source) + 0.5}


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_leading_bits_are_kept_and_others_follow_chance(joint, kept):
    wish = Wish(source=np.array([5.3, 0.0]))
    found = draws(joint.keeping(kept), 400, wish)[:, 0]
    cells = (found - 0.5).astype(int)
    block = 5 >> (3 - kept)
    assert set(cells) == set(range(block << (3 - kept), (block + 1) << (3 - kept)))
    if kept < 3:
        counts = np.unique(cells, return_counts=True)[1]
        expected = 400 / 2 ** (3 - kept)
        assert np.abs(counts - expected).max() < 4 * np.sqrt(expected)


def test_the_first_number_is_the_place_along_the_curve(joint):
    found = draws(joint, 200, Wish())[:, 0]
    assert found == pytest.approx(np.floor(8 * first_numbers(200)) + 0.5)
    wish = Wish(source=np.array([5.3, 0.0]))
    within = draws(joint.keeping(1), 200, wish)[:, 0]
    assert within == pytest.approx(4 + np.floor(4 * first_numbers(200)) + 0.5)


def test_nothing_is_disclosed_where_nothing_is_kept(joint, separate):
    for model in (joint, separate):
        for source in (None, np.array([0.0, -5.0]), np.array([8.0, 5.0])):
            found = draws(model, 30, Wish(source=source))
            assert (found == draws(model, 30, Wish())).all()


def test_any_gender_is_the_half_of_the_first_number(separate):
    numbers = first_numbers(200)
    for number, i in zip(numbers, range(200), strict=True):
        found = separate.draw(np.random.default_rng([0, i]), Wish())
        assert found.gender == ("f" if number < 0.5 else "m")
        assert found.vector[0] == pytest.approx(np.floor(8 * (2 * number % 1)) + 0.5)


@pytest.mark.parametrize("gender", ["f", "m"])
def test_bits_of_the_own_curve_are_used_on_the_other(separate, gender):
    for source in (np.array([2.4, 3.0]), np.array([2.4, -3.0])):
        wish = Wish(gender, source)
        found = separate.keeping(3).draw(np.random.default_rng(0), wish)
        assert found.gender == gender
        assert found.vector.tolist() == [2.5, 3.0 if gender == "f" else -3.0]


def test_codes_of_many(separate):
    sources = np.array([[0.1, 5.0], [7.5, -1.0], [3.3, 0.0]])
    assert separate.code(sources).tolist() == [0, 7, 3]


def test_a_source_is_needed_to_keep_bits(joint):
    with pytest.raises(InputError, match="keep 0 bits, or give the voice"):
        joint.keeping(1).draw(np.random.default_rng(0), Wish())


def test_a_gender_without_a_curve(joint):
    with pytest.raises(InputError, match="'f': these voices know none"):
        joint.draw(np.random.default_rng(0), Wish("f"))


@pytest.mark.parametrize(
    ("cells", "more", "told"),
    [
        ({}, {}, "expected one of unknown, or of f and m"),
        ({"unknown": ruler(), "f": ruler()}, {}, "expected one of unknown"),
        ({"f": ruler(), "m": ruler()}, {}, "no line"),
        ({"unknown": ruler()}, {"kept": 4}, "expected 0 to the model's 3 bits"),
        ({"unknown": ruler()}, {"kept": -1}, "expected 0 to"),
        (
            {"unknown": CurveCells(ruler().curve, np.array([0.3, 0.6]), np.zeros((3, 2)))},
            {},
            "power of 2",
        ),
    ],
)
def test_refused(cells, more, told):
    with pytest.raises(InputError, match=told):
        CurveVoices("toy", cells, **more)


@pytest.mark.parametrize("sharing", ["joint", "separate"])
def test_round_trip_of_files(tmp_path, sharing):
    model = fit_curve(gaussian(), 2, 0, sharing=sharing, schedule=QUICK).keeping(1)
    again = read_model(write_model(tmp_path / "curve.json", model), "toy")
    assert isinstance(again, CurveVoices)
    assert again.facts() == model.facts()
    assert again.arrays().keys() == model.arrays().keys()
    for name, array in again.arrays().items():
        assert np.array_equal(array, model.arrays()[name]), name
    wish = Wish(source=gaussian().vectors[0])
    assert (draws(again, 20, wish) == draws(model, 20, wish)).all()


def test_broken_parts(joint):
    arrays, facts = dict(joint.arrays()), dict(joint.facts())
    for name in ("unknown.corners", "unknown.edges", "unknown.values", "gender_line"):
        fewer = {key: value for key, value in arrays.items() if key != name}
        with pytest.raises(InputError, match=name):
            CurveVoices.from_parts("toy", fewer, facts)
    for wrong in (None, "unknown", ["x"], []):
        with pytest.raises(InputError, match="curves"):
            CurveVoices.from_parts("toy", arrays, facts | {"curves": wrong})
    with pytest.raises(InputError, match="kept"):
        CurveVoices.from_parts("toy", arrays, facts | {"kept": "all"})
    with pytest.raises(InputError, match=r"unknown\.values"):
        CurveVoices.from_parts("toy", arrays | {"unknown.values": np.zeros((3, 2))}, facts)
