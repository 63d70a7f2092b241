"""An evaluation from beginning to end: the ladder, what is left, checks, and the record of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from voxnym.evaluation import checks
from voxnym.evaluation.cache import Cache
from voxnym.evaluation.embedders import load_embedder
from voxnym.evaluation.ladder import Records, Tried, climb, judged
from voxnym.evaluation.plan import Material, Plan
from voxnym.evaluation.results import Attack, Check, Evaluation
from voxnym.evaluation.rungs import rungs
from voxnym.evaluation.scene import Scene, Watch
from voxnym.evaluation.subjects import PresetSubject, Subject

AUDIO, RECORDS = "audio", "attacks"


def privacy_of(plan: Plan, subject: Subject, watch: Watch) -> Evaluation:
    """The ladder of attackers and the checks that belong to it.

    Raises:
        InputError: speech or protocol that does not fit.
        MissingExtraError: a network or a library of an attacker is not installed.
    """
    with plan.place() as work:
        return _privacy(plan, subject, work, watch)[0]


def _privacy(
    plan: Plan, subject: Subject, work: Path, watch: Watch
) -> tuple[Evaluation, tuple[Tried, ...], Scene]:
    plan = plan.without_untold(subject)
    scene = plan.scene(subject, Cache(work / AUDIO), watch)
    records = Records(work / RECORDS)
    tried = tuple(_climbed(plan, scene, records))
    attacks = tuple(each.attack for each in tried)
    found = tuple(_checks(scene, tried, watch))
    evaluation = Evaluation(
        system=subject.name,
        about=_about(subject),
        method=tuple(_method(plan, subject, plan.material)),
        attacks=attacks,
        checks=found,
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    return evaluation, tried, scene


def _climbed(plan: Plan, scene: Scene, records: Records) -> Iterator[Tried]:
    for rule in plan.rules:
        ruled = scene.under(rule)
        yield from judged(tuple(climb(ruled, rungs(ruled, plan.effort), records)))


def _checks(scene: Scene, tried: Sequence[Tried], watch: Watch) -> Iterator[Check]:
    attacks = tuple(each.attack for each in tried)
    network = load_embedder("dvector")
    watch("sanity checks", 0, 1)
    yield checks.overlap(scene)
    yield from checks.on_originals(attacks)
    yield checks.identity(scene, network)
    yield from checks.repeatable(scene)
    yield checks.same_process(scene, network)
    yield from _by_attack(scene, tried)
    yield from checks.cues(attacks)
    watch("sanity checks", 1, 1)


def _by_attack(scene: Scene, tried: Sequence[Tried]) -> Iterator[Check]:
    attacks = tuple(each.attack for each in tried)
    best = Evaluation("", "", (), attacks).headline
    for each in tried:
        if each.attack is best:
            yield checks.permuted(each.attack, each.scores, scene)
            yield checks.gender_cue(each.attack, checks.gender_only(scene))
        for check in (checks.training(each.attack), checks.learning_curve(each.attack)):
            if check is not None:
                yield check


def _about(subject: Subject) -> str:
    if isinstance(subject, PresetSubject):
        card = subject.preset.card
        return f"{card.summary} It hides {card.hides}."
    return ""


def _method(plan: Plan, subject: Subject, material: Material) -> Iterator[tuple[str, str]]:
    from voxnym import __version__

    trials = material.trials
    yield "VoxNym", __version__
    yield "system", f"{subject.name} ({subject.id[:16]})"
    if isinstance(subject, PresetSubject):
        preset = subject.preset
        yield "codec and stages", ", ".join((preset.codec, *preset.stages))
        yield "surroundings, level", f"{preset.surroundings}, {preset.level}"
        for part, values in preset.parameters.items():
            told = ", ".join(f"{key} {value}" for key, value in values.items())
            yield f"parameters of {part}", told
    yield "protocol", f"{material.protocol.name}: {material.protocol.about}"
    yield "trial list", f"{trials.name} {trials.digest}"
    people = f"{len(trials.speakers)} enrolled, {len(set(trials.utterance_speaker))} heard"
    yield "people in the trials", people
    learners = {material.collection.utterances[id].speaker for id in material.training}
    yield (
        "people that attackers learn from",
        f"{len(learners)} ({len(material.training)} utterances)",
    )
    yield "network of untrained attackers", load_embedder("dvector").id
    yield "effort", plan.effort
    yield "seed", str(plan.seed)
    yield "intervals", "95 %, percentile bootstrap over people on both sides, 1000 resamples"


def with_attacks(evaluation: Evaluation, attacks: Sequence[Attack]) -> Evaluation:
    """The same with more attacks."""
    return replace(evaluation, attacks=(*evaluation.attacks, *attacks))
