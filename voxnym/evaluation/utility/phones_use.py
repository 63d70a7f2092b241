"""How well single sounds are understood, without any model of words."""

from __future__ import annotations

from voxnym.evaluation import metrics
from voxnym.evaluation.results import Use
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL
from voxnym.evaluation.utility.pocketsphinx_alignment import aligned_phones, phone_text
from voxnym.evaluation.utility.pocketsphinx_phones import recognise_phones
from voxnym.evaluation.utility.recognition import plain_words
from voxnym.evaluation.utility.resampled import ratio_figure
from voxnym.evaluation.working import in_order

NOTE = (
    "A phone loop errs on more than half of the phones of clean originals: only the difference "
    "counts. English."
)


def phone_use(scene: Scene, ids: tuple[str, ...]) -> Use:
    """Phone error rate against the phones of the transcript, aligned to the original.

    Args:
        scene: whose utterances are heard.
        ids: utterances with transcripts.
    """
    texts = [plain_words(scene.utterances[id].text or "") for id in ids]
    originals = list(scene.heard(ids, ORIGINAL))
    said = [phone_text(aligned_phones(a, t)) for a, t in zip(originals, texts, strict=True)]
    people = [scene.utterances[id].speaker or "" for id in ids]
    figures = []
    for take in (TRIAL, ORIGINAL):
        audio = originals if take == ORIGINAL else list(scene.heard(ids, take))
        heard = []
        for number, phones in enumerate(in_order(recognise_phones, audio, scene.processes)):
            heard.append(phone_text(phones))
            scene.watch("recognising phones", number + 1, len(ids))
        found = metrics.word_errors(said, heard)
        rng = scene.generator("phones")
        figures.append(ratio_figure(found.errors, found.words, people, rng))
    method = "pocketsphinx phone loop against forced alignment"
    return Use("phones", "PER", method, figures[0], figures[1], "low", note=NOTE)
