import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from toy_scene import toy_scene

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Verdict
from voxnym.evaluation.compare_run import comparison_of, differences
from voxnym.evaluation.evaluate import Evaluated
from voxnym.evaluation.ladder import Records, Rung, climb
from voxnym.evaluation.plan import Plan
from voxnym.evaluation.results import Evaluation
from voxnym.evaluation.scene import Scene, silent


@dataclass(frozen=True)
class Noisy:
    """Knows the truth, and spoils it."""

    noise: float
    name: str = "noisy"
    hears: str = "voice"
    knowledge: str = "lazy-informed"

    def __call__(self, scene: Scene) -> Verdict:
        trials = scene.trials
        own = np.array(trials.utterance_speaker)[None, :] == np.array(trials.speakers)[:, None]
        return Verdict(own + self.noise * np.random.default_rng(0).standard_normal(own.shape))


def found(folder: Path, system: str, noise: float) -> Evaluated:
    scene = toy_scene(folder)
    tried = tuple(climb(scene, [Rung(Noisy(noise))], Records(folder / system)))
    attacks = tuple(each.attack for each in tried)
    return Evaluated(Evaluation(system, "", (), attacks), tried, scene)


def test_pairs_share_their_resamples(tmp_path: Path) -> None:
    strong, weak = found(tmp_path, "strong", 9.0), found(tmp_path, "weak", 0.0)
    twin = found(tmp_path, "twin", 9.0)
    apart, same, _ = differences([strong, weak, twin])
    assert (apart.first, apart.second) == ("strong", "weak")
    assert apart.points.value > 0
    assert apart.decided
    # Equal scores on equal resamples never differ; on other resamples they would.
    assert (same.points.value, same.points.low, same.points.high) == (0, 0, 0)
    assert not same.decided


def test_systems_and_reports_do_not_mix(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mixed"):
        comparison_of(Plan(None), ["mcadams", str(tmp_path)], silent)
    with pytest.raises(InputError, match="two or more"):
        comparison_of(Plan(None), ["mcadams"], silent)
