"""Damaged and hostile files: findings, never an exception, and no more memory than is bounded."""

import struct
import time
import tracemalloc
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_video import atom, element, full, item, items, matroska, mp4, simple_tag

from voxnym.audio.formats import FORMATS
from voxnym.audio.write import FileWriter
from voxnym.inspecting.finding import Kind
from voxnym.inspecting.recording import MOST_LEAKS, content_leaks, parser_for, recording_leaks
from voxnym.inspecting.tail import behind_tags
from voxnym.inspecting.window import MOST_STEPS, UnreadableError, Window
from voxnym.testing import toy_speech


class Originals(list):
    def __repr__(self):
        return f"{len(self)} files"


def id3(body):
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\4\0\0" + size + body


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """Small files of every format, tagged at the places that the formats have for it."""
    folder = tmp_path_factory.mktemp("originals")
    speech = toy_speech(seconds=0.2)
    made = []
    for form in FORMATS:
        path = folder / f"a.{form.name}"
        with FileWriter(path, form, speech.rate, 1) as writer:
            writer.write(speech.samples)
        made.append(path.read_bytes())
    frames = b"".join(
        name + struct.pack(">I", 6) + b"\0\0" + b"\1\xff\xfea\0b"
        for name in (b"TIT2", b"COMM", b"APIC", b"GEOB", b"TXXX", b"CHAP")
    )
    info = b"INFOISFT\4\0\0\0abc\0IART\4\0\0\0abc\0"
    chunks = b"LIST" + struct.pack("<I", len(info)) + info + b"bext" + struct.pack("<I", 602)
    wav = made[0] + chunks + bytes(300) + b"x" * 302
    ape = b"\3\0\0\0\0\0\0\0key\0abc" + b"APETAGEX" + struct.pack("<IIII8x", 2000, 47, 1, 0)
    tags = element("1254C367", element("7373", simple_tag(b"A", element("4487", b"b"))))
    files = [
        *made,
        wav[:4] + struct.pack("<I", len(wav) - 8) + wav[8:],
        id3(frames) + made[7] + b"LYRICSBEGINabc000014LYRICS200" + ape + b"TAG" + bytes(125),
        mp4(user=items(item(b"\xa9nam", b"abc"), item(b"covr", b"abc")), top=atom(b"free", b"a")),
        mp4(moov=full(b"meta", full(b"keys", b"\0\0\0\1", atom(b"mdta", b"abc")))),
        matroska(tags, open_size=True),
        b".snd" + struct.pack(">IIIII", 32, 4, 3, 8000, 1) + b"anna\0\0\0\0" + b"abcd",
        b"caff\0\1\0\0info" + struct.pack(">QI", 12, 1) + b"abc\0def\0",
        b"NIST_1A\n   1024\nspeaker_id -s4 anna\nend_head\n".ljust(1024) + b"abcd",
    ]
    return Originals(files)


NUMBERS = [0, 1, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "cut", "copy", "number", "end"]),
        st.integers(0, 2**16),
        st.integers(0, 400),
        st.binary(min_size=1, max_size=12),
        st.sampled_from(NUMBERS),
    ),
    min_size=1,
    max_size=6,
)


def edited(data, edits):
    for what, place, length, new, number in edits:
        # Headers lie at the start, and many tags at the end.
        at = min((place % 600) if place % 3 else len(data) - place % 600, len(data))
        at = max(at, 0)
        if what == "set":
            data = data[:at] + new + data[at + len(new) :]
        elif what == "insert":
            data = data[:at] + new + data[at:]
        elif what == "cut":
            data = data[:at] + data[at + length :]
        elif what == "copy":
            data = data[:at] + data[place % (len(data) + 1) :][:length] + data[at:]
        elif what == "number":
            order = ">" if length % 2 else "<"
            data = data[:at] + struct.pack(f"{order}I", number) + data[at + 4 :]
        else:
            data = data[:at]
    return data


@settings(max_examples=600, deadline=None)
@given(index=st.integers(0, 15), edits=EDITS)
def test_a_damaged_file_raises_nothing(originals, index, edits):
    check(edited(originals[index % len(originals)], edits))


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), index=st.integers(0, 15), at=st.integers(4, 64))
def test_random_bytes_behind_a_start_raise_nothing(originals, data, index, at):
    check(originals[index % len(originals)][:at] + data)


def check(data):
    window = Window.of(data)
    try:
        _, start = behind_tags(window)
        parser = parser_for(window.rest(start))
        found = list(islice(parser(window.rest(start)), MOST_LEAKS)) if parser else []
    except UnreadableError:
        found = []
    assert all(leak.what and leak.what.isprintable() and leak.where.isprintable() for leak in found)
    assert all(len(leak.what) < 400 and len(leak.where) < 400 for leak in found)
    assert not any("parser failed" in leak.what for leak in content_leaks(Window.of(data)))


BOMBS = {
    "chunks": b"RIFF\xff\xff\xff\xffWAVE" + b"abcd\0\0\0\0" * 400_000,
    "comments": b"fLaC\x84\xff\xff\xff" + b"\0\0\0\0\xff\xff\xff\xff" + b"\0\0\0\0" * 700_000,
    "pages": b"OggS\0" + bytes(22) + b"OggS\0\2" + bytes(8) + b"OggS\0" * 300_000,
    "syncs": b"\xff\xfb\x90\x64" + bytes(413) + b"\xff\xfb\x90\x64" + b"\xff" * 2_000_000,
    "atoms": b"\0\0\0\x08ftyp" + b"\0\0\0\x08moov" * 300_000,
    "nested": b"".join(struct.pack(">I4s", 4_000_000 - 8 * i, b"moov") for i in range(9999)),
    "voids": b"\x1aE\xdf\xa3\x80\x18\x53\x80\x67\xff" + b"\xec\x81a" * 500_000,
    "open": b"\x1aE\xdf\xa3\x80\x18\x53\x80\x67\xff" + b"\x1f\x43\xb6\x75\xff" * 200_000,
    "tags": id3(b"") * 200_000 + b"RIFF",
    "footers": b"fLaC\x80\0\0\0" + (b"TAG" + bytes(125)) * 20_000,
    "flac": b"fLaC\x80\0\0\0" + b"\xff\xf8\x69\x18\0\0" * 300_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_bounded_time(name, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name])
    started = time.perf_counter()
    found = list(recording_leaks(path) or ())
    # 2 s on a busy machine; what grows with the square of the size takes minutes.
    assert time.perf_counter() - started < 20
    assert len(found) <= MOST_LEAKS + 1


def test_large_values_are_not_held_in_memory(tmp_path):
    path = tmp_path / "large.wav"
    with path.open("wb") as file:
        file.write(b"RIFF\xf0\xff\xff\x7fWAVEanna\xe0\xff\xff\x7fplanted")
        file.truncate(0x7FFFFFF8)
    tracemalloc.start()
    try:
        found = list(recording_leaks(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [leak.kind for leak in found] == [Kind.unknown]
    assert peak < 40e6


def test_too_many_findings_say_so(tmp_path):
    path = tmp_path / "many.wav"
    path.write_bytes(b"RIFF\xff\xff\xff\xffWAVE" + b"abcd\2\0\0\0zz" * (MOST_LEAKS + 1))
    found = list(recording_leaks(path))
    assert len(found) == MOST_LEAKS + 1
    assert found[-1].kind == Kind.unreadable
    assert str(MOST_LEAKS) in found[-1].what


def test_steps_are_counted_over_all_parts():
    window = Window.of(b"abc")
    part = window.part(0, 2)
    for _ in range(MOST_STEPS):
        part.step()
    with pytest.raises(UnreadableError, match="more than"):
        window.step()
