import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.recording.pauses import PauseFinder
from voxnym.recording.silence import SilenceKeeper

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RATE = 16_000


def runs_of(signal: np.ndarray, rate: int, sizes: list[int]) -> np.ndarray:
    finder = PauseFinder(rate)
    position, turn = 0, 0
    while position < signal.size:
        size = sizes[turn % len(sizes)]
        finder.add(signal[np.newaxis, position : position + size].astype(np.float32))
        position, turn = position + size, turn + 1
    return finder.runs()


def speaks(signal: np.ndarray, rate: int = RATE) -> np.ndarray:
    """True for each sample that is in no pause."""
    mask = np.ones(signal.size, bool)
    for start, end in runs_of(signal, rate, [10**9]):
        mask[start:end] = False
    return mask


def syllables(rate: int, pattern: list[float], level: float = 0.1) -> np.ndarray:
    """Sound and silence in turn, each so many seconds; buzz with harmonics in 0.1 s syllables."""
    pieces = []
    for i, seconds in enumerate(pattern):
        time = np.arange(round(seconds * rate)) / rate
        buzz = sum(np.sin(2 * np.pi * 130 * k * time) / k for k in range(1, 12))
        pieces.append(level * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)) * (i % 2 == 0))
    return np.concatenate(pieces).astype(np.float32)


def utterances(count: int) -> list[np.ndarray]:
    manifest = DATA / "librispeech" / "manifest.jsonl"
    if not manifest.exists():
        pytest.skip("the speech collection is not here")
    chosen = {}
    for line in manifest.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["subset"] == "test-clean" and 3 < entry["duration_s"] < 7:
            chosen.setdefault(entry["speaker"], DATA / "librispeech" / entry["path"])
    paths = [chosen[speaker] for speaker in sorted(chosen)[:count]]
    return [soundfile.read(path, dtype="float32")[0] for path in paths]


def test_pause_between_words_and_at_the_edges() -> None:
    signal = np.concatenate([np.zeros(8000), syllables(RATE, [1, 0.8, 1]), np.zeros(12_000)])
    hiss = 0.0005 * np.random.default_rng(0).standard_normal(signal.size)
    runs = runs_of(signal + hiss, RATE, [10**9])
    assert runs.shape == (3, 2)
    assert runs[0, 0] == 0
    assert runs[-1, 1] == signal.size
    expected = np.array([[0, 8000], [24_000, 36_800], [52_800, signal.size]])
    hang_over = np.abs(runs - expected)[[0, 1, 1, 2], [1, 0, 1, 0]]
    assert (hang_over > 1000).all()
    assert (hang_over < 2600).all()


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([8_000, 16_000, 44_100]),
    st.lists(st.floats(0.05, 0.8), min_size=1, max_size=5),
    st.lists(st.integers(1, 20_000), min_size=1, max_size=3),
)
def test_cuts_do_not_matter_and_runs_are_in_order(
    rate: int, pattern: list[float], sizes: list[int]
) -> None:
    signal = syllables(rate, pattern)
    signal += 0.001 * np.random.default_rng(0).standard_normal(signal.size).astype(np.float32)
    sizes = [max(sizes), *sizes]
    runs = runs_of(signal, rate, [10**9])
    assert runs.tolist() == runs_of(signal, rate, sizes).tolist()
    flat = runs.reshape(-1)
    assert (np.diff(flat) > 0).all()
    assert not flat.size or (flat[0] >= 0 and flat[-1] <= signal.size)


def test_a_silence_keeper_takes_the_runs() -> None:
    signal = syllables(RATE, [1, 1, 1])
    kept = SilenceKeeper(runs_of(signal, RATE, [500]), RATE, RATE).apply(np.ones((1, signal.size)))
    assert not kept[0, 20_000:28_000].any()
    assert kept[0, 3000:15_000].all()


@pytest.mark.parametrize("count", [0, 1, 159, 161, 16_000])
def test_digital_silence_is_one_pause(count: int) -> None:
    runs = runs_of(np.zeros(count), RATE, [100])
    assert runs.tolist() == ([[0, count]] if count else [])
    assert runs.dtype == np.int64


def test_steady_hiss_alone_is_no_speech() -> None:
    hiss = 0.05 * np.random.default_rng(0).standard_normal(10 * RATE)
    assert not speaks(hiss).any()


def test_runs_may_be_asked_for_twice() -> None:
    finder = PauseFinder(RATE)
    finder.add(syllables(RATE, [1, 1])[np.newaxis])
    assert finder.runs().tolist() == finder.runs().tolist()


@pytest.mark.parametrize("gain", [10.0, 0.1, 0.001])
def test_level_hardly_matters(gain: float) -> None:
    different = [np.mean(speaks(x) != speaks(x * gain)) for x in utterances(4)]
    assert np.mean(different) < 0.04


@pytest.mark.parametrize(("snr_db", "most"), [(None, 5e-4), (20, 5e-4), (5, 3e-3)])
def test_no_speech_is_lost(snr_db: int | None, most: float) -> None:
    lost, all_energy, cut = 0.0, 0.0, 0
    rng = np.random.default_rng(5)
    for x in utterances(6):
        power = np.mean(x**2)
        noise = rng.standard_normal(x.size) * np.sqrt(power)
        noisy = x if snr_db is None else x + noise * 10 ** (-snr_db / 20)
        mask = speaks(noisy)
        lost += float(np.sum(x[~mask] ** 2))
        all_energy += float(np.sum(x**2))
        cut += int(np.sum(~mask))
    assert lost < most * all_energy
    assert cut > 0.5 * RATE


def test_hum_does_not_count_as_speech() -> None:
    signal = np.concatenate([np.zeros(RATE), syllables(RATE, [1, 1, 1]), np.zeros(RATE)])
    time = np.arange(signal.size) / RATE
    hum = 0.05 * (np.sin(2 * np.pi * 50 * time) + 0.5 * np.sin(2 * np.pi * 150 * time))
    mask = speaks(signal + hum)
    assert mask[18_000:30_000].all()
    assert mask[34_500:45_500].mean() < 0.2


def test_few_words_in_a_long_hiss_are_found() -> None:
    signal = np.concatenate([np.zeros(40 * RATE), syllables(RATE, [1]), np.zeros(40 * RATE)])
    mask = speaks(signal + 0.002 * np.random.default_rng(0).standard_normal(signal.size))
    assert mask[40 * RATE : 41 * RATE].all()
    assert mask.mean() < 0.02


def test_who_speaks_more_softly_is_heard_too() -> None:
    words = syllables(RATE, [0.6, 0.4] * 15)
    words *= 10 ** (-25 / 20 * (np.arange(words.size) / RATE % 1)).astype(np.float32)
    signal = np.concatenate([words, words * 10 ** (-18 / 20)])
    signal += 0.0001 * np.random.default_rng(0).standard_normal(signal.size)
    mask = speaks(signal)
    inside = np.arange(words.size) / RATE % 1 < 0.6
    assert mask[: words.size][inside].mean() > 0.98
    assert mask[words.size :][inside].mean() > 0.95
