import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from toy_scene import toy_scene

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import (
    Training,
    Vectors,
    Verdict,
    cosine_scores,
    distance_scores,
)
from voxnym.evaluation.ladder import Records, Rung, climb, judged
from voxnym.evaluation.scene import Scene

MADE = Training(149, 5, 0.1, 1, 1, 10, 0.9, 0.8, 1 / 149, 3.0)


@dataclass(frozen=True)
class Scripted:
    """An attacker that knows the truth and spoils it with noise."""

    name: str
    noise: float
    knowledge: str = "lazy-informed"
    hears: str = "voice"

    def __call__(self, scene: Scene) -> Verdict:
        trials = scene.trials
        own = np.array(trials.utterance_speaker)[None, :] == np.array(trials.speakers)[:, None]
        rng = np.random.default_rng(0)
        return Verdict(own + self.noise * rng.standard_normal(own.shape), None, MADE, ("note",))


@dataclass(frozen=True)
class Never(Scripted):
    def __call__(self, scene: Scene) -> Verdict:
        raise AssertionError("was asked again")


def test_killed_ladders_go_on(tmp_path: Path) -> None:
    scene, records = toy_scene(tmp_path), Records(tmp_path / "records")
    good = Scripted("net", 0.1)
    (first,) = climb(scene, [Rung(good)], records)
    # The same name and parameters, so the record must answer and nobody is asked.
    object.__setattr__(good, "__class__", Scripted)
    found = records.find(next((tmp_path / "records").glob("*.json")).stem)
    assert found is not None
    assert np.array_equal(found[0].scores, first.scores)
    assert found[0].training == MADE
    assert found[0].notes == ("note",)
    (again,) = climb(scene, [Rung(good)], records)
    assert replace(again.attack, seconds=0.0) == replace(first.attack, seconds=0.0)


def test_half_a_record_counts_as_none(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.keep("a", Verdict(np.eye(2)), 1.0)
    (tmp_path / "a.json").unlink()
    assert records.find("a") is None
    records.keep("b", Verdict(np.eye(2)), 1.0)
    (tmp_path / "b.npy").write_bytes(b"x")
    assert records.find("b") is None


def test_trained_attackers_that_learn_nothing_are_void(tmp_path: Path) -> None:
    scene, records = toy_scene(tmp_path), Records(tmp_path / "records")
    tried = climb(
        scene,
        [
            Rung(Scripted("lazy", 0.6), Scripted("on originals", 0.0, "unprotected")),
            Rung(Scripted("weak", 4.0, "semi-informed")),
            Rung(Scripted("strong", 0.0, "semi-informed")),
        ],
        records,
    )
    lazy, weak, strong = (each.attack for each in judged(tuple(tried)))
    assert not lazy.void
    assert lazy.original is not None
    assert lazy.original.value == 0
    assert "no privacy" in weak.void
    assert not strong.void


def test_learning_curve_ends_with_everybody(tmp_path: Path) -> None:
    strong, weak = Scripted("strong", 0.0, "semi-informed"), Scripted("weak", 9.0, "semi-informed")
    rung = Rung(strong, fewer=((0.25, weak), (0.5, Scripted("half", 0.5, "semi-informed"))))
    (tried,) = climb(toy_scene(tmp_path), [rung], Records(tmp_path / "records"))
    assert [share for share, _ in tried.attack.curve] == [0.25, 0.5, 1.0]
    assert tried.attack.curve[0][1] > tried.attack.curve[2][1] == tried.attack.eer.value


def test_scores_of_the_wrong_shape_are_refused(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Wrong(Scripted):
        def __call__(self, scene: Scene) -> Verdict:
            return Verdict(np.zeros((1, 1)))

    with pytest.raises(InputError, match="shape"):
        list(climb(toy_scene(tmp_path), [Rung(Wrong("w", 0))], Records(tmp_path / "r")))


def test_nan_is_refused() -> None:
    with pytest.raises(InputError, match="NaN"):
        Verdict(np.array([[np.nan]]))
    with pytest.raises(InputError, match="1 enrolment vectors"):
        Vectors(np.array([[np.nan, 1.0], [1.0, 1.0]]), np.ones((1, 2)))
    with pytest.raises(InputError, match="dimensions"):
        Vectors(np.ones((1, 2)), np.ones((1, 3)))


def test_cosine_of_unit_means_by_hand(tmp_path: Path) -> None:
    trials = toy_scene(tmp_path).trials
    rng = np.random.default_rng(3)
    vectors = Vectors(
        rng.standard_normal((len(trials.enrolments), 4)),
        rng.standard_normal((len(trials.utterances), 4)),
    )
    scores = cosine_scores(vectors, trials)
    mine = [
        vectors.enrol[i] / np.linalg.norm(vectors.enrol[i])
        for i in range(len(trials.enrolments))
        if trials.enrolment_owner[i] == 2
    ]
    mean = sum(mine) / len(mine)
    heard = vectors.trial[5]
    expected = mean @ heard / np.linalg.norm(mean) / np.linalg.norm(heard)
    assert scores[2, 5] == pytest.approx(expected)
    far = distance_scores(vectors, trials)
    assert far.shape == scores.shape
    assert far.max() <= 0
