"""Pictures beside new sound: byte by byte, in time, and nothing else unless it is asked for."""

import io
import shutil

import numpy as np
import pytest

from voxnym.audio.formats import format_named, subtype_for
from voxnym.audio.media_read import MediaSource
from voxnym.audio.open import open_source, open_writer
from voxnym.errors import InputError, OutputError
from voxnym.inspecting.finding import Kind
from voxnym.inspecting.recording import content_leaks
from voxnym.inspecting.window import Window

pytest.importorskip("av", reason="needs PyAV, of the media extra")
from media_files import PLANTED, lag, pictures, probed, samples_in, written

# From which film to which format, and by how much stamps may be rounded, s.
WAYS = [
    ("mp4", "mp4", 0),
    ("mp4", "mov", 0),
    ("mp4", "mkv", 6e-4),
    ("mov", "mp4", 0),
    ("mkv", "mkv", 0),
    ("mkv", "mp4", 0),
    ("vp8.webm", "webm", 0),
    ("vp8.webm", "mkv", 0),
    ("vp9.webm", "webm", 0),
    ("vp9.webm", "mp4", 0),
]


def anonymized(original, form, path=None, keep=frozenset(), change=1.0):
    """New sound for a film; gives the samples."""
    source = open_source(original)
    samples = np.concatenate(list(source.blocks()), axis=1) * np.float32(change)
    subtype = subtype_for(form, source.subtype)
    written(form, samples, source.rate, subtype, file=path, original=source, keep=keep)
    return samples


@pytest.mark.parametrize(("name", "to", "rounded"), WAYS)
def test_pictures_are_the_same_bytes_at_the_same_times(name, to, rounded, films, tmp_path):
    path = tmp_path / f"a.{to}"
    samples = anonymized(films[name], format_named(to), path)
    before, after = pictures(films[name]), pictures(path)
    assert len(before) == len(after) == 1
    assert len(before[0]) == 75
    assert [packet[2] for packet in before[0]] == [packet[2] for packet in after[0]]
    for old, new in zip(before[0], after[0], strict=True):
        assert abs(old[0] - new[0]) <= rounded
        if old[1] is not None and new[1] is not None:
            assert abs(old[1] - new[1]) <= rounded
    if "webm" not in name:
        delayed = [old for old in before[0] if old[1] is not None and old[0] > old[1]]
        assert delayed, "no B frames: this tests too little"
    source = open_source(path)
    assert source.format_name == to
    # Matroska counts milliseconds.
    exact = 0 if to in ("mp4", "mov") else 1e-3
    assert abs(source.start_s - MediaSource(films[name]).start_s) <= exact
    found = samples_in(path)
    assert found.shape == samples.shape
    assert lag(samples[0], found[0]) == 0


@pytest.mark.parametrize("start", [0, 1, 1023, 1024, 1025, 40_001])
@pytest.mark.parametrize("to", ["mp4", "mov"])
def test_sound_starts_where_it_did_to_the_sample(start, to, films, tmp_path):
    class Later(MediaSource):
        pass

    source = Later(films["mp4"])
    source.start_s = source.start_s * 0 + start / 48_000
    samples = np.concatenate(list(source.blocks()), axis=1)
    path = tmp_path / f"a.{to}"
    written(format_named(to), samples, 48_000, file=path, original=source)
    back = open_source(path)
    assert back.start_s * 48_000 == start
    found = samples_in(path)
    assert found.shape == samples.shape
    assert lag(samples[0], found[0]) == 0


@pytest.mark.parametrize("name", ["turned.mp4", "turned.mkv"])
@pytest.mark.parametrize("to", ["mp4", "mkv"])
def test_the_way_a_picture_is_shown_is_kept(name, to, films, ffmpeg, tmp_path):
    path = tmp_path / f"a.{to}"
    anonymized(films[name], format_named(to), path)
    old, new = (
        next(s for s in probed(file)["streams"] if s["codec_type"] == "video")
        for file in (films[name], path)
    )
    for fact in ("width", "height", "r_frame_rate", "avg_frame_rate", "pix_fmt", "profile"):
        assert old[fact] == new[fact]
    rotation = [data["rotation"] for data in new["side_data_list"] if "rotation" in data]
    assert rotation == [90]


def test_the_kind_of_coding_is_called_as_before(ffmpeg, tmp_path):
    def tag(path):
        return next(s for s in probed(path)["streams"] if s["codec_type"] == "video")[
            "codec_tag_string"
        ]

    picture = ("-f", "lavfi", "-i", "testsrc=size=96x64:rate=25:duration=0.4")
    sound = ("-f", "lavfi", "-i", "sine=duration=0.4", "-c:a", "aac")
    hevc = ("-c:v", "libx265", "-x265-params", "log-level=none")
    ffmpeg(*picture, *sound, *hevc, "-tag:v", "hvc1", tmp_path / "a.mp4")
    ffmpeg("-i", tmp_path / "a.mp4", "-c", "copy", tmp_path / "a.mkv")
    ffmpeg(*picture, *sound, "-c:v", "prores_ks", "-profile:v", "4", tmp_path / "a.mov")
    for name, to in (
        ("a.mp4", "mp4"),
        ("a.mp4", "mov"),
        ("a.mkv", "mp4"),
        ("a.mkv", "mov"),
        ("a.mov", "mov"),
    ):
        anonymized(tmp_path / name, format_named(to), tmp_path / f"b.{to}")
        assert tag(tmp_path / f"b.{to}") == ("ap4h" if name == "a.mov" else "hvc1")
    with pytest.raises(OutputError, match="coded as prores, which mp4 does not hold; choose mkv"):
        anonymized(tmp_path / "a.mov", format_named("mp4"), tmp_path / "b.mp4")


@pytest.mark.parametrize("name", ["mp4", "mkv"])
@pytest.mark.parametrize("to", ["mp4", "mov", "mkv", "m4a", "mka", "aac"])
def test_nothing_planted_comes_along(name, to, films, ffmpeg, tmp_path):
    assert PLANTED in films[name].read_bytes()
    path = tmp_path / f"a.{to}"
    anonymized(films[name], format_named(to), path, change=0.5)
    data = path.read_bytes()
    assert PLANTED not in data
    told = probed(path)
    kinds = sorted(stream["codec_type"] for stream in told["streams"])
    assert kinds == (["audio", "video"] if format_named(to).pictures else ["audio"])
    assert not told["chapters"]
    found = list(content_leaks(Window.of(data)))
    # The picture is shown as what it is, and what its encoder wrote into it stays, byte by byte.
    rest = [leak for leak in found if leak.kind is not Kind.stream and "264" not in leak.what]
    assert rest == []


def test_what_is_asked_for_is_kept_and_other_sound_never(films, tmp_path):
    path = tmp_path / "a.mkv"
    everything = frozenset(("tags", "chapters", "attachments", "subtitles"))
    anonymized(films["mkv"], format_named("mkv"), path, everything)
    contents = MediaSource(path).contents
    assert contents.chapters == 1
    assert {"title", "artist"} <= set(contents.tags)
    assert len(contents.of("attachment")) == 1
    assert contents.of("sound") == ()
    assert b"PlantedTrack" not in path.read_bytes()
    with pytest.raises(OutputError, match="attachments cannot be kept in mp4; choose mkv"):
        anonymized(films["mkv"], format_named("mp4"), None, everything)
    anonymized(films["mp4"], format_named("mp4"), tmp_path / "a.mp4", frozenset(["tags"]))
    assert {"title", "artist"} <= set(MediaSource(tmp_path / "a.mp4").contents.tags)


def test_subtitles_are_kept_where_they_fit(films, ffmpeg, tmp_path):
    text = tmp_path / "a.srt"
    text.write_text("1\n00:00:00,500 --> 00:00:01,500\nPlanted words\n\n")
    ffmpeg("-i", films["mkv"], "-i", text, "-map", "0:v", "-map", "0:a:0", "-map", "1",
           "-c", "copy", "-c:s", "srt", tmp_path / "b.mkv")  # fmt: skip
    form, keep = format_named("mkv"), frozenset(["subtitles"])
    anonymized(tmp_path / "b.mkv", form, tmp_path / "c.mkv")
    assert b"Planted" not in (tmp_path / "c.mkv").read_bytes()
    anonymized(tmp_path / "b.mkv", form, tmp_path / "d.mkv", keep)
    assert b"Planted words" in (tmp_path / "d.mkv").read_bytes()
    with pytest.raises(OutputError, match="coded as subrip cannot be kept in mp4; choose mkv"):
        anonymized(tmp_path / "b.mkv", format_named("mp4"), None, keep)


def test_a_cover_is_no_picture(ffmpeg, tmp_path):
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1",
           "-f", "lavfi", "-i", "testsrc=size=16x16:duration=1",
           "-map", "0", "-map", "1", "-frames:v", "1", "-c:a", "aac", "-c:v", "png",
           "-disposition:v", "attached_pic", tmp_path / "a.m4a")  # fmt: skip
    source = MediaSource(tmp_path / "a.m4a")
    assert [len(source.contents.of(kind)) for kind in ("cover", "picture")] == [1, 0]
    assert "dropped: cover pictures" in "; ".join(source.contents.notes(format_named("mp4")))
    anonymized(tmp_path / "a.m4a", format_named("mp4"), tmp_path / "b.mp4")
    assert [stream.kind for stream in MediaSource(tmp_path / "b.mp4").streams] == ["sound"]


def test_a_picture_that_does_not_fit_is_refused_with_a_way_out(films, tmp_path):
    source = MediaSource(films["mp4"])
    path = tmp_path / "b.webm"
    with pytest.raises(OutputError, match=r"b\.webm: the picture is coded as h264, which webm "):
        open_writer(path, format_named("webm"), 48_000, 1, original=source)
    with pytest.raises(OutputError, match="choose mp4"):
        open_writer(io.BytesIO(), format_named("webm"), 48_000, 1, original=source)


def test_the_same_film_gives_the_same_bytes(films):
    for name, to in (("mp4", "mp4"), ("mkv", "mkv"), ("vp9.webm", "webm")):
        source = MediaSource(films[name])
        samples = np.concatenate(list(source.blocks()), axis=1)
        form = format_named(to)
        first = written(form, samples, 48_000, original=source)
        assert first == written(form, samples, 48_000, cut=77_777, original=source)


def test_a_film_from_a_pipe(films):
    stream = io.BytesIO(films["mp4"].read_bytes())
    source = open_source(stream, "-")
    form, file = format_named("mp4"), io.BytesIO()
    # Sound is read while the picture is copied: both from the same stream.
    with open_writer(file, form, source.rate, 1, original=source) as writer:
        for block in source.blocks(10_000):
            writer.write(block)
    whole = written(form, samples_in(films["mp4"]), 48_000, original=MediaSource(films["mp4"]))
    assert file.getvalue() == whole


def test_sound_much_shorter_or_longer_than_the_picture(films, tmp_path):
    source = MediaSource(films["mp4"])
    for count in (500, 48_000 * 30):
        samples = np.full((1, count), 0.1, np.float32)
        path = tmp_path / "a.mp4"
        written(format_named("mp4"), samples, 48_000, file=path, original=source)
        assert len(pictures(path)[0]) == 75
        assert samples_in(path).shape[1] == count


def test_an_original_that_changed_or_broke_ends_in_one_line(films, tmp_path):
    path = tmp_path / "a.mkv"
    shutil.copy(films["mkv"], path)
    source = MediaSource(path)
    with path.open("ab") as file:
        file.write(bytes(9))
    with pytest.raises(InputError, match="changed while it was being read"):
        open_writer(io.BytesIO(), format_named("mkv"), 48_000, 1, original=source)


def test_a_picture_that_was_cut_shows_no_more_than_before(films, ffmpeg, tmp_path):
    for begin, fits in (("0.6", False), ("0.48", True)):
        cut = tmp_path / "cut.mp4"
        ffmpeg("-ss", begin, "-i", films["cut.mp4"], "-to", "1", "-c", "copy", cut)
        before = seen(cut)
        anonymized(cut, format_named("mp4"), tmp_path / "a.mp4")
        assert seen(tmp_path / "a.mp4") == before
        source = MediaSource(cut)
        with open_writer(io.BytesIO(), format_named("mov"), 48_000, 1, original=source) as writer:
            writer.write(np.zeros((1, 9_000), np.float32))
        assert len(writer.notes) == (0 if fits else 1)
        assert fits or "frames of the picture that the original's edit list" in writer.notes[0]
        if fits:
            anonymized(cut, format_named("mkv"), tmp_path / "a.mkv")
            assert seen(tmp_path / "a.mkv") == before
        else:
            with pytest.raises(OutputError, match="an edit list hides the beginning"):
                anonymized(cut, format_named("mkv"), tmp_path / "a.mkv")


def seen(path):
    """The frames that a player shows, as numbers of their pixels."""
    import av

    with av.open(str(path)) as container:
        return [hash(bytes(frame.planes[0])) for frame in container.decode(video=0)]


def test_aspect_ratio_of_the_container(ffmpeg, tmp_path):
    original = tmp_path / "a.webm"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=96x64:rate=25:duration=1,setsar=4/3",
           "-f", "lavfi", "-i", "sine=duration=1", "-c:v", "libvpx-vp9", "-c:a", "libopus",
           original)  # fmt: skip
    assert shown(original) == (128, 64)
    for to in ("webm", "mkv", "mp4"):
        path = tmp_path / f"b.{to}"
        anonymized(original, format_named(to), path)
        assert shown(path) == (128, 64)
        assert [packet[2] for packet in pictures(path)[0]] == [
            packet[2] for packet in pictures(original)[0]
        ]
        # Checksums and the table of contents are still right.
        ffmpeg("-v", "error", "-xerror", "-err_detect", "crccheck+explode", "-ss", "0.5",
               "-i", path, "-c", "copy", "-f", "null", "-")  # fmt: skip


def shown(path):
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        height = stream.codec_context.height
        return round(stream.codec_context.width * stream.sample_aspect_ratio), height
