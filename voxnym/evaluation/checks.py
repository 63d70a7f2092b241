"""Sanity checks without which no figure counts; every one is printed, passed or not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Hears
from voxnym.evaluation.clips import digest_of
from voxnym.evaluation.results import Attack, Check, Figure
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.subjects import PresetSubject, Untouched
from voxnym.evaluation.takes import ENROL, ORIGINAL, TRIAL
from voxnym.protocols import Embedder
from voxnym.records import Audio

Floats = NDArray[np.float64]

CHANCE: Final = 50.0
FIT_PERCENT: Final = 12.0
"""An attacker that errs more often than this on originals is not fit for any claim."""
FLAT_POINTS: Final = 2.0
"""A learning curve that still falls by more, in EER points, has not reached its floor."""
COPY_POINTS: Final = 5.0
"""EER points that a codec alone may cost an untrained attacker."""
_SHUFFLES: Final = 400
_ALPHA: Final = 0.01
_TRIED: Final = 3
_CUES: Final[tuple[Hears, ...]] = ("surroundings", "durations")


def on_originals(attacks: tuple[Attack, ...]) -> Iterator[Check]:
    """The attackers on originals: none that fails there can say anything about privacy."""
    for attack in attacks:
        if attack.knowledge == "unprotected" and attack.hears == "voice":
            yield Check(
                f"{attack.attacker} on originals",
                attack.eer.value <= FIT_PERCENT,
                f"EER {_shown(attack.eer)}",
                f"at most {FIT_PERCENT:.0f} %, else corpus or attacker is unfit",
            )


def identity(scene: Scene, embedder: Embedder) -> Check:
    """A system that does nothing must come out exactly as the originals do."""
    idle = scene.of(Untouched())
    some = scene.trials.utterances[: 4 * _TRIED]
    before = scene.table(embedder.id, embedder, some, ORIGINAL)
    after = idle.table(embedder.id, embedder, some, TRIAL)
    gap = float(np.abs(before - after).max())
    return Check(
        "a system that does nothing",
        gap < 1e-5,
        f"embeddings of {len(some)} utterances differ by at most {gap:.1e}",
        "no difference: nothing but the system changes the audio",
    )


def copy_synthesis(scene: Scene, embedder: Embedder) -> Check:
    """What taking apart and putting together alone does: damage that an attacker can undo."""
    from voxnym.evaluation.attackers.pretrained import LazyInformed, Unprotected
    from voxnym.evaluation.figures import rate_of

    name = "codec without stages"
    expected = f"at most {COPY_POINTS:.0f} points above originals; more is damage, no privacy"
    if not isinstance(scene.subject, PresetSubject):
        return Check(name, None, f"{scene.subject.name}: its parts are not known", expected)
    copy = scene.of(PresetSubject(scene.subject.preset, is_copy=True))
    rates = [
        rate_of(scene.trials, attacker(place).scores, scene)
        for attacker, place in ((LazyInformed(embedder), copy), (Unprotected(embedder), scene))
    ]
    return Check(
        name,
        rates[0].value - rates[1].value <= COPY_POINTS,
        f"EER {_shown(rates[0])}, originals {_shown(rates[1])} ({embedder.id}, untrained)",
        expected,
    )


def repeatable(scene: Scene) -> tuple[Check, Check]:
    """Equal keys give equal results in any order; other keys and other people other results."""
    ids = scene.trials.utterances[:_TRIED]
    first = [digest_of(audio) for audio in _uncached(scene, ids)]
    again = [digest_of(audio) for audio in _uncached(scene, ids[::-1])][::-1]
    same = first == again
    order = Check(
        "same result in any order",
        same,
        f"{sum(a == b for a, b in zip(first, again, strict=True))} of {len(ids)} equal",
        "all: nothing depends on neighbours in a batch",
    )
    if not scene.subject.is_fresh:
        note = "one result for each utterance is given; nothing can be drawn anew"
        return order, Check("another key gives another voice", None, note, "another result")
    other = [digest_of(audio) for audio in scene.raw(ids, ENROL)]
    trial = [digest_of(audio) for audio in scene.raw(ids, TRIAL)]
    different = sum(a != b for a, b in zip(other, trial, strict=True))
    expected = 0 if scene.rule == "one" else len(ids)
    sides = Check(
        "another key gives another voice",
        different == expected,
        f"{different} of {len(ids)} utterances differ between the two sides",
        f"{expected}: enrolment and trial share no random choice"
        if expected
        else "0: the rule is one voice for all",
    )
    return order, sides


def _uncached(scene: Scene, ids: tuple[str, ...]) -> Iterator[Audio]:
    from voxnym.evaluation.takes import key_of, who_of

    key = key_of(scene.seed, TRIAL, scene.rule)
    for id in ids:
        utterance = scene.utterances[id]
        yield scene.subject(scene.clips[id].read(), utterance, who_of(utterance, scene.rule), key)


def same_process(scene: Scene, embedder: Embedder) -> Check:
    """Enrolment and trial sides come from the same process: pool both, split anew, compare.

    The same utterances are taken from both sides; the difference of the two sides' means is
    compared with that of random splits of each pair.
    """
    name = "both sides come from the same process"
    expected = f"p at least {_ALPHA}: random splits differ as much"
    if not scene.subject.is_fresh:
        return Check(name, None, "one result for each utterance is given", expected)
    ids = scene.trials.utterances
    gaps = scene.table(embedder.id, embedder, ids, ENROL) - scene.table(
        embedder.id, embedder, ids, TRIAL
    )
    if not gaps.any():
        return Check(name, True, "both sides are equal (one voice for all)", expected)
    rng = scene.generator("check/same process")
    signs = rng.choice([-1.0, 1.0], size=(_SHUFFLES, len(ids)))
    null = np.linalg.norm(signs @ gaps, axis=1)
    found = float(np.linalg.norm(gaps.sum(axis=0)))
    p = float((1 + (null >= found).sum()) / (1 + _SHUFFLES))
    return Check(name, p >= _ALPHA, f"p = {p:.3f} over {len(ids)} utterances", expected)


def permuted(attack: Attack, scores: Floats, scene: Scene) -> Check:
    """With labels dealt out anew, nothing may be left: 50 %."""
    from voxnym.evaluation.metrics import eer

    rng = scene.generator(f"check/permuted/{attack.attacker}")
    trials = scene.trials
    rates = []
    for _ in range(_SHUFFLES // 4):
        target = rng.permutation(trials.target)
        chosen = scores[trials.claim, trials.heard]
        rates.append(100 * eer(chosen[target], chosen[~target]).value)
    low, high = np.percentile(rates, [2.5, 97.5])
    return Check(
        f"permuted labels, {attack.attacker}",
        bool(low <= CHANCE <= high),
        f"EER {np.mean(rates):.1f} % ({low:.1f}-{high:.1f})",
        "50 % within the interval",
    )


def training(attack: Attack) -> Check | None:
    """A trained attacker must know the people it was trained on in speech held out."""
    made = attack.training
    if made is None:
        return None
    return Check(
        f"training of {attack.attacker}",
        made.validation_accuracy > 5 * made.chance,
        f"{100 * made.train_accuracy:.0f} % right in training, "
        f"{100 * made.validation_accuracy:.0f} % on clips held out ({made.speakers} people, "
        f"{made.hours:.1f} h, {made.draws} draws, guessing {100 * made.chance:.1f} %)",
        "well above guessing, else training failed",
    )


def learning_curve(attack: Attack) -> Check | None:
    """A rate that still falls with more training speakers is only an upper bound on privacy."""
    if len(attack.curve) < 2:
        return None
    told = ", ".join(f"{100 * share:.0f} %: {rate:.1f} %" for share, rate in attack.curve)
    last = [before - after for (_, before), (_, after) in pairwise(attack.curve)][-1]
    return Check(
        f"learning curve of {attack.attacker}",
        last <= FLAT_POINTS,
        f"EER by share of training speakers: {told}",
        "flat at the end; while it falls, the figure is an upper bound on privacy",
    )


def cues(attacks: tuple[Attack, ...]) -> Iterator[Check]:
    """What is heard besides the voice should tell nobody apart."""
    for attack in attacks:
        if attack.hears in _CUES and attack.knowledge != "unprotected":
            rate = attack.eer
            before = f", originals {_shown(attack.original)}" if attack.original else ""
            yield Check(
                f"cue only: {attack.attacker}",
                _reaches(rate, CHANCE),
                f"EER {_shown(rate)}{before}",
                "50 % within the interval",
            )


def gender_only(scene: Scene) -> Figure:
    """Equal error rate on trials across genders of whoever knows the gender and nothing else."""
    from voxnym.evaluation.figures import rate_of

    trials = scene.trials.mixed()
    known = scene.trials.genders
    claimed = np.array([known.get(name, "unknown") for name in trials.speakers])
    speaking = np.array([known.get(name, "unknown") for name in trials.utterance_speaker])
    return rate_of(trials, (claimed[:, None] == speaking[None, :]).astype(np.float64), scene)


def gender_cue(headline: Attack, gender_only: Figure) -> Check:
    """On trials across genders, knowing the gender alone must not beat the attacker."""
    mixed = headline.mixed
    if mixed is None:
        return Check("gender alone", None, "no trials across genders", "worse than the attacker")
    return Check(
        "gender alone",
        gender_only.value >= mixed.value,
        f"EER {gender_only.value:.1f} %, {headline.attacker} {mixed.value:.1f} % (mixed trials)",
        "worse than the attacker",
    )


def overlap(scene: Scene) -> Check:
    """No recording stands on two sides, by its sound and not only by its name."""
    tried = {*scene.trials.enrolments, *scene.trials.utterances}
    sounds: dict[str, str] = {}
    twice = 0
    for id in (*sorted(tried), *scene.training):
        digest = digest_of(scene.clips[id].read())
        twice += sounds.setdefault(digest, id) != id
    if not tried:
        raise InputError("no trials")
    return Check(
        "no recording on two sides",
        twice == 0,
        f"{twice} of {len(sounds)} recordings are there twice",
        "none: trials and training share neither people nor audio",
    )


def _reaches(figure: Figure, value: float) -> bool:
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    return low <= value <= high


def _shown(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.1f} %"
    return f"{figure.value:.1f} % ({figure.low:.1f}-{figure.high:.1f})"
