"""Live use: 20 ms in, whatever is ready out; here from a file, as a microphone would give it."""

import time
from pathlib import Path

import numpy as np

import voxnym

VOICE = Path(__file__).parent / "voices" / "bruno" / "first.flac"


def main() -> None:
    recording = voxnym.read_audio(VOICE)
    system = voxnym.load("mcadams")
    stream = system.open(recording.rate, voxnym.Who(utterance="this call"))
    block = recording.rate // 50
    out, delay, slowest = [], 0, 0.0
    for start in range(0, recording.length, block):
        started = time.perf_counter()
        out.append(stream.push(recording.samples[0, start : start + block]))
        slowest = max(slowest, time.perf_counter() - started)
        behind = start + block - sum(piece.size for piece in out)
        delay = max(delay, behind)
    out.append(stream.finish())
    assert np.concatenate(out).size == recording.length
    print(f"codec and stages look {1000 * system.look_ahead:.0f} ms ahead")
    print(
        f"delay {1000 * delay / recording.rate:.0f} ms with resampling, limiter and blocks of 20 ms"
    )
    print(f"slowest block took {1000 * slowest:.1f} ms")


if __name__ == "__main__":
    main()
