"""Synthetic people in a scene: six voices, five utterances each, on disk as FLAC."""

from pathlib import Path

import numpy as np
import soundfile

from voxnym.corpora.trials import Trials
from voxnym.evaluation.cache import Cache
from voxnym.evaluation.clips import Clip
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.subjects import Subject, Untouched
from voxnym.keys import Key
from voxnym.records import Audio, Utterance, Who
from voxnym.testing import ToySpeaker, toy_speech

RATE = 16000
ENROLLED, HEARD = 2, 3


def voice(number: int) -> ToySpeaker:
    return ToySpeaker(pitch_hz=95 + 22 * number, tract=0.86 + 0.04 * number)


def toy_scene(
    folder: Path, subject: Subject | None = None, people: int = 6, more: int = 2
) -> Scene:
    """People 0 to `people` in the trials, `more` others for the attacker's training."""
    utterances: dict[str, Utterance] = {}
    clips: dict[str, Clip] = {}
    (folder / "audio").mkdir(exist_ok=True)
    for person in range(people + more):
        for number in range(ENROLLED + HEARD):
            id = f"p{person}-s{number // 2}-{number}"
            path = folder / "audio" / f"{id}.flac"
            if not path.exists():
                audio = toy_speech(voice(person), seconds=1.5, rate=RATE, seed=number)
                soundfile.write(path, audio.samples[0] * 0.5, RATE)
            utterances[id] = Utterance(
                id,
                id,
                speaker=f"p{person}",
                gender="f" if person % 2 else "m",
                text=f"say {number}",
            )
            clips[id] = Clip(path)
    names = tuple(f"p{person}" for person in range(people))
    return Scene(
        trials=toy_trials(names, utterances),
        utterances=utterances,
        clips=clips,
        training=tuple(id for id, u in utterances.items() if u.speaker not in names),
        subject=subject or Untouched(),
        seed=1,
        cache=Cache(folder / "cache"),
    )


def toy_trials(names: tuple[str, ...], utterances: dict[str, Utterance]) -> Trials:
    enrol = [id for id, u in utterances.items() if u.speaker in names and int(id[-1]) < ENROLLED]
    heard = sorted(id for id, u in utterances.items() if u.speaker in names and id not in enrol)
    speaking = [str(utterances[id].speaker) for id in heard]
    genders = {str(u.speaker): u.gender for u in utterances.values()}
    pairs = [
        (i, j)
        for i, name in enumerate(names)
        for j in range(len(heard))
        if genders[name] == genders[speaking[j]]
    ]
    claim, at = np.array(pairs, np.intp).T
    return Trials(
        "toy",
        names,
        tuple(enrol),
        np.array([names.index(str(utterances[id].speaker)) for id in enrol]),
        tuple(heard),
        tuple(speaking),
        claim,
        at,
        np.array([names[i] == speaking[j] for i, j in pairs]),
        genders,
        {id: id.rsplit("-", 1)[0] for id in utterances},
    )


class Gain:
    """An Anonymizer that only turns the volume, by its key; for tests of the machinery."""

    def __init__(self, key: Key) -> None:
        self.gain = 0.2 + 0.6 * key.digest("gain")[0] / 255

    def __call__(self, audio: Audio, who: Who) -> Audio:
        return Audio(audio.samples * np.float32(self.gain), audio.rate)
