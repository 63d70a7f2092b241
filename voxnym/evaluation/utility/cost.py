"""What a system costs: processor time and memory, measured in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.evaluation.results import Figure
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import TRIAL, key_of, who_of
from voxnym.evaluation.utility.speed import peak_memory, processor_time


@dataclass(frozen=True)
class Spent:
    """What some utterances cost.

    Args:
        cpu_s: processor seconds of the process and its children.
        audio_s: length of the audio.
        memory_mb: largest resident size, megabytes.
    """

    cpu_s: float
    audio_s: float
    memory_mb: float


def cost(scene: Scene, most: int = 12) -> dict[str, Figure]:
    """CPU seconds per audio second and memory, on some trial utterances, nothing cached.

    Args:
        scene: whose system is measured.
        most: utterances.
    """
    if not scene.subject.is_fresh:
        return {}
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    ids = scene.trials.utterances[:most]
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        spent = pool.submit(_spend, _without_watch(scene), ids).result()
    return {
        "CPU seconds per audio second": Figure(
            spent.cpu_s / spent.audio_s, unit="", basis=f"{spent.audio_s:.0f} s of audio"
        ),
        "largest memory, MB": Figure(spent.memory_mb, unit="MB"),
    }


def _without_watch(scene: Scene) -> Scene:
    from dataclasses import replace

    from voxnym.evaluation.scene import silent

    return replace(scene, watch=silent)


def _spend(scene: Scene, ids: tuple[str, ...]) -> Spent:
    key = key_of(scene.seed, TRIAL, scene.rule)
    audio_s, started = 0.0, None
    for number, id in enumerate((ids[0], *ids)):
        audio = scene.clips[id].read()
        utterance = scene.utterances[id]
        scene.subject(audio, utterance, who_of(utterance, scene.rule), key)
        if number == 0:
            # The first one loads libraries and is not counted.
            started = processor_time()
        else:
            audio_s += audio.duration
    assert started is not None
    return Spent(processor_time() - started, audio_s, peak_memory() / 1e6)
