"""Media files that want to do harm: read, or refused in one line, and nothing else."""

import io
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voxnym.audio.formats import format_named
from voxnym.audio.open import open_source
from voxnym.errors import InputError

pytest.importorskip("av", reason="needs PyAV, of the media extra")
from media_files import speechlike, written

RATE = 16_000


def refusal(data, name="talk.m4a"):
    with pytest.raises(InputError) as caught:
        for _ in open_source(io.BytesIO(data), name).blocks():
            pass
    text = str(caught.value)
    assert text.isprintable()
    assert text.startswith(name)
    return text


def patched(data, mark, at, new):
    place = data.index(mark) + at
    return data[:place] + new + data[place + len(new) :]


def test_files_cannot_reach_beyond_themselves(tmp_path):
    data = written(format_named("m4a"), speechlike(1, RATE), RATE)
    # A data reference that is not "in this file".
    outside = patched(data, b"url \0\0\0\1", 4, b"\0\0\0\0")
    assert "lies in another file" in refusal(outside)
    # A table of four thousand million samples of one byte each.
    huge = patched(data, b"stsz", 8, struct.pack(">II", 1, 0xFFFFFFF0))
    assert "more than the" in refusal(huge)
    for text in (b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", b"ffconcat version 1.0\nfile a.m4a\n"):
        refusal(text)
        refusal(b"\0\0\0\x08free" + text)


@pytest.mark.parametrize("name", ["m4a", "aac", "mka", "webm"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_hostile_files_are_read_or_refused(name, data):
    whole = DAMAGED[name]
    kind = data.draw(st.sampled_from(["flip", "cut", "insert"]))
    at = data.draw(st.integers(0, len(whole) - 1))
    some = data.draw(st.binary(min_size=1, max_size=40))
    hurt = {
        "flip": whole[:at] + some + whole[at + len(some) :],
        "cut": whole[:at],
        "insert": whole[:at] + some + whole[at:],
    }[kind]
    try:
        source = open_source(io.BytesIO(hurt), "a.x")
        for count, block in enumerate(source.blocks()):
            assert np.isfinite(block).all()
            assert count < 5_000
    except InputError as error:
        text = str(error)
    else:
        return
    assert text.isprintable()


DAMAGED = {
    name: written(format_named(name), speechlike(1, RATE), RATE)
    for name in ("m4a", "aac", "mka", "webm")
}
