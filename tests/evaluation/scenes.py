"""What tests of attackers share: a toy embedder, a system that notes its calls, mixed-up scenes."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile
from toy_scene import toy_scene

from voxnym.evaluation.attackers.cepstra import log_mel
from voxnym.evaluation.clips import Clip
from voxnym.evaluation.metrics.eer import eer
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ENROL, TRIAL, Take, key_of
from voxnym.keys import Key
from voxnym.records import Audio, Utterance, Who
from voxnym.testing import ToySpeaker, toy_speech

RATE = 16000
TAKES = (ENROL, TRIAL, *(Take("train", draw) for draw in range(4)))


@dataclass(frozen=True)
class ToyEmbedder:
    """The mean mel spectrum of the louder half, centred, of unit length."""

    id: str = "toy"
    dims: int = 40

    def __call__(self, audio: Audio) -> np.ndarray:
        mel = log_mel(audio.samples[0], self.dims)
        loud = mel[mel.max(axis=1) >= np.median(mel.max(axis=1))]
        vector = loud.mean(axis=0) - loud.mean()
        return (vector / np.linalg.norm(vector)).astype(np.float32)


@dataclass(frozen=True)
class Noting:
    """Changes nothing and notes which versions were asked for."""

    calls: list[str] = field(default_factory=list)
    name: str = "noting"
    id: str = "noting"
    is_fresh: bool = True

    def __call__(self, audio: Audio, utterance: Utterance, who: Who, key: Key) -> Audio:
        sides = {key_of(1, take, "utterance").fingerprint: take.side for take in TAKES}
        self.calls.append(sides[key.fingerprint])
        return audio


def rate(scores: np.ndarray, scene: Scene) -> float:
    """Equal error rate of a score matrix, 0 to 1."""
    trials = scene.trials
    values = scores[trials.claim, trials.heard]
    return eer(values[trials.target], values[~trials.target]).value


def mixed_up(scene: Scene, seed: int = 0) -> Scene:
    """The same names on other people's speech: nobody can be found."""
    ids = [*scene.trials.enrolments, *scene.trials.utterances]
    order = np.random.default_rng(seed).permutation(len(ids))
    clips = {id: scene.clips[ids[place]] for id, place in zip(ids, order, strict=True)}
    texts = {
        id: replace(scene.utterances[id], text=scene.utterances[ids[place]].text)
        for id, place in zip(ids, order, strict=True)
    }
    return replace(scene, clips={**scene.clips, **clips}, utterances={**scene.utterances, **texts})


def with_audio(scene: Scene, folder: Path, make) -> Scene:
    """The same scene with other sounds: `make(person, number)` gives samples."""
    folder.mkdir(exist_ok=True)
    clips = {}
    for id, utterance in scene.utterances.items():
        path = folder / f"{id}.flac"
        samples = make(int(utterance.speaker[1:]), int(id[-1]))
        soundfile.write(path, np.asarray(samples, np.float32), RATE)
        clips[id] = Clip(path)
    return replace(scene, clips=clips)


def crowd(folder: Path, subject=None, more: int = 8) -> Scene:
    """Six people to be found among others like them, all with voices of their own."""

    def speech(person: int, number: int) -> np.ndarray:
        voice = ToySpeaker(90 + 12 * (3 * person % 14), 0.8 + 0.04 * (5 * person % 14))
        return toy_speech(voice, seconds=2.0, seed=number).samples[0]

    return with_audio(toy_scene(folder, subject, more=more), folder / "crowd", speech)
