"""Somebody else's anonymizer: a robot voice by ring modulation. Knows nothing of VoxNym.

    python examples/programs/robot_voice.py in.wav out.wav 7

The last argument seeds its only random choice, the frequency.
"""

import sys

import numpy as np
import soundfile

source, target, seed = sys.argv[1:]
samples, rate = soundfile.read(source)
hertz = np.random.default_rng(int(seed)).uniform(30, 90)
carrier = np.sin(2 * np.pi * hertz * np.arange(len(samples)) / rate)
soundfile.write(target, samples * carrier, rate)
