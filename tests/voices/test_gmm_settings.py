import pytest

from voxnym.errors import InputError
from voxnym.voices.gmm_settings import DEFAULT, HELD_OUT, PUBLISHED, GmmSettings


def test_the_published_ones_are_those_of_the_released_scripts() -> None:
    assert (PUBLISHED.components, PUBLISHED.mixtures, PUBLISHED.covariance) == (20, 3, "diagonal")
    assert (PUBLISHED.margins, PUBLISHED.beyond, PUBLISHED.norm) == ("none", "nothing", "kept")
    assert PUBLISHED.by_gender
    assert not PUBLISHED.shares_covariance


def test_ours_compare_sizes_by_people_left_out() -> None:
    assert DEFAULT.mixtures == HELD_OUT
    assert DEFAULT.beyond != "nothing"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"components": 0}, "components=0"),
        # The original took 1.0 for one component.
        ({"components": 1.0}, "components=1.0"),
        ({"components": "many"}, "held-out"),
        ({"mixtures": 0}, "mixtures=0"),
        ({"mixtures": 1.5}, "mixtures=1.5"),
        ({"covariance": "round"}, "diagonal, full, tied"),
        ({"margins": "some"}, "none, gender, all"),
        ({"beyond": "all"}, "nothing, even, axes"),
        ({"norm": "one"}, "kept, pool"),
        ({"held_out_share": 1.1}, "0 to 1"),
        ({"atom_rounds": -1}, "0 or more"),
        ({"tolerance": 0.0}, "above 0"),
        ({"beyond": "nothing"}, "sizes can only be compared"),
    ],
)
def test_refusals(changed: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        GmmSettings(**changed)
