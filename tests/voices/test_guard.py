import numpy as np
import pytest
from toy_pools import unit

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.gmm_fit import fit_gmm
from voxnym.voices.gmm_settings import PUBLISHED, GmmSettings
from voxnym.voices.guard import PUBLISHED_GUARD, Guard, GuardedVoices
from voxnym.voices.model import PseudoVoice, Wish

SOURCE = Guard(source=0.3, issued=None, pool=None)
NONE = Guard(source=None, issued=None, pool=None)


class Listed:
    """Gives the vectors of a list in turn, and remembers the first numbers."""

    kind = "toy"
    embedder = "toy"
    dims = 2
    genders = frozenset[Gender]()
    gender_line = GenderLine.unknown()

    def __init__(self, *degrees: float, centre: tuple[float, float] = (0.0, 0.0)) -> None:
        angles = np.radians(degrees)
        self.vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1) + centre
        self.middle = np.array(centre)
        self.firsts: list[float] = []

    def draw_at(self, first: float, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        self.firsts.append(first)
        return PseudoVoice(self.vectors[len(self.firsts) - 1])

    def centre(self, gender: Gender) -> np.ndarray:
        return self.middle


EAST = np.array([1.0, 0.0])


def drawn(model: Listed, guard: Guard, source: np.ndarray | None = EAST, **more) -> PseudoVoice:
    return GuardedVoices(model, guard, **more).draw(np.random.default_rng(0), Wish(source=source))


def test_the_first_voice_that_is_unlike_the_source_is_taken() -> None:
    # cos 0, 60, 72 and 90 degrees: 1, 0.5, 0.309 and 0.
    model = Listed(0, 60, 72, 90, 180)
    voice = drawn(model, SOURCE)
    assert voice.tries == 4
    assert voice.unmet == ""
    assert np.array_equal(voice.vector, model.vectors[3])


def test_a_voice_at_the_limit_itself_is_good() -> None:
    limit = float(Listed(60).vectors[0] @ EAST)
    assert drawn(Listed(60), Guard(limit, None, None)).tries == 1


def test_all_tries_have_the_same_first_number_or_each_its_own() -> None:
    model = Listed(0, 0, 0, 90)
    drawn(model, SOURCE)
    assert model.firsts == [np.random.default_rng(0).random()] * 4
    model = Listed(0, 0, 0, 90)
    drawn(model, Guard(0.3, None, None, keeps_first=False))
    assert model.firsts == np.random.default_rng(0).random(4).tolist()


def test_failure_is_told_and_the_last_voice_comes_back() -> None:
    model = Listed(40, 30, 10, 90)
    voice = drawn(model, Guard(0.3, None, None, tries=3))
    assert voice.tries == 3
    assert "cosine 0.985 to the source, above 0.3, in each of 3 tries" in voice.unmet
    assert np.array_equal(voice.vector, model.vectors[2])


def test_as_published_the_one_least_alike_comes_back_and_is_told_too() -> None:
    model = Listed(40, 80, 10)
    voice = drawn(model, Guard(0.1, None, None, tries=3, failing="least", centred=False))
    assert np.array_equal(voice.vector, model.vectors[1])
    assert "0.174 to the source" in voice.unmet
    assert PUBLISHED_GUARD.tries == 1000
    assert drawn(Listed(0), PUBLISHED_GUARD).tries == 1


def test_the_mean_is_taken_off_both_sides() -> None:
    # Seen from the origin the two are almost the same; seen from the mean they are opposite.
    model = Listed(180, centre=(100.0, 0.0))
    source = np.array([101.0, 0.0])
    assert drawn(model, SOURCE, source).unmet == ""
    model = Listed(180, centre=(100.0, 0.0))
    assert drawn(model, Guard(0.3, None, None, tries=1, centred=False), source).unmet


def test_voices_already_issued_and_people_of_the_pool_count() -> None:
    others = np.array([[0.0, 1.0], [-1.0, 0.0]])
    model = Listed(90, 180, 270)
    voice = drawn(model, Guard(None, 0.5, None), None, issued=others)
    assert voice.tries == 3
    failed = drawn(Listed(90), Guard(None, 0.5, None, tries=1), None, issued=others)
    assert "a voice already issued, above 0.5" in failed.unmet
    failed = drawn(Listed(180), Guard(None, None, 0.5, tries=1), None, pool=others)
    assert "a person of the pool, above 0.5" in failed.unmet
    assert drawn(Listed(90), Guard(None, 0.5, None), None).tries == 1


def test_without_the_source_that_is_to_be_looked_at_there_is_no_voice() -> None:
    with pytest.raises(InputError, match="needs that person's voice"):
        drawn(Listed(0), SOURCE, None)
    assert drawn(Listed(0), NONE, None).tries == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"source": 1.5}, "source=1.5"),
        ({"issued": -2.0}, "issued=-2.0"),
        ({"tries": 0}, "tries=0"),
        ({"failing": "best"}, "last or least"),
    ],
)
def test_refused_guards(changed: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Guard(**changed)


def test_refused_vectors() -> None:
    with pytest.raises(InputError, match=r"issued of shape \(1, 3\)"):
        GuardedVoices(Listed(0), NONE, issued=np.ones((1, 3)))
    with pytest.raises(InputError, match="no vectors of the pool were given"):
        GuardedVoices(Listed(0), Guard(None, None, 0.5))
    with pytest.raises(InputError, match=r"source of shape \(3,\)"):
        drawn(Listed(0), SOURCE, np.ones(3))


@pytest.mark.parametrize("settings", [GmmSettings(3, 1), PUBLISHED])
def test_a_real_model_keeps_its_guard(settings: GmmSettings) -> None:
    pool = unit(80, dims=24)
    model = fit_gmm(pool, settings)
    source = pool.vectors[0]
    guarded = GuardedVoices(model, SOURCE)
    tries = []
    for seed in range(60):
        voice = guarded.draw(np.random.default_rng(seed), Wish("unknown", source))
        off = voice.vector - model.centre(voice.gender)
        towards = source - model.centre(voice.gender)
        cosine = off @ towards / np.linalg.norm(off) / np.linalg.norm(towards)
        assert (cosine <= 0.3) == (voice.unmet == "")
        tries.append(voice.tries)
    assert max(tries) > 1
    assert np.mean(np.array(tries) == 1) > 0.5
