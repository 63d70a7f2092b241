"""Headers of ADTS frames, bit by bit, and the marks that only we read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.audio.adts import HEADER_BYTES, Mark, header, mark_of
from voxnym.errors import OutputError


def test_a_header_as_others_write_it(ffmpeg, tmp_path):
    for rate in (8_000, 16_000, 44_100, 96_000):
        path = tmp_path / "a.aac"
        ffmpeg("-f", "lavfi", "-i", f"sine=duration=0.2:sample_rate={rate}", "-c:a", "aac", path)
        data = path.read_bytes()
        size = int.from_bytes(data[3:6], "big") >> 5 & 0x1FFF
        assert header(rate, 1, size - HEADER_BYTES) == data[:HEADER_BYTES]
        assert mark_of(data) is None


@given(st.integers(0, 1024), st.integers(1, 7), st.integers(0, 8_000))
def test_marks_come_back_and_change_nothing_else(samples, channels, size):
    plain, marked = header(16_000, channels, size), header(16_000, channels, size, Mark(samples))
    assert mark_of(marked) == Mark(samples)
    assert mark_of(plain) is None
    changed = int.from_bytes(plain, "big") ^ int.from_bytes(marked, "big")
    assert changed & ~(1 << 33 | 0x7FF << 2) == 0


@given(st.binary(max_size=20))
def test_no_bytes_raise(data):
    assert mark_of(data) is None or data[0] == 0xFF


def test_what_does_not_fit_is_refused():
    with pytest.raises(OutputError, match="at 16000 Hz"):
        header(16_000, 1, 8_185)
    with pytest.raises(OutputError, match="at 11000 Hz"):
        header(11_000, 1, 100)
