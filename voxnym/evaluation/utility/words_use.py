"""How well the words are understood, before and after."""

from __future__ import annotations

from collections import defaultdict

from voxnym.evaluation import metrics
from voxnym.evaluation.results import Figure, Use
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL, Take
from voxnym.evaluation.utility.recognition import Recogniser, plain_words
from voxnym.evaluation.utility.resampled import ratio_figure
from voxnym.evaluation.working import in_order
from voxnym.records import Audio

CLOSED = (
    "A closed vocabulary makes fewer errors than open speech would: the difference from the "
    "original is the figure."
)


def spoken_sample(scene: Scene, of_each: int) -> tuple[str, ...]:
    """The first utterances with a transcript of everybody in the trials."""
    taken: dict[str, int] = defaultdict(int)
    chosen = []
    for id, person in zip(scene.trials.utterances, scene.trials.utterance_speaker, strict=True):
        if scene.utterances[id].text and taken[person] < of_each:
            taken[person] += 1
            chosen.append(id)
    return tuple(chosen)


def word_use(scene: Scene, recogniser: Recogniser, of_each: int) -> Use | None:
    """Word error rate of anonymized and original speech.

    Args:
        scene: whose trial utterances are recognised.
        recogniser: never trained on the system's output.
        of_each: utterances of each person.

    Returns:
        None where no utterance has a transcript.
    """
    ids = spoken_sample(scene, of_each)
    if not ids:
        return None
    said = [plain_words(scene.utterances[id].text or "") for id in ids]
    people = [scene.utterances[id].speaker or "" for id in ids]
    found = {}
    for take in (TRIAL, ORIGINAL):
        heard = _heard(scene, recogniser, ids, take)
        found[take] = metrics.word_errors(said, heard)
    after, before = (
        ratio_figure(found[take].errors, found[take].words, people, scene.generator("words"))
        for take in (TRIAL, ORIGINAL)
    )
    errors = found[TRIAL]
    parts = {
        "substitutions": Figure(100 * errors.substitutions),
        "deletions": Figure(100 * errors.deletions),
        "insertions": Figure(100 * errors.insertions),
    }
    return Use("words", "WER", recogniser.id, after, before, "low", parts, _note(recogniser))


def _note(recogniser: Recogniser) -> str:
    return CLOSED if "closed" in recogniser.id else ""


def _heard(scene: Scene, recogniser: Recogniser, ids: tuple[str, ...], take: Take) -> list[str]:
    heard = []
    audio: list[Audio] = list(scene.heard(ids, take))
    for number, text in enumerate(in_order(recogniser, audio, scene.processes)):
        heard.append(plain_words(text))
        scene.watch("recognising words", number + 1, len(ids))
    return heard
