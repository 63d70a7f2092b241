"""Media files of known sound, made with PyAV alone, and with the ffmpeg command as a judge."""

import io
import json
import subprocess
from fractions import Fraction

import numpy as np

from voxnym.audio.open import open_source, open_writer

PLANTED = b"Planted"


def speechlike(seconds, rate, channels=1, seed=0):
    """Sound with a spectrum and loudness that change as those of speech do: (channels, n)."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate)
    width = max(rate // 2000, 2) * 2
    rows = []
    for _ in range(channels):
        row = np.convolve(rng.standard_normal(count + width), np.hanning(width) / width, "valid")
        knots = np.arange(0, count + rate, max(rate // 8, 1))
        loudness = np.interp(np.arange(count), knots, rng.uniform(0.1, 1.0, len(knots)))
        rows.append(row[:count] * loudness)
    samples = np.stack(rows)
    return (samples / np.abs(samples).max() * 0.6).astype(np.float32)


def lag(reference, other):
    """By how many samples the second recording comes later than the first."""
    size = 1 << int(np.ceil(np.log2(len(reference) + len(other))))
    found = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(reference, size)))
    at = int(np.argmax(found))
    return at if at < size // 2 else at - size


def snr_db(reference, other):
    error = np.sum(np.square(reference - other), dtype=np.float64)
    return 10 * np.log10(np.sum(np.square(reference), dtype=np.float64) / error)


def written(form, samples, rate, subtype=None, cut=5_000, file=None, **more):
    """The bytes of a file that our writer makes, in blocks of `cut` samples."""
    file = io.BytesIO() if file is None else file
    count = samples.shape[1]
    with open_writer(file, form, rate, samples.shape[0], subtype, count, **more) as writer:
        for start in range(0, count, cut):
            writer.write(samples[:, start : start + cut])
    return file.getvalue() if isinstance(file, io.BytesIO) else None


def samples_in(file, block_frames=4_096):
    source = open_source(file)
    return np.concatenate(list(source.blocks(block_frames)), axis=1)


def run_ffmpeg(*arguments):
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", "1"]
    subprocess.run([*command, *map(str, arguments)], check=True, timeout=100)


def decoded(path, rate):
    """What the ffmpeg command hears, (n,) float32 of the first channel."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-af", "pan=mono|c0=c0"]
    command += ["-ar", str(rate), "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, "<f4")


def probed(path):
    """What ffprobe tells of a file."""
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters"]
    done = subprocess.run([*command, "-of", "json", str(path)], check=True, capture_output=True)
    return json.loads(done.stdout)


def pictures(path):
    """(presentation time, decoding time, bytes) of each packet of each picture stream, s."""
    import av

    found = []
    with av.open(str(path)) as container:
        for index in [s.index for s in container.streams if s.type == "video"]:
            container.seek(0)
            stream = container.streams[index]
            found.append(
                [
                    (p.pts * p.time_base, None if p.dts is None else p.dts * p.time_base, bytes(p))
                    for p in container.demux(stream)
                    if p.size
                ]
            )
    return found


def packets(samples, rate, codec="aac", start=0):
    """Encoded packets of (1, n) samples, as an encoder gives them."""
    import av

    context = av.CodecContext.create(codec, "w")
    context.sample_rate, context.layout = rate, "mono"
    context.format = "fltp" if codec == "aac" else "s16"
    context.time_base = Fraction(1, rate)
    context.open()
    step = context.frame_size or 1024
    for at in range(0, samples.shape[1], step):
        block = samples[:, at : at + step]
        if codec != "aac":
            block = (block * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block), format=context.format.name, layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, at + start, Fraction(1, rate)
        yield from context.encode(frame)
    yield from context.encode(None)


def _draw(stream, number):
    import av

    row = np.arange(96, dtype=np.uint8)[None, :] + np.uint8(number * 3)
    image = np.stack([np.repeat(row, 64, 0), np.full((64, 96), number * 5 % 256, np.uint8)] * 2)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.moveaxis(image[:3], 0, 2)), "rgb24")
    frame = frame.reformat(format="yuv420p")
    frame.pts = number
    return stream.encode(frame)


def film(
    path, form, video, sound, *, start=0, seconds=3, rate=48_000, planted=False, turn=0, gop=0
):
    """A file with a moving picture and sound that starts `start` samples after it."""
    import av

    samples = speechlike(seconds, rate, seed=5)
    exact = {"movie_timescale": str(rate)} if form in ("mp4", "mov") else {}
    with av.open(str(path), "w", format=form, container_options=exact) as container:
        stream = container.add_stream(video, rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.thread_count = 1
        if video == "libx264":
            stream.codec_context.options = {"preset": "ultrafast", "bf": "2", "b_strategy": "0"}
        if gop:
            stream.codec_context.options = {"preset": "ultrafast", "g": str(gop), "bf": "0"}
        if turn:
            stream.set_display_rotation(turn)
        first = _sound_stream(container, sound, rate)
        second = _sound_stream(container, sound, rate) if planted else None
        if planted:
            _plant(container, form, first)
        every = [(first, samples)] + ([(second, samples[:, ::-1])] if second is not None else [])
        coded = [packet for number in range(25 * seconds) for packet in _draw(stream, number)]
        coded += stream.encode(None)
        for sound_stream, part in every:
            coded += _encode(sound_stream, part, start, rate)
        for packet in sorted(coded, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return samples


def _sound_stream(container, codec, rate):
    stream = container.add_stream(codec, rate=rate)
    stream.codec_context.layout = "mono"
    stream.codec_context.time_base = Fraction(1, rate)
    return stream


def _encode(stream, samples, start, rate):
    import av

    context, coded = stream.codec_context, []
    if not context.is_open:
        context.open()
    step, planar = context.frame_size or 1024, context.format.name == "fltp"
    for at in range(0, samples.shape[1], step):
        block = np.ascontiguousarray(samples[:, at : at + step])
        block = block if planar else (block * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(block, format=context.format.name, layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, at + start, Fraction(1, rate)
        coded += stream.encode(frame)
    return coded + stream.encode(None)


def _plant(container, form, sound):
    container.metadata.update(title="PlantedTitle", artist="PlantedArtist", comment="PlantedNote")
    sound.metadata["title"] = "PlantedTrack"
    container.set_chapters(
        [{"id": 1, "start": 0, "end": 1000, "time_base": Fraction(1, 1000),
          "metadata": {"title": "PlantedChapter"}}]
    )  # fmt: skip
    if form == "matroska":
        container.add_attachment("Planted.txt", "text/plain", b"PlantedAttachment")


def make_films(folder):
    """Names to paths; the sound of each is `speechlike(3, 48_000, seed=5)`."""
    made = {
        "mp4": ("mp4", "libx264", "aac", {"start": 16_003, "planted": True}),
        "cut.mp4": ("mp4", "libx264", "aac", {"gop": 12}),
        "turned.mp4": ("mp4", "libx264", "aac", {"turn": 90}),
        "mov": ("mov", "libx264", "aac", {"start": 500}),
        "mkv": ("matroska", "libx264", "aac", {"start": 4_800, "planted": True}),
        "turned.mkv": ("matroska", "libx264", "aac", {"turn": 90}),
        "vp8.webm": ("webm", "libvpx", "libopus", {"start": 4_800}),
        "vp9.webm": ("webm", "libvpx-vp9", "libopus", {"start": 0}),
    }
    paths = {}
    for name, (form, video, sound, more) in made.items():
        paths[name] = folder / f"film-{name if '.' in name else 'a.' + name}"
        film(paths[name], form, video, sound, **more)
    return paths


def stamped(form, samples, rate, moves, codec="flac"):
    """A file of (1, n) samples whose time stamps move at some samples: {from sample: by samples}.

    Returns:
        An io.BytesIO.
    """
    import av

    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        stream = _sound_stream(container, codec, rate)
        coded = _encode(stream, samples, 0, rate)
        for packet in coded:
            moved = sum(by for at, by in moves.items() if packet.pts >= at)
            packet.pts, packet.dts = packet.pts + moved, packet.dts + moved
            container.mux(packet)
    file.seek(0)
    return file
