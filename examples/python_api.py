"""Anonymize from Python: a recording in memory, with a key that can be used again."""

import tempfile
from pathlib import Path

import voxnym

HERE = Path(__file__).parent


def main() -> None:
    key = voxnym.Key.random()  # or voxnym.Key.read("project.key")
    anonymize = voxnym.load("mcadams", key=key)
    anna = voxnym.Who(speaker="anna", scope="speaker")
    for name in ("first", "second"):
        recording = voxnym.read_audio(HERE / "voices" / "anna" / f"{name}.flac")
        anonymous = anonymize(recording, anna)  # the same voice both times
        with tempfile.TemporaryDirectory() as place:
            target = Path(place) / f"{name}.ogg"
            voxnym.write_audio(target, anonymous)
            print(
                f"{name}: {anonymous.duration:.2f} s, {target.stat().st_size} bytes of Ogg Vorbis"
            )
    other = voxnym.load("mcadams", key=voxnym.Key.random())(recording, anna)
    assert (other.samples != anonymous.samples).any(), "another key is another voice"


if __name__ == "__main__":
    main()
