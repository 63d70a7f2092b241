"""ID3, APE and Lyrics3 tags, wherever they may be, and what else MP3 files hold."""

import re
import struct
import zlib

import mutagen.apev2
import mutagen.id3
from planting import PNG, case, fill_id3, id3_bytes, id3v1


@case(".mp3")
def id3v24(plant):
    tags = mutagen.id3.ID3()
    fill_id3(plant, tags)
    tags.add(mutagen.id3.CHAP(element_id=plant.mark(), start_time=0, end_time=9))
    tags.save(plant.path, v2_version=4)


@case(".mp3")
def id3v23(plant):
    tags = mutagen.id3.ID3()
    fill_id3(plant, tags)
    tags.save(plant.path, v2_version=3)


@case(".mp3")
def id3v22(plant):
    value = b"\0" + plant.raw()
    body = b"TP1" + len(value).to_bytes(3, "big") + value
    plant.data = id3_bytes(plant, 2, body=body) + plant.data


@case(".mp3")
def id3_unsynchronised(plant):
    value = b"\1\xff\x00\xfe" + plant.mark().encode("utf-16-le")
    body = b"TIT2" + struct.pack(">I", len(value) - 1) + b"\0\0" + value
    plant.data = id3_bytes(plant, 3, flags=0x80, body=body) + plant.data


@case(".mp3")
def id3_compressed(plant):
    value = b"\0" + plant.raw()
    packed = struct.pack(">I", len(value)) + zlib.compress(value)
    body = b"TIT2" + struct.pack(">I", len(packed)) + b"\0\x80" + packed
    plant.data = id3_bytes(plant, 3, body=body) + plant.data


@case(".mp3")
def id3_padding(plant):
    value = b"\0" + plant.raw()
    body = b"TIT2" + struct.pack(">I", len(value)) + b"\0\0" + value
    plant.data = id3_bytes(plant, body=body + bytes(50) + plant.raw() + bytes(9)) + plant.data


@case(".mp3")
def two_id3(plant):
    plant.data = id3_bytes(plant) + id3_bytes(plant, 3) + plant.data


@case(".flac", ".aiff", ".ogg")
def id3_before(plant):
    plant.data = id3_bytes(plant, text=plant.raw()) + plant.data


@case(".mp3")
def id3_in_the_middle(plant):
    data = plant.data
    frame = re.compile(rb"\xff\xf3").search(data, len(data) // 2)
    at = frame.start()
    plant.data = data[:at] + id3_bytes(plant) + data[at:]


@case(".mp3", ".flac", ".wav")
def id3_appended_with_footer(plant):
    tag = id3_bytes(plant, flags=0x10)
    plant.data = plant.data + tag + b"3DI" + tag[3:10]


@case(".mp3", ".flac", ".wav", ".aiff", ".ogg", ".opus", ".w64")
def id3v1_appended(plant):
    plant.data += id3v1(plant)


@case(".mp3")
def id3v1_enhanced(plant):
    plus = struct.pack("<4s60s60s60sB30s6s6s", b"TAG+", plant.raw(), plant.raw(), b"", 0,
                       plant.raw(), b"", b"")  # fmt: skip
    plant.data += plus + id3v1(plant)
    plant.markers = [plant.markers[0], *plant.markers[3:]]


@case(".mp3", ".flac", ".wav", ".aiff", ".opus")
def ape_appended(plant):
    tags = mutagen.apev2.APEv2()
    tags["Artist"], tags["Recorded by"] = plant.mark(), plant.mark()
    tags["Tool Name"] = plant.mark()
    tags["Cover Art (Front)"] = mutagen.apev2.APEValue(plant.raw() + b"\0" + PNG, 1)
    tags.save(plant.path)


@case(".mp3", ".wav")
def lyrics3(plant):
    body = b"LYRICSBEGININD0000200LYR00014" + plant.raw()
    plant.data += body + f"{len(body):06d}".encode() + b"LYRICS200" + id3v1(plant)


@case(".mp3")
def lyrics3_first_version(plant):
    plant.data += b"LYRICSBEGIN" + plant.raw() + b"LYRICSEND" + id3v1(plant)


@case(".mp3")
def foreign_encoder(plant):
    plant.data = plant.data.replace(b"LAME3.100", b"ANNALAB42")
    plant.markers.append("ANNALAB42")


@case(".mp3")
def rest_of_the_first_frame(plant):
    data = plant.data
    at = data.index(b"LAME3.100") + 60
    extra = plant.raw()
    plant.data = data[:at] + extra + data[at + len(extra) :]


@case(".mp3", ".flac", ".wav", ".aiff", ".ogg", ".opus", ".w64", ".rf64", ".au")
def trailing_bytes(plant):
    plant.data += b"\0\0\0\0" + plant.raw() + b"\0"
