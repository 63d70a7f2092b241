import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym import Audio
from voxnym.recording.redaction import (
    TONE_HZ,
    Cover,
    RedactedSource,
    Redaction,
    stretches_of,
)
from voxnym.recording.source import AudioSource
from voxnym.records import Span

RATE = 16000


def read(source: RedactedSource) -> np.ndarray:
    return np.concatenate(list(source.blocks()), axis=1)


def test_nothing_is_left_of_what_is_hidden_or_near_it() -> None:
    noise = np.random.default_rng(0).standard_normal((2, 5 * RATE)).astype(np.float32)
    redaction = Redaction((Span(2, 3, "anna"),), guard_s=0.1)
    out = read(RedactedSource(AudioSource(Audio(noise, RATE)), redaction))
    hidden = slice(round(1.9 * RATE), round(3.1 * RATE))
    assert not out[:, hidden].any()
    beyond = round(0.01 * RATE)
    np.testing.assert_array_equal(
        out[:, : hidden.start - beyond], noise[:, : hidden.start - beyond]
    )
    np.testing.assert_array_equal(out[:, hidden.stop + beyond :], noise[:, hidden.stop + beyond :])


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.01, 5)), min_size=1), st.floats(0, 1))
def test_stretches_cover_all_spans_and_stand_apart(
    spans: list[tuple[float, float]], guard: float
) -> None:
    found = stretches_of([Span(a, a + d) for a, d in spans], guard, RATE)
    assert (found[:, 0] < found[:, 1]).all()
    assert (found[1:, 0] > found[:-1, 1]).all()
    for start, duration in spans:
        first, last = max(start - guard, 0) * RATE, (start + duration + guard) * RATE
        assert ((found[:, 0] <= first + 1e-6) & (found[:, 1] >= last - 1e-6)).any()


@pytest.mark.parametrize("cuts", [(5 * RATE,), (1000, 77, 4096)])
def test_tone_replaces_what_is_there(cuts: tuple[int, ...]) -> None:
    noise = 0.01 * np.random.default_rng(0).standard_normal((1, 5 * RATE)).astype(np.float32)
    cover = Cover(np.array([[RATE, 2 * RATE]]), RATE, 0.1)
    out, place, i = [], 0, 0
    while place < noise.shape[1]:
        block = noise[:, place : place + cuts[i % len(cuts)]]
        out.append(cover.apply(block))
        place, i = place + block.shape[1], i + 1
    covered = np.concatenate(out, axis=1)
    np.testing.assert_array_equal(covered[:, :RATE], noise[:, :RATE])
    np.testing.assert_array_equal(covered[:, 2 * RATE :], noise[:, 2 * RATE :])
    tone = covered[0, RATE : 2 * RATE]
    assert np.argmax(np.abs(np.fft.rfft(tone))) == TONE_HZ
    assert np.abs(tone).max() == pytest.approx(0.1, abs=0.002)
    inner = covered[0, RATE + 100 : 2 * RATE - 100]
    expected = 0.1 * np.sin(2 * np.pi * TONE_HZ * np.arange(100, RATE - 100) / RATE)
    np.testing.assert_allclose(inner, expected, atol=1e-6)
