import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voxnym.recording.cast import ENDLESS
from voxnym.recording.splice import Splice

LENGTH = 400


@st.composite
def stretches(draw: st.DrawFn) -> np.ndarray:
    edges = sorted(draw(st.sets(st.integers(0, LENGTH), min_size=2, max_size=8)))
    edges = edges[: len(edges) // 2 * 2]
    if draw(st.booleans()):
        edges[-1] = ENDLESS
    return np.array(edges, np.int64).reshape(-1, 2)


@given(
    stretches(), st.integers(0, 30), st.integers(0, 50), st.integers(0, 20),
    st.lists(st.integers(1, 90), min_size=1),
)  # fmt: skip
def test_what_is_taken_comes_back_to_its_place(
    parts: np.ndarray, margin: int, pause: int, delay: int, cuts: list[int]
) -> None:
    recording = np.arange(1, LENGTH + 1, dtype=np.float32)
    splice = Splice(parts, margin, pause)
    back = np.zeros(LENGTH, np.float32)
    held = np.zeros(0, np.float32)
    place, i = 0, 0
    while place < LENGTH:
        block = recording[place : place + cuts[i % len(cuts)]]
        held = np.concatenate([held, *splice.take(block, place)])
        place, i = place + block.size, i + 1
        last = place >= LENGTH or splice.ended
        ready, held = (held, held[:0]) if last else np.split(held, [max(held.size - delay, 0)])
        for piece in splice.give(ready):
            back[piece.place : piece.place + piece.samples.size] = piece.samples
        # Nothing that is said to be complete is still missing.
        done = min(splice.complete_to, place)
        wanted = _wanted(parts, margin)
        np.testing.assert_array_equal(back[:done][wanted[:done]], recording[:done][wanted[:done]])
    wanted = _wanted(parts, margin)
    np.testing.assert_array_equal(back, np.where(wanted, recording, 0))


def _wanted(parts: np.ndarray, margin: int) -> np.ndarray:
    index = np.arange(LENGTH)
    inside = [(index >= s - margin) & (index < e + margin) for s, e in parts]
    return np.any(inside, axis=0)


def test_long_pauses_become_short() -> None:
    splice = Splice(np.array([[10, 20], [300, 310]]), 0, 5)
    taken = np.concatenate(list(splice.take(np.ones(LENGTH, np.float32), 0)))
    assert taken.tolist() == [1] * 10 + [0] * 5 + [1] * 10
