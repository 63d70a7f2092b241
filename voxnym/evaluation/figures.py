"""From an attacker's scores to its figures: every one with an interval, none without a basis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation import metrics
from voxnym.evaluation.attackers.attack import Attacker, Verdict
from voxnym.evaluation.rank_figures import rank_figures
from voxnym.evaluation.results import Attack, Figure, Growth
from voxnym.evaluation.scene import Scene

if TYPE_CHECKING:
    from voxnym.corpora.trials import Trials

Floats = NDArray[np.float64]

SIZES: Final = (1, 3, 10, 30)
"""Utterances of a person put together."""
AMONG: Final = 20
"""People to choose from, as in the published legal figures; fewer where there are fewer."""
DECISIVE_TARGETS: Final = 100
"""Target trials across sessions from which they decide, and not all trials together."""
_DEALS: Final = 20
_BINS: Final = 60
_CORNERS: Final = 200
_LEAST_TARGETS: Final = 10


def attack_from(attacker: Attacker, scene: Scene, verdict: Verdict, seconds: float) -> Attack:
    """All figures of one attacker."""
    trials, scores = scene.trials, verdict.scores
    chosen = scores[trials.claim, trials.heard]
    target, other = chosen[trials.target], chosen[~trials.target]
    rate = rate_of(trials, scores, scene)
    people = metrics.per_speaker_eer(
        target, other, trials.claim[trials.target], trials.claim[~trials.target]
    )
    tradeoff = metrics.det_points(target, other)
    corners = np.linspace(0, tradeoff.alarm.size - 1, min(_CORNERS, tradeoff.alarm.size)).astype(
        int
    )
    densities = _densities(target, other)
    enrolled, own = _known(trials)
    ranked = rank_figures(scene, trials, scores[:, enrolled], own)
    return Attack(
        attacker=attacker.name,
        hears=attacker.hears,
        knowledge=attacker.knowledge,
        rule=scene.rule,
        trials=f"{trials.name}, {trials.digest[:8]}",
        eer=rate,
        cross_session=_cross_session(trials, scores, scene),
        across_decides=_across(trials) >= DECISIVE_TARGETS,
        mixed=_mixed(trials, scores, scene),
        by_gender=dict(_by_gender(trials, scores, scene)),
        inverted=bool(rate.low is not None and rate.low > 50),
        worst=100 * people.worst,
        figures=dict(_figures(target, other)) | dict(ranked),
        category=metrics.zebra(target, other).category,
        growth=tuple(_growth(trials, scores, scene)),
        det=tuple(
            (float(a), float(m))
            for a, m in zip(tradeoff.alarm[corners], tradeoff.miss[corners], strict=True)
        ),
        target_density=densities[0],
        nontarget_density=densities[1],
        training=verdict.training,
        notes=verdict.notes,
        seconds=seconds,
    )


def heard_people(trials: Trials) -> NDArray[np.intp]:
    """(utterances,) number of the person who speaks: enrolled ones first, then the others."""
    place = {name: number for number, name in enumerate(trials.speakers)}
    for name in trials.utterance_speaker:
        place.setdefault(name, len(place))
    return np.array([place[name] for name in trials.utterance_speaker], np.intp)


def replicates_of(trials: Trials, scores: Floats, scene: Scene) -> Floats:
    """Equal error rate of every resample of people, %; the same resamples for every attacker."""
    speaking = heard_people(trials)
    people = int(max(speaking.max(), len(trials.speakers) - 1)) + 1
    counts = metrics.resamples(people, scene.generator("resamples"))
    return 100 * metrics.eer_replicates(
        scores[trials.claim, trials.heard],
        trials.target,
        trials.claim,
        speaking[trials.heard],
        counts,
    )


def rate_of(trials: Trials, scores: Floats, scene: Scene) -> Figure:
    """Equal error rate of a list of trials, %, with its joint speaker bootstrap."""
    chosen = scores[trials.claim, trials.heard]
    value = 100 * metrics.eer(chosen[trials.target], chosen[~trials.target]).value
    found = metrics.interval(value, replicates_of(trials, scores, scene))
    claimed = {trials.speakers[c] for c in trials.claim[trials.target]}
    genders = [trials.genders.get(name, "unknown") for name in claimed]
    few = metrics.indicative(
        {gender: genders.count(gender) for gender in ("f", "m")},
        trials.targets,
    )
    basis = f"{len(claimed)} speakers, {trials.targets} target and {trials.nontargets} other trials"
    return Figure(value, found.low, found.high, "%", basis, few)


def _cross_session(trials: Trials, scores: Floats, scene: Scene) -> Figure | None:
    if _across(trials) < _LEAST_TARGETS:
        return None
    return rate_of(
        trials.only(trials.cross_session, f"{trials.name}, across sessions"), scores, scene
    )


def _across(trials: Trials) -> int:
    """Number of target trials across sessions."""
    return int((trials.cross_session & trials.target).sum())


def _mixed(trials: Trials, scores: Floats, scene: Scene) -> Figure | None:
    known = {trials.genders.get(name, "unknown") for name in trials.speakers}
    return rate_of(trials.mixed(), scores, scene) if len(known) > 1 else None


def _by_gender(trials: Trials, scores: Floats, scene: Scene) -> Iterator[tuple[str, Figure]]:
    claimed = np.array([trials.genders.get(name, "unknown") for name in trials.speakers])
    for gender in ("f", "m"):
        mine = claimed[trials.claim] == gender
        if (mine & trials.target).sum() >= _LEAST_TARGETS and (mine & ~trials.target).any():
            yield gender, rate_of(trials.only(mine, f"{trials.name}, {gender}"), scores, scene)


def _figures(target: Floats, other: Floats) -> Iterator[tuple[str, Figure]]:
    folded = metrics.folded_eer(target, other)
    if folded.is_folded:
        yield "folded_eer", Figure(100 * folded.value, basis="the score turned round")
    yield "rocch_eer", Figure(100 * metrics.rocch_eer(target, other).value)
    yield "min_cllr", Figure(metrics.min_cllr(target, other).value, unit="bits")
    for name, rate in (("tpr_at_1", 0.01), ("tpr_at_0.1", 0.001)):
        found = metrics.tpr_at_fpr(target, other, rate)
        if found.is_resolved:
            yield name, Figure(100 * found.value, basis=f"{100 * found.alarm:.2f} % false alarms")
    yield "linkability", Figure(metrics.linkability(target, other).value, unit="")
    private = metrics.zebra(target, other)
    yield "zebra_population", Figure(private.value, unit="bits")
    yield "zebra_worst", Figure(private.worst, unit="")


def _known(trials: Trials) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Trial utterances whose speaker is enrolled, and who that is."""
    speaking = heard_people(trials)
    enrolled = speaking < len(trials.speakers)
    return enrolled, speaking[enrolled]


def _growth(trials: Trials, scores: Floats, scene: Scene) -> Iterator[Growth]:
    """Mean over many deals; people without enough utterances are only there to be confused with."""
    enrolled, own = _known(trials)
    among = min(AMONG, len(trials.speakers))
    if among < 2:
        return
    rng = scene.generator("growth")
    for size in SIZES:
        rates, linked, people = [], [], 0
        singled: list[float] = []
        for _ in range(_DEALS):
            matrix, owner = metrics.grown(scores[:, enrolled], own, size, rng)
            people = np.unique(owner).size
            if people < 2:
                break
            mine = np.zeros(matrix.shape, np.bool_)
            mine[owner, np.arange(owner.size)] = True
            rates.append(100 * metrics.eer(matrix[mine], matrix[~mine]).value)
            linked.append(metrics.linking(matrix, owner, among).value)
            alone = _singled(matrix, owner, among, rng)
            singled += [] if alone is None else [alone]
        if rates:
            yield Growth(
                size,
                float(np.mean(rates)),
                float(np.mean(linked)),
                float(np.mean(singled)) if singled else None,
                among,
                people,
            )


def _singled(
    matrix: Floats, owner: NDArray[np.intp], among: int, rng: np.random.Generator
) -> float | None:
    """Singling out on these groups; None where too few people have the two groups it takes."""
    try:
        return float(metrics.singled_out(matrix, owner, among, rng, draws=1).value)
    except InputError:
        return None


def _densities(
    target: Floats, other: Floats
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]:
    both = np.concatenate([target, other])
    finite = both[np.isfinite(both)]
    if not finite.size or finite.min() == finite.max():
        return (), ()
    edges = np.linspace(finite.min(), finite.max(), _BINS + 1)
    centres = (edges[1:] + edges[:-1]) / 2

    def points(scores: Floats) -> tuple[tuple[float, float], ...]:
        heights = np.histogram(scores, edges)[0] / max(scores.size, 1)
        return tuple((float(x), float(y)) for x, y in zip(centres, heights, strict=True))

    return points(target), points(other)
