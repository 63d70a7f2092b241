"""Decoded frames on their timeline, without any file."""

from fractions import Fraction

import numpy as np
import pytest

from voxnym.audio.media_frames import MOST_SILENCE_S, Timeline, samples_of
from voxnym.errors import InputError

RATE = 1_000


def placed(pieces):
    timeline = Timeline(RATE, 1, "a.mp4")
    out = [
        block
        for at, values in pieces
        for block in timeline.place(at, np.array([values], np.float32))
    ]
    joined = np.concatenate(out, axis=1)[0].tolist() if out else []
    assert timeline.given == len(joined)
    return timeline.start, joined


def test_pieces_follow_each_other_within_the_tolerance():
    half = Fraction(1, 2)
    one, two = [1.0] * 50, [2.0] * 50
    assert placed([(half, one), (None, two)]) == (half, one + two)
    assert placed([(None, one), (None, two)]) == (0, one + two)
    for away_ms in (-20, -1, 0, 7, 20):
        at = half + Fraction(50 + away_ms, 1_000)
        assert placed([(half, one), (at, two)]) == (half, one + two)


def test_gaps_are_silent_and_overlaps_are_cut():
    one, two = [1.0] * 50, [2.0] * 50
    assert placed([(0, one), (Fraction(71, 1_000), two)])[1] == one + [0.0] * 21 + two
    assert placed([(0, one), (Fraction(29, 1_000), two)])[1] == one + two[21:]
    assert placed([(0, one), (Fraction(-900, 1_000), two)])[1] == one
    # After an overlap that swallowed a piece, the next one is where it says.
    pieces = [(0, one), (Fraction(0), one), (Fraction(1, 10), two)]
    assert placed(pieces)[1] == one + [0.0] * 50 + two


def test_silence_comes_in_pieces_and_ends():
    timeline = Timeline(RATE, 2, "a.mp4")
    block = np.ones((2, 5), np.float32)
    list(timeline.place(Fraction(0), block))
    pieces = list(timeline.place(Fraction(300), block))
    assert max(piece.shape[1] for piece in pieces) <= 65_536
    assert sum(piece.shape[1] for piece in pieces) == 300_000
    with pytest.raises(InputError, match=r"a\.mp4: its time stamps leave gaps"):
        list(timeline.place(Fraction(MOST_SILENCE_S + 1), block))


@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize(
    ("kind", "dtype", "full"),
    [("u8", "u1", 128), ("s16", "i2", 2**15), ("s32", "i4", 2**31), ("flt", "f4", 1),
     ("dbl", "f8", 1)],
)  # fmt: skip
@pytest.mark.parametrize("planar", [False, True])
def test_all_sample_formats_have_the_same_scale(kind, dtype, full, planar, channels):
    av = pytest.importorskip("av", reason="needs PyAV, of the media extra")
    if planar and channels == 8:
        pytest.skip("PyAV 18.1 makes no such frames")
    wanted = np.linspace(-1, 0.9, 100 * channels).reshape(channels, 100)
    stored = np.rint(wanted * full) if dtype[0] != "f" else wanted
    stored = (stored + 128 if kind == "u8" else stored).astype(dtype)
    shaped = stored if planar else stored.T.reshape(1, -1)
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[channels]
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(shaped), format=kind + "p" * planar, layout=layout
    )
    found = samples_of(frame, channels)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    np.testing.assert_allclose(found, wanted, atol=max(0.6 / full, 1e-7))
