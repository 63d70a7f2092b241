"""Records of lhotse's as plain JSON."""

import gzip
import json
from pathlib import PurePath

from voxnym.corpora.corpus import Made


def source(path, channels=(0,), kind="file"):
    return {"type": kind, "channels": list(channels), "source": path}


def recording(name="r1", *sources, **more):
    return {
        "id": name, "sources": list(sources) or [source(f"{name}.wav")], "sampling_rate": 8000,
        "num_samples": 80000, "duration": 10.0, **more,
    }  # fmt: skip


def supervision(name="s1", recording_id="r1", start=1.0, duration=2.0, **more):
    return {"id": name, "recording_id": recording_id, "start": start, "duration": duration,
            "channel": 0, **more}  # fmt: skip


def cut(name="c1", start=2.0, duration=4.0, supervisions=(), kind="MonoCut", channel=0, **more):
    return {
        "id": name,
        "start": start,
        "duration": duration,
        "channel": channel,
        "supervisions": list(supervisions),
        "recording": recording(),
        "type": kind,
        **more,
    }


def write(path, *records):
    for name in ("r1", "r2", "a", "b"):
        (path.parent / f"{name}.wav").touch()
    text = "".join(json.dumps(one) + "\n" for one in records).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def lines(path):
    text = path.read_bytes()
    text = gzip.decompress(text) if path.suffix == ".gz" else text
    return [json.loads(line) for line in text.splitlines()]


def made(name="new/1.flac", rate=16000, frames=160000, channels=1):
    return Made(PurePath(name), rate, frames, channels)
