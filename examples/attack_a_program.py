r"""Attack somebody else's program with VoxNym's ladder.

The same on the command line, with trained attackers and on speech of your own:

    voxnym attack --corpus CORPUS \
        --command 'python examples/programs/robot_voice.py {in} {out} {seed}'

Here eight synthetic people speak, and the attackers are two that need no weights, so that the
example runs anywhere in half a minute. No claim can follow from that: it shows the way.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import soundfile
from rich.console import Console

from voxnym.corpora.trial_rule import Rule, make_trials
from voxnym.evaluation.attackers.pretrained import LazyInformed, Unprotected
from voxnym.evaluation.attackers.prosody import PitchMean
from voxnym.evaluation.cache import Cache
from voxnym.evaluation.clips import Clip
from voxnym.evaluation.embedders import load_embedder
from voxnym.evaluation.ladder import Records, Rung, climb, judged
from voxnym.evaluation.report.tables import ladder_table
from voxnym.evaluation.report.words import headline, named_rate
from voxnym.evaluation.results import Evaluation
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.subjects import CommandSubject
from voxnym.records import Gender, Utterance
from voxnym.testing import ToySpeaker, toy_speech

PROGRAM = Path(__file__).with_name("programs") / "robot_voice.py"

with tempfile.TemporaryDirectory() as place:
    folder = Path(place)
    utterances, clips = {}, {}
    for person in range(8):
        voice = ToySpeaker(pitch_hz=90 + 18 * person, tract=0.85 + 0.04 * person)
        for number in range(6):
            name = f"p{person}-{number}"
            audio = toy_speech(voice, seconds=2.5, seed=number)
            soundfile.write(folder / f"{name}.wav", audio.samples[0], audio.rate)
            gender: Gender = "f" if person % 2 else "m"
            utterances[name] = Utterance(name, name, speaker=f"p{person}", gender=gender)
            clips[name] = Clip(folder / f"{name}.wav")

    scene = Scene(
        trials=make_trials("toy people", utterances.values(), Rule(seed=0)),
        utterances=utterances,
        clips=clips,
        training=(),
        subject=CommandSubject(f"{sys.executable} {PROGRAM} {{in}} {{out}} {{seed}}"),
        seed=0,
        cache=Cache(folder / "cache"),
    )
    network = load_embedder("mfcc")
    rungs = [
        Rung(Unprotected(network)),
        Rung(LazyInformed(network), Unprotected(network)),
        Rung(PitchMean(), replace(PitchMean(), knowledge="unprotected")),
    ]
    tried = judged(tuple(climb(scene, rungs, Records(folder / "records"))))
    result = Evaluation("robot voice", "", (), tuple(each.attack for each in tried))
    Console(width=120).print(ladder_table(result))
    print(headline(result))
    assert result.headline is not None
    print(named_rate(result.headline))
