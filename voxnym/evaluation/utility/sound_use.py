"""How good it sounds, and how much of the melody is left."""

from __future__ import annotations

import numpy as np

from voxnym.errors import MissingExtraError
from voxnym.evaluation.metrics.pitch_correlation import Reading
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
    """Correlation of ln F0 before and after over frames voiced in both; the challenge's beside."""
    found: dict[Reading, list[float]] = {"voiced": [], "vpc2022": []}
    pairs = zip(scene.raw(ids, TRIAL), scene.raw(ids, ORIGINAL), strict=True)
    for made, original in pairs:
        for reading, values in found.items():
            values.append(melody_kept(original, made, reading=reading).value)
    people = [scene.utterances[id].speaker or "" for id in ids]
    voiced, published = (_mean(scene, values, people) for values in found.values())
    if voiced is None:
        return None
    return Use(
        "melody",
        "correlation of ln F0",
        "frames voiced in both",
        voiced,
        None,
        "high",
        {"as VoicePrivacy 2022 computes it, unvoiced frames included": published}
        if published
        else {},
        "Kept melody serves listeners and gives people away.",
    )


def _mean(scene: Scene, values: list[float], people: list[str]) -> Figure | None:
    """Over utterances where there is a value; None where there is nowhere one."""
    known = np.isfinite(values)
    if not known.any():
        return None
    kept = np.asarray(values)[known]
    whose = [person for person, is_known in zip(people, known, strict=True) if is_known]
    rng = scene.generator("melody")
    return ratio_figure(kept, np.ones(kept.size), whose, rng, scale=1.0, unit="")
