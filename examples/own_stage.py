"""A stage of one's own: one class, one check, one preset; nothing of VoxNym is changed."""

from dataclasses import dataclass

import numpy as np

from voxnym import Key, Speech, Survey, System, Who
from voxnym.codecs.world import World
from voxnym.preset import Preset
from voxnym.testing import check_anonymizer, check_stage, toy_speech


@dataclass(frozen=True)
class PitchMirror:
    """Turns intonation upside down: what rose falls, about the speaker's median."""

    reads = frozenset({"pitch"})
    writes = frozenset({"pitch"})
    kinds = None
    needs = frozenset({"log_pitch_median"})
    look_ahead = 0.0

    def start(self, rng: np.random.Generator, survey: Survey) -> "Mirror":
        return Mirror(survey.log_pitch_median)


@dataclass
class Mirror:
    """At work on one recording."""

    median: float | None

    def __call__(self, speech: Speech, last: bool) -> Speech:
        if self.median is None or speech.pitch is None:
            return speech
        voiced = speech.pitch > 0
        pitch = np.zeros_like(speech.pitch)
        pitch[voiced] = np.exp(2 * self.median - np.log(speech.pitch[voiced]))
        return speech.replace(pitch=pitch)


def main() -> None:
    codec = World()
    speech = codec.start(Survey()).analyze(toy_speech(seconds=2).samples[0], last=True)
    check_stage(PitchMirror(), speech)
    preset = Preset("mirror", "world", ("pitch_mirror",))
    system = System(preset, codec, (PitchMirror(),), Key.random())
    check_anonymizer(system)
    out = system(toy_speech(seconds=1), Who(utterance="toy"))
    print(f"the stage keeps its promises, and so does the system: {out.duration:g} s out")


if __name__ == "__main__":
    main()
