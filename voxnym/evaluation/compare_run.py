"""Several systems under one plan: each evaluated, then set side by side by paired resamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation import metrics
from voxnym.evaluation.compare import Comparison, Difference, compared
from voxnym.evaluation.evaluate import Evaluated, evaluated
from voxnym.evaluation.figures import replicates_of
from voxnym.evaluation.plan import Plan
from voxnym.evaluation.report.json_form import read_report
from voxnym.evaluation.report.page import write_report
from voxnym.evaluation.results import Figure
from voxnym.evaluation.scene import Watch
from voxnym.evaluation.subjects import PresetSubject
from voxnym.preset import read_preset


def comparison_of(plan: Plan, systems: Sequence[str], watch: Watch) -> Comparison:
    """Evaluate systems, or read reports made before, and compare them.

    Args:
        plan: the same for all; each system's own report goes to a folder of its name in `out`.
        systems: presets, .toml files, or report folders.
        watch: told about progress.

    Raises:
        InputError: fewer than two, or reports whose trial lists differ.
    """
    if len(systems) < 2:
        raise InputError(f"{len(systems)} system to compare; expected two or more")
    if all(_is_report(each) for each in systems):
        return compared([read_report(Path(each)) for each in systems])
    if any(_is_report(each) for each in systems):
        raise InputError(
            "systems and reports mixed: expected only systems (to be attacked now, on the same "
            "resamples) or only report folders"
        )
    found = []
    for name in systems:
        own = plan if plan.out is None else replace(plan, out=plan.out / Path(name).stem)
        subject = PresetSubject(read_preset(name))
        found.append(evaluated(own, subject, watch))
        if own.out is not None:
            write_report(found[-1].evaluation, own.out)
    return compared([each.evaluation for each in found], differences(found))


def _is_report(name: str) -> bool:
    path = Path(name)
    return path.suffix == ".json" or path.is_dir()


def differences(found: Sequence[Evaluated]) -> list[Difference]:
    """Every pair by the strongest attacker of each, on the same trials and resamples of people."""
    results = []
    for first, second in combinations(found, 2):
        (left, one), (right, other) = _strongest(first), _strongest(second)
        result = metrics.paired(left, right, one, other)
        results.append(
            Difference(
                first.evaluation.system,
                second.evaluation.system,
                "EER of the strongest attacker of each",
                Figure(result.value, result.low, result.high, "points"),
                result.excludes_zero,
            )
        )
    return results


def _strongest(found: Evaluated) -> tuple[float, NDArray[np.float64]]:
    """Rate and replicates of the headline attacker, on the trials that decide."""
    best, scene = found.evaluation.headline, found.scene
    if best is None:
        raise InputError(f"{found.evaluation.system}: no attacker that hears the voice counts")
    scores = next(
        each.scores
        for each in found.tried
        if (each.attack.attacker, each.attack.rule) == (best.attacker, best.rule)
    )
    trials = scene.trials
    if best.across_decides:
        trials = trials.only(trials.cross_session, f"{trials.name}, across sessions")
        assert best.cross_session is not None
        return best.cross_session.value, replicates_of(trials, scores, scene)
    return best.eer.value, replicates_of(trials, scores, scene)
