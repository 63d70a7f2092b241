import numpy as np
import pytest
from toy_pools import unit

from voxnym.errors import InputError
from voxnym.voices.gmm import GmmVoices
from voxnym.voices.gmm_fit import fit_gmm
from voxnym.voices.gmm_settings import GmmSettings
from voxnym.voices.guard import Guard
from voxnym.voices.model import Wish
from voxnym.voices.roster import Claim, issue

GUARD = Guard(source=None, issued=0.4, pool=None, tries=200)


@pytest.fixture(scope="module")
def model() -> GmmVoices:
    return fit_gmm(unit(80, dims=16), GmmSettings(3, 1))


def claims(count: int) -> list[Claim]:
    return [
        Claim(f"person {i}", bytes([(i * 37) % 256]), np.random.default_rng([9, i]), Wish("f"))
        for i in range(count)
    ]


def test_no_voice_is_like_another(model: GmmVoices) -> None:
    voices = issue(model, GUARD, claims(10))
    off = np.stack([v.vector for v in voices.values()]) - model.centre("f")
    off /= np.linalg.norm(off, axis=1, keepdims=True)
    assert (off @ off.T)[np.triu_indices(10, 1)].max() <= 0.4
    assert all(v.unmet == "" for v in voices.values())
    assert max(v.tries for v in voices.values()) > 1
    free = issue(model, Guard(None, None, None), claims(10))
    off = np.stack([v.vector for v in free.values()]) - model.centre("f")
    off /= np.linalg.norm(off, axis=1, keepdims=True)
    assert (off @ off.T)[np.triu_indices(10, 1)].max() > 0.4


def test_who_asks_first_does_not_matter(model: GmmVoices) -> None:
    one = issue(model, GUARD, claims(8))
    two = issue(model, GUARD, reversed(claims(8)))
    assert list(one) == list(two)
    assert list(one)[:3] == ["person 0", "person 7", "person 1"]
    for name, voice in one.items():
        assert np.array_equal(voice.vector, two[name].vector)


def test_the_first_of_the_roster_gets_what_its_key_gives(model: GmmVoices) -> None:
    voices = issue(model, GUARD, claims(3))
    alone = model.draw(np.random.default_rng([9, 0]), Wish("f"))
    assert np.array_equal(voices["person 0"].vector, alone.vector)


def test_more_people_than_there_is_room_for_is_told(model: GmmVoices) -> None:
    voices = issue(model, Guard(None, -0.2, None, tries=3), claims(12))
    assert "already issued" in [v for v in voices.values() if v.unmet][-1].unmet


def test_people_of_the_pool_can_be_kept_away_from(model: GmmVoices) -> None:
    pool = unit(80, dims=16).of_gender("f").vectors
    voices = issue(model, Guard(None, None, 0.8, tries=200), claims(6), pool)
    people = pool - model.centre("f")
    people /= np.linalg.norm(people, axis=1, keepdims=True)
    for voice in voices.values():
        off = voice.vector - model.centre("f")
        assert (people @ off).max() / np.linalg.norm(off) <= 0.8


def test_a_name_or_a_hash_that_occurs_twice_is_refused(model: GmmVoices) -> None:
    twice = [*claims(2), claims(1)[0]]
    with pytest.raises(InputError, match="3 people, 2 different values of name"):
        issue(model, GUARD, twice)
    same = [Claim(n, b"x", np.random.default_rng(0), Wish("f")) for n in ("a", "b")]
    with pytest.raises(InputError, match="different values of order"):
        issue(model, GUARD, same)
