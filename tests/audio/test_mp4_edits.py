"""Edit lists and impossible tables of MP4 files."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.audio.mp4_edits import settle_sound
from voxnym.audio.mp4_tables import clock_of
from voxnym.audio.sniff import SafeBytes
from voxnym.errors import InputError, OutputError


def box(name, *content):
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, name) + data


def movie(ticks=48_000, edits=b"", kind=b"soun", end=b""):
    track = box(
        b"trak",
        box(b"tkhd", bytes(84)),
        edits,
        box(b"mdia", box(b"hdlr", bytes(8), kind, bytes(13))),
    )
    header = box(b"mvhd", bytes(12), struct.pack(">I", ticks), bytes(84))
    return box(b"ftyp", b"M4A ") + box(b"mdat", bytes(99)) + box(b"moov", header, track) + end


def settled(data, *arguments):
    file = io.BytesIO(data)
    settle_sound(file, *arguments)
    return file.getvalue()


def edits_in(data):
    at = data.index(b"elst")
    count = struct.unpack_from(">I", data, at + 8)[0]
    return [struct.unpack_from(">Qq", data, at + 12 + 20 * i) for i in range(count)]


def test_the_list_says_what_is_played_and_when():
    assert edits_in(settled(movie(), 1024, 0, 5_000, 48_000)) == [(5_000, 1024)]
    late = settled(movie(ticks=96_000), 1024, 7, 5_000, 48_000)
    assert edits_in(late) == [(14, -1), (10_000, 1024)]
    # An old list goes, whatever it holds; sizes fit again; a picture's list stays.
    old = box(b"edts", box(b"elst", bytes(20)))
    assert settled(movie(96_000, old), 1024, 7, 5_000, 48_000) == late
    film = movie(edits=old, kind=b"vide")
    assert settled(film, 1024, 7, 5_000, 48_000) == film
    assert struct.unpack_from(">I", late, late.index(b"moov") - 4)[0] == len(late) - 12 - 107


def test_files_that_are_not_ours_are_refused():
    for data in (b"", movie(end=box(b"free")), b"\0\0\0\7moov" + bytes(9), movie()[:-1]):
        with pytest.raises(OutputError, match="please report it"):
            settled(data, 1024, 0, 5_000, 48_000)
    with pytest.raises(OutputError, match="does not count samples"):
        settled(movie(ticks=1_000), 1024, 0, 5_000, 48_000)


def clock(data):
    return clock_of(SafeBytes(io.BytesIO(data)), "a.mp4")


def test_the_clock_of_edit_lists():
    assert clock(movie(600)) == 600
    assert clock(box(b"free")) is None
    assert clock(box(b"moov", box(b"mvhd", b"\1", bytes(19), b"\0\0\2\x58"))) == 600


@pytest.mark.parametrize(
    "impossible",
    [
        box(b"stsz", bytes(4), struct.pack(">II", 1, 2**31)),
        box(b"stz2", bytes(8), struct.pack(">I", 2**31)),
    ],
)
def test_tables_for_which_the_file_is_too_short(impossible):
    nested = impossible
    for name in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        nested = box(name, box(b"free"), nested)
    with pytest.raises(InputError, match=r"a\.mp4: its header promises 2147483648 pieces"):
        clock(nested)
    run = box(b"moof", box(b"traf", box(b"trun", bytes(4), struct.pack(">I", 2**31))))
    with pytest.raises(InputError, match="promises"):
        clock(run)
    assert clock(box(b"mdat", impossible)) is None


def test_more_boxes_than_any_file_has():
    with pytest.raises(InputError, match="more than 100000 boxes"):
        clock(box(b"free") * 100_001)


@given(st.binary(max_size=200), st.sampled_from([b"moov", b"dref", b"stsz", b"trun", b"mvhd"]))
def test_no_bytes_raise_anything_else(data, name):
    for wrapped in (data, box(name, data), box(b"moov", box(name, data))):
        try:
            clock(wrapped)
        except InputError as error:
            text = str(error)
            assert text.isprintable()
