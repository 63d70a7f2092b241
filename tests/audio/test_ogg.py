import io
import time

import numpy as np
import pytest
import soundfile

from voxnym.audio.ogg import SERIAL, checksum, settle_serials
from voxnym.errors import OutputError


def encoded(subtype, seconds=3, seed=0):
    file = io.BytesIO()
    noise = 0.1 * np.random.default_rng(seed).standard_normal((seconds * 16_000, 1))
    soundfile.write(file, noise, 16_000, format="OGG", subtype=subtype)
    return file


def pages(data):
    start = 0
    while start < len(data):
        segments = data[start + 26]
        size = 27 + segments + sum(data[start + 27 : start + 27 + segments])
        yield data[start : start + size]
        start += size


def test_checksum_is_that_of_libogg():
    for page in pages(encoded("VORBIS").getvalue()):
        assert checksum(page).to_bytes(4, "little") == page[22:26]


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_every_page_gets_the_serial_and_a_valid_checksum(subtype):
    file = encoded(subtype)
    before = list(pages(file.getvalue()))
    assert settle_serials(file) == len(before) > 3
    after = list(pages(file.getvalue()))
    for old, new in zip(before, after, strict=True):
        assert new[14:18] == SERIAL.to_bytes(4, "little")
        assert checksum(new).to_bytes(4, "little") == new[22:26]
        assert old[:14] + old[18:22] + old[26:] == new[:14] + new[18:22] + new[26:]


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_two_encodings_become_the_same_bytes(subtype):
    first, second = encoded(subtype), encoded(subtype)
    assert first.getvalue() != second.getvalue()
    settle_serials(first)
    settle_serials(second)
    assert first.getvalue() == second.getvalue()
    settle_serials(first)
    assert first.getvalue() == second.getvalue()


def test_samples_are_untouched():
    file = encoded("OPUS")
    before, _ = soundfile.read(io.BytesIO(file.getvalue()))
    settle_serials(file)
    file.seek(0)
    np.testing.assert_array_equal(soundfile.read(file)[0], before)


def test_what_is_no_chain_of_pages_is_refused():
    file = encoded("VORBIS")
    file.truncate(len(file.getvalue()) + 3)
    file.seek(0, 2)
    file.write(b"abc")
    with pytest.raises(OutputError, match="no Ogg page at byte"):
        settle_serials(file)


def test_a_large_file_takes_little_time():
    page = next(reversed(list(pages(encoded("VORBIS").getvalue()))))
    file = io.BytesIO(page * (20_000_000 // len(page)))
    begin = time.process_time()
    settle_serials(file)
    assert time.process_time() - begin < 1.0
