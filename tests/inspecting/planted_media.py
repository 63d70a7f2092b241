"""MP4 atoms, Matroska tags, chapters and attachments, and tags around AAC streams."""

import io
from fractions import Fraction

import av
import mutagen.apev2
import mutagen.id3
import mutagen.mp4
from planting import PNG, case, fill_id3, id3v1


@case(".m4a", ".mp4")
def atoms(plant):
    tags = mutagen.mp4.MP4(plant.path)
    if tags.tags is None:
        tags.add_tags()
    for name in ("\xa9nam", "\xa9ART", "\xa9alb", "\xa9cmt", "\xa9day", "\xa9too", "desc", "cprt"):
        tags[name] = plant.mark()
    tags["----:com.apple.iTunes:notes"] = plant.raw()
    tags["covr"] = [mutagen.mp4.MP4Cover(PNG + plant.raw(), mutagen.mp4.MP4Cover.FORMAT_PNG)]
    tags.save()


@case(".m4a", ".mp4", ".mka", ".mkv", ".webm")
def metadata(plant):
    _remux(plant, dict.fromkeys(("title", "artist", "comment"), None), ("title", "language_note"))


@case(".m4a", ".mp4", ".mka", ".mkv")
def chapters(plant):
    _remux(plant, {}, (), chapters=True)


@case(".mka", ".mkv")
def attachment(plant):
    _remux(plant, {}, (), attachment=True)


@case(".aac")
def id3_in_front(plant):
    tags = mutagen.id3.ID3()
    fill_id3(plant, tags)
    held = io.BytesIO()
    tags.save(held, v2_version=4)
    plant.data = held.getvalue() + plant.data


@case(".aac")
def ape_behind(plant):
    tags = mutagen.apev2.APEv2()
    tags["Title"] = plant.mark()
    held = io.BytesIO()
    tags.save(held)
    plant.data += held.getvalue()


@case(".aac")
def id3v1_behind(plant):
    plant.data += id3v1(plant)


def _remux(plant, tags, stream_tags, *, chapters=False, attachment=False):
    """The same packets in a new container with something beside them."""
    before = io.BytesIO(plant.data)
    names = {".m4a": "ipod", ".mp4": "mp4", ".webm": "webm"}
    after = plant.path.with_name("remuxed" + plant.path.suffix)
    with (
        av.open(before) as source,
        av.open(str(after), "w", format=names.get(plant.path.suffix, "matroska")) as target,
    ):
        stream = target.add_stream_from_template(source.streams.audio[0])
        for name in tags:
            target.metadata[name] = plant.mark()
        if not plant.path.suffix.startswith(".m"):
            stream.metadata.update({name: plant.mark() for name in stream_tags})
        if chapters:
            chapter = {
                "id": 1, "start": 0, "end": 200, "time_base": Fraction(1, 1000),
                "metadata": {"title": plant.mark()},
            }  # fmt: skip
            target.set_chapters([chapter])
        if attachment:
            target.add_attachment(plant.mark() + ".txt", "text/plain", b"some text")
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    plant.data = after.read_bytes()
    after.unlink()
