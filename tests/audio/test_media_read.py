"""Media files of others: the sound that a player plays, to the sample, or one line why not."""

import io
import os

import numpy as np
import pytest

from voxnym.audio.formats import MEDIA_FORMATS, format_named
from voxnym.audio.media_frames import MOST_SILENCE_S
from voxnym.audio.media_read import MediaSource
from voxnym.audio.open import open_source
from voxnym.audio.read import FileSource, probe, read_audio
from voxnym.errors import InputError

pytest.importorskip("av", reason="needs PyAV, of the media extra")
import soundfile as sf
from media_files import lag, samples_in, snr_db, speechlike, stamped, written

RATE = 16_000


@pytest.fixture(scope="module")
def wave(tmp_path_factory):
    path = tmp_path_factory.mktemp("wave") / "a.wav"
    samples = np.rint(speechlike(3.05, RATE) * 32_767) / 32_768
    sf.write(path, samples[0], RATE, "PCM_16")
    return path, samples.astype(np.float32)


# What the ffmpeg command makes: file, options, samples too many, samples too late. Without an edit
# list, in ADTS and (from older versions) in Matroska, nothing says what is lead-in and filling, so
# that it belongs to the recording, as for any player.
LOSSLESS = [
    ("a.m4a", ["-c:a", "alac"], "PCM_16"),
    ("a.mka", ["-c:a", "flac"], "PCM_16"),
    ("b.mka", ["-c:a", "flac", "-sample_fmt", "s32"], "PCM_24"),
    ("a.mov", ["-c:a", "pcm_s16be"], "PCM_16"),
    ("b.mov", ["-c:a", "pcm_f32le"], "FLOAT"),
    ("c.mkv", ["-c:a", "pcm_s24le"], "PCM_24"),
    ("d.mkv", ["-c:a", "pcm_u8"], "PCM_U8"),
]


@pytest.mark.parametrize(("name", "options", "subtype"), LOSSLESS, ids=lambda value: str(value))
def test_lossless_sound_is_exact(name, options, subtype, wave, ffmpeg, tmp_path):
    path, samples = wave
    ffmpeg("-i", path, *options, tmp_path / name)
    source = open_source(tmp_path / name)
    assert (source.subtype, source.rate, source.channels) == (subtype, RATE, 1)
    error = 1 / 127 if subtype == "PCM_U8" else 1e-7
    np.testing.assert_allclose(samples_in(tmp_path / name), samples, atol=error)


EXACT = [
    ("a.m4a", ["-c:a", "aac"]),
    ("a.mp4", ["-c:a", "aac", "-movie_timescale", "600"]),
    ("b.mp4", ["-c:a", "aac", "-ar", "44100"]),
    ("a.webm", ["-c:a", "libopus"]),
    ("b.mka", ["-c:a", "libopus", "-ar", "48000"]),
]


@pytest.mark.parametrize(("name", "options"), EXACT, ids=lambda value: str(value))
def test_lead_in_and_filling_are_left_out(name, options, wave, ffmpeg, tmp_path):
    path, samples = wave
    ffmpeg("-i", path, *options, tmp_path / name)
    audio = read_audio(tmp_path / name)
    wanted = samples.shape[1] * audio.rate / RATE
    assert abs(audio.length - wanted) < 1
    assert lag(samples[0], audio.samples[0, :: audio.rate // RATE]) == 0 or audio.rate == 44_100


UNSAID = [
    ("a.mp4", ["-c:a", "aac", "-use_editlist", "0"]),
    ("b.mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"]),
    ("a.aac", ["-c:a", "aac"]),
]


@pytest.mark.parametrize(("name", "options"), UNSAID, ids=lambda value: str(value))
def test_where_nothing_is_said_all_that_is_played_is_the_recording(
    name, options, wave, ffmpeg, tmp_path
):
    path, samples = wave
    ffmpeg("-i", path, *options, tmp_path / name)
    found = samples_in(tmp_path / name)
    assert lag(samples[0], found[0]) == 1024
    assert 1024 <= found.shape[1] - samples.shape[1] < 2048


@pytest.mark.parametrize("form", MEDIA_FORMATS, ids=lambda form: form.name)
def test_has_the_surface_of_a_file_source(form, tmp_path):
    samples = speechlike(1.5, RATE, 2)
    path = tmp_path / "told.wav"  # the extension says nothing
    written(form, samples, RATE, file=path)
    source = open_source(os.fspath(path), "talk\n1")
    assert isinstance(source, MediaSource)
    assert (source.name, source.rate, source.channels) == ("talk\\n1", RATE, 2)
    assert source.format_name == ("mka" if form.name == "mkv" else form.name)
    assert source.subtype == ("OPUS" if form.name == "webm" else "AAC")
    if form.name == "aac":
        assert source.declared_frames is None
    else:
        assert abs(source.declared_frames - samples.shape[1]) <= 2_100
    blocks = list(source.blocks(1_000))
    assert {block.shape[1] for block in blocks[:-1]} == {1_000}
    assert all(block.dtype == np.float32 and block.flags.c_contiguous for block in blocks)
    again = np.concatenate(list(source.blocks()), axis=1)
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), again)
    assert (source.note, source.start_s) == (None, 0)
    assert probe(path).format_name == source.format_name
    assert [stream.picked for stream in source.streams] == [True]


def test_files_of_sound_still_go_to_libsndfile(tmp_path):
    for form in ("WAV", "FLAC", "OGG", "MP3"):
        file = io.BytesIO()
        sf.write(file, speechlike(1, RATE)[0], RATE, format=form)
        assert isinstance(open_source(file), FileSource)
        file = io.BytesIO(b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + file.getvalue())
        if form == "MP3":
            assert isinstance(open_source(file), FileSource)
    tagged = b"ID3\4\0\0\0\0\0\x0a" + bytes(10)
    stream = written(format_named("aac"), speechlike(1, RATE), RATE)
    assert open_source(io.BytesIO(tagged + stream)).format_name == "aac"


@pytest.mark.parametrize("form", ["mp4", "matroska"])
def test_gaps_become_silence_and_overlaps_are_cut(form):
    samples = speechlike(2, RATE)
    start = 9_216  # a multiple of both codecs' frames
    codec = "aac" if form == "mp4" else "flac"
    usual = samples_in(stamped(form, samples, RATE, {}, codec))
    later = samples_in(stamped(form, samples, RATE, {start: 4_000}, codec))
    assert later.shape[1] == usual.shape[1] + 4_000
    np.testing.assert_array_equal(later[:, :start], usual[:, :start])
    np.testing.assert_array_equal(later[:, start + 4_000 :], usual[:, start:])
    assert not later[:, start : start + 4_000].any()
    earlier = samples_in(stamped(form, samples, RATE, {start: -800}, codec))
    if form == "matroska":  # MP4 stamps are differences and cannot go back
        assert earlier.shape[1] == usual.shape[1] - 800
        np.testing.assert_array_equal(earlier[:, start:], usual[:, start + 800 :])
    # Stamps of a telephone jitter; that is no seam.
    jitter = {at: (-1) ** (at // 1024) * 100 for at in range(1024, 20_000, 1024)}
    assert samples_in(stamped(form, samples, RATE, jitter, codec)).shape == usual.shape


def test_endless_gaps_are_refused():
    far = stamped("matroska", speechlike(1, RATE), RATE, {9_216: (MOST_SILENCE_S + 9) * RATE})
    with pytest.raises(InputError, match="gaps of more than 3600 s"):
        samples_in(far)


def test_sound_that_starts_after_the_picture(films):
    assert MediaSource(films["mp4"]).start_s * 48_000 == 16_003 - 1_024  # as FFmpeg writes it
    assert float(MediaSource(films["mkv"]).start_s) == pytest.approx(0.1, abs=6e-4)


def test_notes_say_what_else_is_there(films):
    contents = MediaSource(films["mkv"]).contents
    told = "; ".join(contents.notes(format_named("mkv")))
    assert "the picture is kept as it is: faces and surroundings in it are not hidden" in told
    assert "1 more sound stream was dropped" in told
    assert "dropped: chapters, tags, attachments" in told
    kept = contents.notes(format_named("mkv"), {"tags", "chapters"})
    assert "kept as they are: chapters, tags: they may name people" in kept
    assert "the picture is dropped; m4a holds sound alone" in contents.notes(format_named("m4a"))
    assert [stream.kind for stream in contents.streams if stream.picked] == ["sound"]
    assert contents.notes()
    assert not MediaSource(films["mp4"]).contents.of("cover")


def refusal(data, name="talk.m4a"):
    with pytest.raises(InputError) as caught:
        for _ in open_source(io.BytesIO(data), name).blocks():
            pass
    text = str(caught.value)
    assert text.isprintable()
    assert text.startswith(name)
    return text


def test_refusals_say_what_was_found(films):
    import av

    silent = io.BytesIO()
    with av.open(silent, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for image in (np.zeros((32, 32, 3), np.uint8), np.ones((32, 32, 3), np.uint8)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    assert "holds no sound" in refusal(silent.getvalue())
    refusal(b"\0\0\0\x20ftypM4A " + bytes(100))
    refusal(b"\x1a\x45\xdf\xa3" + bytes(100))
    refusal(b"\xff\xf1" + bytes(100))


def test_cut_files_are_read_up_to_the_cut_and_say_so(ffmpeg, wave, tmp_path):
    path, samples = wave
    for name, options in (("a.mka", []), ("a.m4a", ["-movflags", "faststart"]), ("a.aac", [])):
        ffmpeg("-i", path, "-c:a", "aac", *options, tmp_path / name)
        data = (tmp_path / name).read_bytes()
        source = open_source(io.BytesIO(data[: len(data) * 2 // 3]), name)
        found = np.concatenate(list(source.blocks()), axis=1)
        assert 0.4 < found.shape[1] / samples.shape[1] < 0.8
        assert "ends early" in source.note
    # Without the description at its end, an MP4 file tells nothing.
    whole = written(format_named("m4a"), samples, RATE)
    refusal(whole[: len(whole) * 2 // 3])


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.m4a", "aac"), ("a.mka", "flac"), ("a.webm", "libopus")],
)
def test_eight_channels_come_in_order_and_more_are_refused(name, codec, ffmpeg, tmp_path):
    tones = "|".join(f"0.1*sin({hz}*2*PI*t)" for hz in (300, 400, 500, 60, 700, 800, 900, 1000))
    for channels, layout in ((8, "7.1"), (16, "hexadecagonal")):
        tone = "|".join([tones] * (channels // 8))
        wav = tmp_path / f"{channels}.wav"
        ffmpeg("-f", "lavfi", "-i", f"aevalsrc={tone}:c={layout}:d=1:s=48000", wav)
    ffmpeg("-i", tmp_path / "8.wav", "-c:a", codec, tmp_path / name)
    found = samples_in(tmp_path / name)[:, :48_000]
    peaks = np.abs(np.fft.rfft(found[:, :48_000], axis=1)).argmax(axis=1)
    assert peaks.tolist() == [300, 400, 500, 60, 700, 800, 900, 1000]
    ffmpeg("-i", tmp_path / "16.wav", "-c:a", "pcm_s16le", tmp_path / "b.mka")
    with pytest.raises(InputError, match="16 channels; expected 1 to 8"):
        open_source(tmp_path / "b.mka")


def test_a_file_that_changes_is_refused(tmp_path):
    path = tmp_path / "a.m4a"
    written(format_named("m4a"), speechlike(1, RATE), RATE, file=path)
    source = open_source(path)
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(InputError, match="changed while it was being read"):
        next(source.blocks())


def test_samples_that_are_not_finite_are_refused(ffmpeg, tmp_path):
    bad = speechlike(1, RATE)
    bad[0, 9_000] = np.inf
    sf.write(tmp_path / "a.wav", bad[0], RATE, "FLOAT")
    ffmpeg("-i", tmp_path / "a.wav", "-c:a", "pcm_f32le", tmp_path / "a.mka")
    with pytest.raises(InputError, match=r"a sample that is inf at 0\.56"):
        samples_in(tmp_path / "a.mka")


def test_two_readers_of_one_stream_do_not_disturb_each_other():
    samples = speechlike(10, RATE)  # more bytes than are read at a time
    data = written(format_named("mka"), samples, RATE, "FLAC_24")
    assert len(data) > 4 * 65_536
    source = open_source(io.BytesIO(data))
    pairs = list(zip(source.blocks(1_000), source.blocks(1_000), strict=True))
    assert all(np.array_equal(a, b) for a, b in pairs)
    assert snr_db(samples, np.concatenate([a for a, _ in pairs], axis=1)) > 120
