"""How good it sounds, and how much of the melody is left."""

from __future__ import annotations

import numpy as np

from voxnym.errors import MissingExtraError
from voxnym.evaluation.results import Figure, Use
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL
from voxnym.evaluation.utility.prosody import melody_kept
from voxnym.evaluation.utility.resampled import ratio_figure
from voxnym.records import Audio

INSTALL = 'DNSMOS needs its package: pip install "voxnym[quality]"'
PEAK = 0.99
OPINIONS = ("overall", "speech", "background")


def dnsmos(audio: Audio) -> np.ndarray:
    """Estimated opinion of listeners, 1 to 5: overall, speech, background.

    Args:
        audio: one channel at 16 kHz.

    Raises:
        MissingExtraError: the package is not installed.

    Source: Reddy et al., DNSMOS P.835, ICASSP 2022.
    """
    try:
        from speechmos import dnsmos as model
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    samples = audio.samples[0]
    # The model refuses samples beyond full scale; turned down they stay undistorted.
    samples = samples * min(1.0, PEAK / max(float(np.abs(samples).max()), 1e-9))
    found = model.run(samples, sr=audio.rate)
    return np.array([found["ovrl_mos"], found["sig_mos"], found["bak_mos"]], np.float64)


def quality_use(scene: Scene, ids: tuple[str, ...]) -> Use:
    """DNSMOS of anonymized and original speech."""
    people = [scene.utterances[id].speaker or "" for id in ids]
    ones = np.ones(len(ids))
    found = {take: scene.table("DNSMOS", dnsmos, ids, take) for take in (TRIAL, ORIGINAL)}

    def figure(opinions: np.ndarray) -> Figure:
        rng = scene.generator("quality")
        return ratio_figure(opinions, ones, people, rng, scale=1.0, unit="MOS")

    parts = {name: figure(found[TRIAL][:, i]) for i, name in enumerate(OPINIONS) if i}
    return Use(
        "quality",
        "DNSMOS P.835",
        "speechmos, overall",
        figure(found[TRIAL][:, 0]),
        figure(found[ORIGINAL][:, 0]),
        "high",
        parts,
        "A network's guess of what listeners would say; it was never trained on such speech.",
    )


def melody_use(scene: Scene, ids: tuple[str, ...]) -> Use | None:
    """Correlation of ln F0 before and after, over frames voiced in both."""
    values, people = [], []
    pairs = zip(scene.raw(ids, TRIAL), scene.raw(ids, ORIGINAL), strict=True)
    for id, (made, original) in zip(ids, pairs, strict=True):
        found = melody_kept(original, made)
        if np.isfinite(found.value):
            values.append(found.value)
            people.append(scene.utterances[id].speaker or "")
    if not values:
        return None
    rng = scene.generator("melody")
    figure = ratio_figure(values, np.ones(len(values)), people, rng, scale=1.0, unit="")
    return Use(
        "melody",
        "correlation of ln F0",
        "frames voiced in both",
        figure,
        None,
        "high",
        note="Kept melody serves listeners and gives people away.",
    )
