import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.recording.silence import SilenceFinder, SilenceKeeper

RATE = 1000  # 20 samples are the shortest silence, 5 a fade


def runs_of(signal: np.ndarray, sizes: list[int]) -> np.ndarray:
    finder = SilenceFinder(RATE)
    position, turn = 0, 0
    while position < signal.shape[1]:
        size = sizes[turn % len(sizes)]
        finder.add(signal[:, position : position + size])
        position, turn = position + size, turn + 1
    return finder.runs()


def plain_runs(signal: np.ndarray) -> list[tuple[int, int]]:
    runs, start = [], None
    for i, zero in enumerate([*(~signal.any(axis=0)), False]):
        if zero and start is None:
            start = i
        if not zero and start is not None:
            if i - start >= 20:
                runs.append((start, i))
            start = None
    return runs


stretches = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from([0.0, 0.5])), min_size=1, max_size=12
)


@settings(max_examples=200, deadline=None)
@given(stretches, st.lists(st.integers(1, 70), min_size=1, max_size=4))
def test_runs_are_found_whatever_the_cuts(parts: list[tuple[int, float]], sizes: list[int]) -> None:
    signal = np.concatenate([np.full(n, v, np.float32) for n, v in parts])[np.newaxis]
    assert runs_of(signal, sizes).tolist() == [list(run) for run in plain_runs(signal)]


@settings(max_examples=100, deadline=None)
@given(stretches, st.lists(st.integers(1, 70), min_size=1, max_size=4), st.sampled_from([1, 3]))
def test_silence_comes_back_exactly_and_no_more(
    parts: list[tuple[int, float]], sizes: list[int], up: int
) -> None:
    signal = np.concatenate([np.full(n, v, np.float32) for n, v in parts])[np.newaxis]
    runs = runs_of(signal, [1000])
    length = signal.shape[1] * up
    keeper = SilenceKeeper(runs, RATE, RATE * up)
    pieces, position, turn = [], 0, 0
    while position < length:
        n = min(sizes[turn % len(sizes)], length - position)
        pieces.append(keeper.apply(np.ones((1, n), np.float32)))
        position, turn = position + n, turn + 1
    gain = np.concatenate(pieces, axis=1)[0]
    whole = SilenceKeeper(runs, RATE, RATE * up).apply(np.ones((1, length), np.float32))[0]
    np.testing.assert_array_equal(gain, whole)
    silent = np.zeros(length, bool)
    near = np.zeros(length, bool)
    for start, end in runs * up:
        silent[start:end] = True
        near[max(0, start - 5 * up) : end + 5 * up] = True
    assert not gain[silent].any()
    assert (gain[~silent] > 0).all()
    assert (gain[~near] == 1).all()


def test_silence_has_no_negative_zeros() -> None:
    keeper = SilenceKeeper(np.array([[10, 60]]), RATE, RATE)
    out = keeper.apply(np.full((2, 100), -0.5, np.float32))
    assert not np.signbit(out[:, 10:60]).any()


def test_silence_needs_all_channels() -> None:
    signal = np.zeros((2, 100), np.float32)
    signal[1, 50:] = 0.1
    assert runs_of(signal, [100]).tolist() == [[0, 50]]


@pytest.mark.parametrize(("rate_in", "rate_out"), [(44100, 48000), (48000, 44100), (11025, 8000)])
def test_other_rates_silence_only_what_was_silent(rate_in: int, rate_out: int) -> None:
    runs = np.array([[1001, 5003]])
    gain = SilenceKeeper(runs, rate_in, rate_out).apply(np.ones((1, 20000), np.float32))[0]
    times = np.flatnonzero(gain == 0) / rate_out
    assert times[0] >= 1001 / rate_in
    assert times[-1] < 5003 / rate_in
    assert times.size >= (5003 - 1001) * rate_out / rate_in - 2
