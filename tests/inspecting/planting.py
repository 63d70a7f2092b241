"""What the planted files are made with: a registry, markers, and tags."""

import struct

import mutagen.id3

PNG = b"\x89PNG\r\n\x1a\n"
CASES = {}


class Plant:
    """One file on which something is planted, and the markers that were used."""

    def __init__(self, path):
        self.path = path
        self.markers = []

    def mark(self):
        self.markers.append(f"Plant{self.path.stem[-4:]}x{len(self.markers)}")
        return self.markers[-1]

    def raw(self):
        return self.mark().encode()

    @property
    def data(self):
        return self.path.read_bytes()

    @data.setter
    def data(self, data):
        self.path.write_bytes(data)


def case(*extensions):
    """Register what plants something into files of these formats."""

    def register(plant):
        CASES.update({f"{plant.__name__}{extension}": plant for extension in extensions})
        return plant

    return register


def chunk(name, data, order="little"):
    return name + len(data).to_bytes(4, order) + data + b"\0" * (len(data) % 2)


def fill_id3(plant, tags):
    tags.add(mutagen.id3.TIT2(encoding=3, text=plant.mark()))
    tags.add(mutagen.id3.TPE1(encoding=1, text=plant.mark()))
    tags.add(mutagen.id3.COMM(encoding=1, lang="eng", desc=plant.mark(), text=plant.mark()))
    tags.add(mutagen.id3.TXXX(encoding=0, desc=plant.mark(), text=plant.mark()))
    tags.add(mutagen.id3.USLT(encoding=3, lang="eng", desc="", text=plant.mark()))
    tags.add(mutagen.id3.PRIV(owner=plant.mark(), data=plant.raw()))
    tags.add(mutagen.id3.GEOB(encoding=3, mime="text/plain", filename=plant.mark(), data=b"x"))
    tags.add(mutagen.id3.UFID(owner=plant.mark(), data=b"1"))
    tags.add(mutagen.id3.WOAR(url="http://" + plant.mark()))
    tags.add(mutagen.id3.TSSE(encoding=3, text=plant.mark()))
    tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, desc=plant.mark(), data=PNG))


def id3_bytes(plant, version=4, text=None, flags=0, body=None):
    if body is None:
        value = b"\0" + (text or plant.raw())
        body = b"TIT2" + struct.pack(">I", len(value)) + b"\0\0" + value
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3" + bytes((version, 0, flags)) + size + body


def id3v1(plant):
    fields = (plant.raw(), plant.raw(), plant.raw(), b"2024", plant.raw())
    return struct.pack("<3s30s30s30s4s30sB", b"TAG", *fields, 255)
