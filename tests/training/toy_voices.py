"""Folders of toy voices, one for each person."""

import json

import soundfile

from voxnym.testing import ToySpeaker, toy_speech

RATE = 16_000
TINY = {"channels": 16, "squeeze": 8, "attention": 8, "dims": 12, "scale": 4}


def voice(person):
    return ToySpeaker(pitch_hz=90 + 45 * person, tract=0.8 + 0.15 * person)


def folder_of_voices(folder, *, people=3, utterances=8, seconds=1.0, rate=RATE):
    for person in range(people):
        place = folder / f"p{person}"
        place.mkdir(parents=True)
        for number in range(utterances):
            audio = toy_speech(voice(person), seconds=seconds, rate=rate, seed=10 * person + number)
            soundfile.write(place / f"{number}.wav", audio.samples.T, rate, subtype="PCM_16")
    return folder


def manifest_of(folder):
    """A manifest in the folder above the people's folders."""
    lines = [
        {"id": f"{file.parent.name}-{file.stem}", "path": str(file.relative_to(folder))}
        | {"speaker": file.parent.name, "split": "train" if file.stem != "0" else "test"}
        for file in sorted(folder.glob("p*/*.wav"))
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "manifest.jsonl").write_text(text, encoding="utf-8")
    return folder
