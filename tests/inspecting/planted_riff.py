"""Plants in WAV, RF64 and W64 files."""

import struct

import mutagen.aiff
import mutagen.wave
from planting import case, chunk, fill_id3, id3_bytes


def grow_riff(data, extra, at=None):
    """A RIFF file with more chunks: at the end, or at a position."""
    at = len(data) if at is None else at
    data = data[:at] + extra + data[at:]
    if data[:4] == b"RF64":
        return data[:20] + struct.pack("<Q", len(data) - 8) + data[28:]
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def w64_chunk(name, data):
    tail = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    if name == b"list":
        tail = bytes.fromhex("2f91cf11a5d628db04c10000")
    return name + tail + struct.pack("<Q", 24 + len(data)) + data + b"\0" * (-len(data) % 8)


def add_chunk(plant, name, data, at=None):
    if plant.path.suffix == ".w64":
        grown = plant.data + w64_chunk(name.lower(), data)
        plant.data = grown[:16] + struct.pack("<Q", len(grown)) + grown[24:]
    else:
        plant.data = grow_riff(plant.data, chunk(name, data), at)


def bext(plant):
    fields = struct.pack("<256s32s32s10s8s", *(plant.raw() for _ in range(3)), b"2024-05-01", b"12")
    return fields + struct.pack("<QH64s190x", 0, 1, plant.raw()) + plant.raw() + b"\r\n"


@case(".wav", ".rf64", ".w64")
def info(plant):
    keys = (b"INAM", b"IART", b"ICMT", b"ICRD", b"ISFT", b"IENG", b"IXXX")
    add_chunk(plant, b"LIST", b"INFO" + b"".join(chunk(key, plant.raw() + b"\0") for key in keys))


@case(".wav", ".rf64", ".w64")
def broadcast(plant):
    add_chunk(plant, b"bext", bext(plant))


@case(".wav", ".rf64", ".w64")
def unknown_chunk(plant):
    add_chunk(plant, b"anna", b"\0\1\2\3" + plant.raw() + b"\xff\xfe")


def simple_chunk(name, before=b"", after=b""):
    def plants(plant):
        add_chunk(plant, name, before + plant.raw() + after)

    plants.__name__ = f"chunk_{name.decode().strip()}"
    case(".wav")(plants)


simple_chunk(b"iXML", b'<?xml version="1.0"?><BWFXML><NOTE>', b"</NOTE></BWFXML>")
simple_chunk(b"axml", b"<ebuCore>", b"</ebuCore>")
simple_chunk(b"_PMX", b"<x:xmpmeta>", b"</x:xmpmeta>")
simple_chunk(b"cart", b"0101")
simple_chunk(b"DISP", b"\1\0\0\0")
simple_chunk(b"JUNK", bytes(100))
simple_chunk(b"PAD ", bytes(500), bytes(500))
simple_chunk(b"FLLR", bytes(4000))
simple_chunk(b"smpl", bytes(36))
simple_chunk(b"link", b"<LINK>")
simple_chunk(b"umid", b"\6\x0a\x2b\x34")
simple_chunk(b"minf")
simple_chunk(b"\xb5\xb5\xb5 ".replace(b"\xb5", b"~"))


@case(".wav")
def before_the_format(plant):
    add_chunk(plant, b"LIST", b"INFO" + chunk(b"IART", plant.raw()), at=12)


@case(".wav")
def cue_labels(plant):
    add_chunk(plant, b"cue ", struct.pack("<IIII4sIII", 1, 1, 0, 0, b"data", 0, 0, 0))
    text = struct.pack("<II4sHHHH", 1, 1, b"rgn ", 0, 0, 0, 0) + plant.raw()
    labels = [(b"labl", bytes(4) + plant.raw()), (b"note", bytes(4) + plant.raw()), (b"ltxt", text)]
    add_chunk(plant, b"LIST", b"adtl" + b"".join(chunk(*label) for label in labels))


@case(".wav")
def exif_list(plant):
    add_chunk(plant, b"LIST", b"exif" + chunk(b"emdl", plant.raw()))


@case(".wav")
def longer_format(plant):
    data = plant.data
    extra = plant.raw()
    form = chunk(b"fmt ", data[20:36] + struct.pack("<H", 0) + extra)
    plant.data = grow_riff(data[:12] + form + data[36:], b"")


@case(".wav")
def padding_byte(plant):
    add_chunk(plant, b"JUNK", b"\0")
    plant.data = plant.data[:-1] + b"\7"


@case(".wav", ".aiff")
def id3_chunk(plant):
    kind = mutagen.wave.WAVE if plant.path.suffix == ".wav" else mutagen.aiff.AIFF
    file = kind(plant.path)
    file.add_tags()
    fill_id3(plant, file.tags)
    file.save()


@case(".wav")
def id3_between_chunks(plant):
    even, odd = id3_bytes(plant), id3_bytes(plant, text=plant.raw() + b"!")
    tags = (even, odd, odd + b"\0")
    assert [len(tag) % 2 for tag in tags] == [0, 1, 0]
    plant.data = grow_riff(plant.data, b"".join(tags), at=12)
