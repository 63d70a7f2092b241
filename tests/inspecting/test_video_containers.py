"""MP4, M4A, Matroska and WebM: every plant is found, and a plain file gives nothing."""

import shutil
import subprocess

import pytest
from plant_video import (
    PNG,
    atom,
    data_atom,
    element,
    freeform,
    full,
    handler,
    item,
    items,
    matroska,
    mp4,
    simple_tag,
    track,
)

from voxnym.inspecting.finding import Kind
from voxnym.inspecting.recording import content_leaks
from voxnym.inspecting.window import Window

M = b"PlantedMarker"
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
KEYS = full(b"keys", b"\0\0\0\1", atom(b"mdta", b"com.apple.quicktime.location.ISO6709"))
LOCATION = atom(b"ilst", atom(b"\0\0\0\1", data_atom(M)))
ROOM = full(b"meta", handler(b"mdir", b"\0"), atom(b"free", M))
VIDEO = (b"avc1", bytes(24), b"\1\0\1\0", bytes(14), b"\x0d", M, bytes(22))
COVER = element("4660", b"image/png") + element("465C", PNG)
CHAPTER = element("B6", element("73C4", b"\1"), element("80", element("85", M)))
PLANTS = {
    "title": (mp4(user=items(item(b"\xa9nam", M))), Kind.tag),
    "tool": (mp4(user=items(item(b"\xa9too", M))), Kind.tool),
    "encoder": (mp4(user=items(item(b"\xa9enc", M))), Kind.tool),
    "unknown item": (mp4(user=items(item(b"anna", M))), Kind.tag),
    "picture": (mp4(user=items(item(b"covr", PNG + M, 14))), Kind.picture),
    "freeform": (mp4(user=items(freeform(b"com.apple.iTunes", b"notes", M))), Kind.tag),
    "freeform name": (mp4(user=items(freeform(b"com.apple.iTunes", M, b"x"))), Kind.tag),
    "quicktime text": (mp4(user=atom(b"\xa9xyz", b"\0\x0d\x15\xc7", M)), Kind.tag),
    "3gpp text": (mp4(user=full(b"titl", b"\x15\xc7", M)), Kind.tag),
    "nero chapter": (mp4(user=full(b"chpl", b"\0\0\0\0\1", bytes(8), b"\x0d", M)), Kind.label),
    "user data without size": (mp4(user=b"\0\0\0\3" + M), Kind.unknown),
    "udta of a track": (mp4(tracks=track(extra=atom(b"udta", atom(b"name", M)))), Kind.tag),
    "quicktime keys": (
        mp4(moov=atom(b"meta", handler(b"mdta", b""), KEYS, LOCATION)),
        Kind.tag,
    ),
    "meta of the file": (mp4(top=items(item(b"\xa9ART", M))), Kind.tag),
    "xml": (mp4(top=full(b"meta", handler(b"mp7t", b"\0"), full(b"xml ", M))), Kind.tag),
    "xmp": (mp4(end=atom(b"uuid", XMP, b"<x:xmpmeta>", M)), Kind.tag),
    "other uuid": (mp4(end=atom(b"uuid", bytes(range(16)), M)), Kind.unknown),
    "free": (mp4(top=atom(b"free", bytes(40), M, bytes(9))), Kind.padding),
    "skip in moov": (mp4(moov=atom(b"skip", M)), Kind.padding),
    "free in meta": (mp4(user=ROOM), Kind.padding),
    "unknown atom": (mp4(moov=atom(b"anna", M)), Kind.unknown),
    "handler name": (mp4(tracks=track(name=M + b"\0")), Kind.tool),
    "counted handler name": (mp4(tracks=track(name=b"\x0d" + M)), Kind.tool),
    "video": (mp4(tracks=track(sort=b"vide")), Kind.stream),
    "text": (mp4(tracks=track(sort=b"text")), Kind.stream),
    "made": (mp4(made=3_797_366_400), Kind.time),
    "track made": (mp4(tracks=track(made=3_797_366_400)), Kind.time),
    "in the sound": (mp4(mdat=b"\1\2Lavc59.37.100\0"), Kind.tool),
    "alias": (mp4(moov=atom(b"dinf", full(b"dref", b"\0\0\0\1", full(b"alis", M)))), Kind.tag),
    "after the end": (mp4(end=b"\0\0\0\1" + M), Kind.trailing),
    "compressor": (
        mp4(tracks=track(entry=atom(*VIDEO))),
        Kind.tool,
    ),
    "mkv title": (matroska(info=element("7BA9", M)), Kind.tag),
    "mkv file name": (matroska(info=element("7384", M)), Kind.tag),
    "mkv writer": (matroska(info=element("5741", M)), Kind.tool),
    "mkv date": (matroska(info=element("4461", b"\1" + bytes(7))), Kind.time),
    "mkv track": (matroska(tracks=element("536E", M)), Kind.tag),
    "mkv codec": (matroska(tracks=element("258688", M)), Kind.tool),
    "mkv video": (matroska(tracks=element("83", b"\1")), Kind.stream),
    "mkv tag": (
        matroska(element("1254C367", element("7373", simple_tag(b"ARTIST", element("4487", M))))),
        Kind.tag,
    ),
    "mkv nested tag": (
        matroska(element("1254C367", element("7373", simple_tag(
            b"A", simple_tag(b"B", element("4485", M)))))),
        Kind.tag,
    ),
    "mkv encoder tag": (
        matroska(element("1254C367", element("7373", simple_tag(b"ENCODER", element("4487", M))))),
        Kind.tool,
    ),
    "mkv chapter": (matroska(element("1043A770", element("45B9", CHAPTER))), Kind.label),
    "mkv attachment": (
        matroska(element("1941A469", element("61A7", element("466E", M), element("465C", b"x")))),
        Kind.tag,
    ),
    "mkv cover": (
        matroska(element("1941A469", element("61A7", element("466E", M), COVER))),
        Kind.picture,
    ),
    "mkv void": (matroska(element("EC", bytes(30), M)), Kind.padding),
    "mkv unknown": (matroska(element("4FFE", M)), Kind.unknown),
    "mkv sound": (matroska(cluster=b"\1x264 - core 164 PlantedMarker"), Kind.tool),
    "mkv after the end": (matroska(end=b"\0\0" + M), Kind.trailing),
    "mkv of open sizes": (matroska(element("EC", M), open_size=True), Kind.padding),
}  # fmt: skip


def leaks(data):
    return list(content_leaks(Window.of(data)))


@pytest.mark.parametrize("name", PLANTS)
def test_every_plant_is_found(name):
    data, kind = PLANTS[name]
    found = leaks(data)
    assert [leak.kind for leak in found] == [kind]
    if M in data:
        assert M.decode() in found[0].what + found[0].where


@pytest.mark.parametrize(
    "data", [mp4(), matroska(), matroska(open_size=True)], ids=["mp4", "mkv", "open mkv"]
)
def test_a_plain_file_gives_nothing(data):
    assert leaks(data) == []


def test_a_file_that_was_cut_before_its_description_is_told():
    assert [leak.kind for leak in leaks(mp4()[:20] + atom(b"mdat", b"x"))] == [Kind.unreadable]


def test_the_name_of_a_quicktime_item_is_shown():
    (leak,) = leaks(PLANTS["quicktime keys"][0])
    assert leak.where == "ilst com.apple.quicktime.location.ISO6709"


@pytest.fixture(scope="module")
def encoder():
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg to encode AAC and Opus into MP4 and Matroska")

    def encode(path, *options):
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=300:d=0.5", *options]
        subprocess.run([*command, str(path)], check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()

    return encode


@pytest.mark.parametrize("extension", ["m4a", "mov", "mka", "webm", "aac", "caf", "ogg", "avi"])
def test_what_an_encoder_writes(extension, encoder, tmp_path):
    tags = ("-metadata", "title=PlantedTitle", "-metadata", "comment=PlantedComment")
    data = encoder(
        tmp_path / f"a.{extension}", *tags, *(["-write_id3v2", "1"] * (extension == "aac"))
    )
    shown = [f"{leak.where} {leak.what}" for leak in leaks(data)]
    assert any("PlantedTitle" in text for text in shown)
    assert any("PlantedComment" in text for text in shown)
    assert any("Lav" in text for text in shown)
    assert not any(leak.kind in (Kind.unreadable, Kind.trailing) for leak in leaks(data))
    if extension not in ("avi",):
        assert not any(leak.kind == Kind.unknown for leak in leaks(data)), shown


@pytest.mark.parametrize("extension", ["m4a", "mka", "webm"])
def test_an_exact_encoder_leaves_nothing(extension, encoder, tmp_path):
    options = ("-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1")
    assert leaks(encoder(tmp_path / f"a.{extension}", *options)) == []


def test_tags_of_the_tagging_library(encoder, tmp_path):
    library = pytest.importorskip("mutagen.mp4", reason="needs mutagen, of the test extra")
    path = tmp_path / "a.m4a"
    encoder(path, "-fflags", "+bitexact", "-flags:a", "+bitexact")
    file = library.MP4(path)
    texts = ("\xa9nam", "\xa9ART", "\xa9cmt", "desc", "\xa9too", "----:com.apple.iTunes:WHO")
    for number, key in enumerate(texts):
        text = f"Planted{number}"
        file[key] = [text.encode()] if key.startswith("----") else [text]
    file["covr"] = [library.MP4Cover(PNG, library.MP4Cover.FORMAT_PNG)]
    file.save()
    found = leaks(path.read_bytes())
    for number in range(len(texts)):
        assert any(f"Planted{number}" in leak.what for leak in found)
    assert any(leak.kind == Kind.picture for leak in found)
