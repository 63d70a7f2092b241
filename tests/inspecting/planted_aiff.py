"""Plants in AIFF, AU and CAF files."""

import struct

from planting import case, chunk


def add_aiff(plant, extra, at=None):
    data = plant.data
    at = len(data) if at is None else at
    data = data[:at] + extra + data[at:]
    plant.data = data[:4] + struct.pack(">I", len(data) - 8) + data[8:]


def aiff_chunk(name, before=b""):
    def plants(plant):
        add_aiff(plant, chunk(name, before + plant.raw(), "big"))

    plants.__name__ = f"chunk_{name.decode().strip()}"
    case(".aiff")(plants)


for aiff_name in (b"NAME", b"AUTH", b"(c) ", b"ANNO", b"APPL", b"PAD ", b"anna", b"SAXL", b"iXML"):
    aiff_chunk(aiff_name)
aiff_chunk(b"COMT", struct.pack(">HIhH", 1, 3_000_000_000, 0, 9))
aiff_chunk(b"MARK", struct.pack(">HHIB", 1, 1, 0, 9))


@case(".aiff")
def text_before_the_samples(plant):
    extra = plant.raw()
    data = plant.data
    at = data.index(b"SSND")
    size = int.from_bytes(data[at + 4 : at + 8], "big") + len(extra)
    head = b"SSND" + struct.pack(">III", size, len(extra), 0)
    plant.data = data[:at] + head + extra + data[at + 16 :]
    add_aiff(plant, b"\0" * (size % 2))


@case(".au")
def au_annotation(plant):
    data, text = plant.data, plant.raw().ljust(24, b"\0")
    start = int.from_bytes(data[4:8], "big")
    plant.data = data[:4] + struct.pack(">I", start + 24) + data[8:24] + text + data[24:]


@case(".caf")
def caf_info(plant):
    body = struct.pack(">I", 2) + b"artist\0" + plant.raw() + b"\0tool\0" + plant.raw() + b"\0"
    plant.data += b"info" + struct.pack(">Q", len(body)) + body


@case(".caf")
def caf_free(plant):
    body = bytes(40) + plant.raw()
    data = plant.data
    at = data.index(b"data")
    plant.data = data[:at] + b"free" + struct.pack(">Q", len(body)) + body + data[at:]
