import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.recording.comfort import LEVEL_DB, LEVEL_SPREAD_DB, ComfortNoise

RATE = 16_000


def noise(seed: int = 0, **more: float) -> ComfortNoise:
    return ComfortNoise(np.random.default_rng(seed), RATE, **more)


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=12))
def test_cuts_do_not_matter(sizes: list[int]) -> None:
    whole, cut = noise().take(sum(sizes)), noise()
    pieces = [cut.take(size) for size in sizes]
    assert [piece.size for piece in pieces] == sizes
    assert whole.dtype == np.float32
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


@pytest.mark.parametrize("wanted", [-70.0, LEVEL_DB, -40.0])
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_level_is_as_wanted(wanted: float, rate: int) -> None:
    rng = np.random.default_rng(3)
    made = ComfortNoise(rng, rate, wanted, level_spread_db=0.0).take(30 * rate)
    assert level_db(made) == pytest.approx(wanted, abs=0.2)


def test_it_is_steady() -> None:
    made = noise().take(60 * RATE)
    seconds = [level_db(piece) for piece in made.reshape(60, RATE)]
    assert np.std(seconds) < 0.4
    # Where windows join, the power is the same as in their middle.
    places = np.mean(made[: 230 * 4096].reshape(230, 4096) ** 2, axis=0).reshape(8, 512)
    assert np.ptp(10 * np.log10(places.mean(axis=1))) < 0.5


def test_levels_are_drawn_around_the_mean_one() -> None:
    levels = [level_db(noise(seed).take(4 * RATE)) for seed in range(40)]
    assert np.ptp(levels) > LEVEL_SPREAD_DB
    assert max(abs(level - LEVEL_DB) for level in levels) < LEVEL_SPREAD_DB + 0.5


def test_spectrum_is_about_pink_and_without_rumble() -> None:
    made = noise(slope_spread=0.0).take(60 * RATE)
    power = np.mean(np.abs(np.fft.rfft(made.reshape(-1, RATE))) ** 2, axis=0)

    def band_db(low: int, high: int) -> float:
        return float(10 * np.log10(power[low:high].mean()))

    assert band_db(950, 1050) - band_db(3800, 4200) == pytest.approx(6, abs=0.5)
    assert band_db(950, 1050) - band_db(7600, 7990) == pytest.approx(9, abs=0.5)
    assert band_db(0, 60) < band_db(200, 300) - 25


def test_seed_decides() -> None:
    assert noise(1).take(5000).tobytes() == noise(1).take(5000).tobytes()
    assert abs(np.corrcoef(noise(1).take(50_000), noise(2).take(50_000))[0, 1]) < 0.05


def test_global_random_state_is_left_alone() -> None:
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    noise().take(5000)
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


def test_nonsense_is_refused() -> None:
    with pytest.raises(InputError, match="rate=100"):
        ComfortNoise(np.random.default_rng(0), 100)
    with pytest.raises(InputError, match="level_spread_db=-1"):
        noise(level_spread_db=-1.0)
