"""Plants in FLAC, Ogg Vorbis and Opus files."""

import base64
import struct

import mutagen
import mutagen.flac
import mutagen.oggopus
import mutagen.oggvorbis
from planting import PNG, case

from voxnym.audio.ogg import checksum


def flac_block(plant, kind, data):
    whole = plant.data
    plant.data = whole[:42] + bytes((kind,)) + len(data).to_bytes(3, "big") + data + whole[42:]


def picture(plant):
    image = mutagen.flac.Picture()
    image.mime, image.desc, image.data, image.type = "image/png", plant.mark(), PNG, 3
    return image


@case(".flac", ".ogg", ".opus")
def vorbis_comments(plant):
    file = mutagen.File(plant.path)
    if file.tags is None:
        file.add_tags()
    for key in ("ARTIST", "title", "ENCODED_BY", "comment", "CHAPTER001NAME", "GEO_LOCATION"):
        file[key] = [plant.mark(), plant.mark()]
    file.save()


@case(".flac", ".ogg", ".opus")
def picture_among_comments(plant):
    file = mutagen.File(plant.path)
    if file.tags is None:
        file.add_tags()
    file["METADATA_BLOCK_PICTURE"] = [base64.b64encode(picture(plant).write()).decode()]
    file.save()


@case(".flac")
def flac_picture(plant):
    file = mutagen.flac.FLAC(plant.path)
    file.add_picture(picture(plant))
    file.save()


@case(".flac")
def flac_vendor(plant):
    file = mutagen.flac.FLAC(plant.path)
    file.tags.vendor = plant.mark()
    file.save()


@case(".flac")
def flac_application(plant):
    flac_block(plant, 2, b"riff" + plant.raw())


@case(".flac")
def flac_padding(plant):
    flac_block(plant, 1, bytes(99) + plant.raw() + bytes(99))


@case(".flac")
def flac_unknown_block(plant):
    flac_block(plant, 11, plant.raw())


@case(".flac")
def flac_cuesheet(plant):
    track = struct.pack(">QB12sB13xB", 0, 170, plant.raw()[:12], 0, 0)
    head = struct.pack(">128sQB258xB", plant.raw(), 0, 0, 1)
    flac_block(plant, 5, head + track)
    plant.markers[0] = plant.markers[0][:12]


@case(".opus")
def opus_padding(plant):
    file = mutagen.oggopus.OggOpus(plant.path)
    file["artist"] = plant.mark()
    file.save(padding=lambda info: 300)
    data, extra = plant.data, plant.raw()
    at = data.index(plant.markers[0].encode()) + 100
    assert not any(data[at : at + len(extra)])
    data = data[:at] + extra + data[at + len(extra) :]
    start, end = data.rindex(b"OggS", 0, at), data.index(b"OggS", at)
    page = data[start:end]
    page = page[:22] + struct.pack("<I", checksum(page)) + page[26:]
    plant.data = data[:start] + page + data[end:]


@case(".ogg", ".opus")
def between_pages(plant):
    data = plant.data
    at = data.rindex(b"OggS")
    plant.data = data[:at] + plant.raw() + data[at:]
