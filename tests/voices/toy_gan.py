"""A generator of voices that nobody had to train."""

from __future__ import annotations

import dataclasses

import numpy as np

from voxnym.voices.gan import NEW_EACH_TIME, GanDrawing, GanVoices
from voxnym.voices.gan_network import GanNetwork
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.norm_law import POINTS

DIMS, LATENT = 6, 4
FREE = dataclasses.replace(NEW_EACH_TIME, distance=None, norm="kept")


def toy(drawing: GanDrawing) -> GanVoices:
    """Random weights; the first entry of a voice says its gender."""
    rng = np.random.default_rng(0)
    shapes = {
        "first.weight": (2 * 16, LATENT), "first.bias": (2 * 16,),
        "0.enter.weight": (2, 2, 3, 3), "0.enter.bias": (2,),
        "0.leave.weight": (2, 2, 3, 3), "0.leave.bias": (2,),
        "1.enter.weight": (1, 2, 3, 3), "1.enter.bias": (1,),
        "1.leave.weight": (1, 1, 3, 3), "1.leave.bias": (1,),
        "1.shortcut.weight": (1, 2, 1, 1),
        "2.enter.weight": (1, 1, 3, 3), "2.enter.bias": (1,),
        "2.leave.weight": (1, 1, 3, 3), "2.leave.bias": (1,),
        "image.weight": (2, 1, 3, 3), "image.bias": (2,),
        "last.weight": (DIMS, 128), "last.bias": (DIMS,),
    }  # fmt: skip
    # Numbers of single precision, which is what files hold.
    weights = {
        name: rng.standard_normal(shape).astype(np.float32).astype(float) / 4
        for name, shape in shapes.items()
    }
    network = GanNetwork(weights)
    made = network(rng.standard_normal((500, LATENT)))
    deviation = 1 / made.std(axis=0)
    return GanVoices(
        "toy",
        network,
        -made.mean(axis=0) * deviation,
        deviation,
        {g: np.eye(DIMS)[1] for g in ("unknown", "f", "m")},
        GenderLine(np.eye(DIMS)[0]),
        np.full(POINTS, 2.0),
        drawing,
        {"steps": 0},
    )
