"""An evaluation from beginning to end: the ladder, what is left, checks, and the record of it."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voxnym.errors import InputError
from voxnym.evaluation import checks, shown
from voxnym.evaluation.cache import Cache
from voxnym.evaluation.distinct_voices import DistinctVoices, distinct_voices
from voxnym.evaluation.embedders import load_embedder
from voxnym.evaluation.ladder import Records, Tried, climb, judged
from voxnym.evaluation.plan import Material, Plan
from voxnym.evaluation.results import Attribute, Check, Evaluation, Use
from voxnym.evaluation.rungs import can_train_from_scratch, rungs
from voxnym.evaluation.scene import Scene, Watch
from voxnym.evaluation.subjects import PresetSubject, Subject
from voxnym.evaluation.uses import attributes, uses
from voxnym.evaluation.utility.cost import cost
from voxnym.evaluation.yardstick import yardstick
from voxnym.protocols import Embedder

AUDIO, RECORDS = "audio", "attacks"


def privacy_of(plan: Plan, subject: Subject, watch: Watch) -> Evaluation:
    """The ladder of attackers and the checks that belong to it.

    Raises:
        InputError: speech or protocol that does not fit.
        MissingExtraError: a network or a library of an attacker is not installed.
    """
    with plan.place() as work:
        return _privacy(plan, subject, work, watch)[0]


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluation with all scores behind it, for comparisons.

    Args:
        evaluation: the figures.
        tried: the attackers with their score matrices.
        scene: what they attacked.
    """

    evaluation: Evaluation
    tried: tuple[Tried, ...]
    scene: Scene


def evaluated(plan: Plan, subject: Subject, watch: Watch) -> Evaluated:
    """Everything: the ladder, utility, attributes, cost, pictures, samples.

    Raises:
        InputError: speech or protocol that does not fit.
        MissingExtraError: a network or a library of an attacker is not installed.
    """
    with plan.place() as work:
        evaluation, tried, scene = _privacy(plan, subject, work, watch)
        return Evaluated(_with_use(plan, evaluation, scene), tried, scene)


def _with_use(plan: Plan, evaluation: Evaluation, scene: Scene) -> Evaluation:
    found = [*uses(scene, plan.material), *attributes(scene, plan.material)]
    network = load_embedder("dvector")
    made = shown.hashes(scene, secrets.token_bytes(32))
    parts, unmeasured = _parts(scene)
    apart, indistinct = _distinct(scene, network)
    return replace(
        evaluation,
        uses=tuple(each for each in found if isinstance(each, Use)),
        attributes=tuple(each for each in found if isinstance(each, Attribute)),
        checks=(
            *evaluation.checks,
            *(each for each in found if isinstance(each, Check)),
            *unmeasured,
            *indistinct,
        ),
        parts=parts,
        cost=cost(scene),
        similarity=apart.matrices,
        distinctiveness=apart.figures,
        cloud=shown.cloud(scene, network),
        samples=tuple(shown.samples(scene, with_originals=plan.include_originals)),
        inputs=made.inputs,
        outputs=made.outputs,
    )


def _distinct(scene: Scene, network: Embedder) -> tuple[DistinctVoices, tuple[Check, ...]]:
    try:
        return distinct_voices(scene, network), ()
    except InputError as error:
        return DistinctVoices({}, {}), (Check("distinct voices", None, str(error), "measured"),)


def _privacy(
    plan: Plan, subject: Subject, work: Path, watch: Watch
) -> tuple[Evaluation, tuple[Tried, ...], Scene]:
    plan = plan.without_untold(subject)
    scene = plan.scene(subject, Cache(work / AUDIO), watch)
    records = Records(work / RECORDS)
    tried = tuple(_climbed(plan, scene, records))
    attacks = tuple(each.attack for each in tried)
    found = [*_checks(scene, tried, watch)]
    if plan.effort != "quick":
        found.append(checks.copy_synthesis(scene, load_embedder("dvector")))
    if plan.effort == "full" and not can_train_from_scratch():
        lacking = 'not tried: it needs pip install "voxnym[train]"'
        found.append(Check("attacker from scratch", None, lacking, "tried"))
    evaluation = Evaluation(
        system=subject.name,
        about=_about(subject),
        method=tuple(_method(plan, subject, plan.material)),
        attacks=attacks,
        checks=tuple(found),
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    return evaluation, tried, scene


def _climbed(plan: Plan, scene: Scene, records: Records) -> Iterator[Tried]:
    for rule in plan.rules:
        ruled = scene.under(rule)
        yield from judged(tuple(climb(ruled, rungs(ruled, plan.effort, plan.networks), records)))


def _checks(scene: Scene, tried: Sequence[Tried], watch: Watch) -> Iterator[Check]:
    attacks = tuple(each.attack for each in tried)
    network = load_embedder("dvector")
    watch("sanity checks", 0, 1)
    yield checks.overlap(scene)
    yield from checks.on_originals(attacks)
    yield checks.identity(scene, network)
    yield from checks.repeatable(scene)
    yield checks.same_process(scene, network)
    reached = yardstick(scene, [each for each in tried if each.attack.rule == scene.rule])
    if reached is not None:
        yield reached
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
    for each in material.protocol.published:
        rates = ", ".join(f"{part} {rate:.1f} %" for part, rate in each.eer.items())
        yield f"published: {each.system}", f"EER {rates}, against {each.attacker}"
    if material.protocol.published_note:
        yield "on published figures", material.protocol.published_note
    yield "effort", plan.effort
    yield "seed", str(plan.seed)
    yield "intervals", "95 %, percentile bootstrap over people on both sides, 1000 resamples"


def parts_of(plan: Plan, subject: Subject, watch: Watch) -> tuple[tuple[str, float, float], ...]:
    """Leakage by part alone: nothing is synthesized, so it takes seconds to minutes.

    Raises:
        InputError: the system has no parts that we know.
    """
    with plan.place() as work:
        parts, unmeasured = _parts(plan.scene(subject, Cache(work / AUDIO), watch))
    if unmeasured:
        raise InputError(unmeasured[0].found)
    return parts


def _parts(scene: Scene) -> tuple[tuple[tuple[str, float, float], ...], tuple[Check, ...]]:
    """(part, EER % on originals, EER % after the stages), each the better of two attackers."""
    from voxnym.evaluation.attackers.parts import PartLeak, leakage_by_part

    if not isinstance(scene.subject, PresetSubject):
        text = f"{scene.subject.name}: its parts are not known; expected a preset of ours"
        return (), (Check("leakage by part", None, text, "measured"),)
    preset = scene.subject.preset
    codec = preset.build("codecs", preset.codec)
    stages = tuple(preset.build("stages", stage) for stage in preset.stages)

    def best(leak: PartLeak) -> float:
        return leak.raw if leak.trained is None else min(leak.raw, leak.trained)

    before = {leak.part: best(leak) for leak in leakage_by_part(codec, None, scene)}
    after = {leak.part: best(leak) for leak in leakage_by_part(codec, stages, scene)}
    rows = ((part, before[part], after[part]) for part in before if part in after)
    return tuple(sorted(rows, key=lambda row: row[2])), ()
