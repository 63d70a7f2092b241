import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.utility.probe import Windows, told, told_across

pytest.importorskip("sklearn", reason='needs pip install "voxnym[attack]"')


def windows(labels, spread=0.3, of_each=3, seed=0):
    """`of_each` windows of each utterance, around a place that is its label's."""
    rng = np.random.default_rng(seed)
    places = {name: number for number, name in enumerate(sorted(set(labels)))}
    centre = np.array([[places[label], -places[label]] for label in labels], float)
    owner = np.repeat(np.arange(len(labels)), of_each)
    return Windows(centre[owner] + spread * rng.standard_normal((owner.size, 2)), owner)


LABELS = ["high", "low"] * 12
PEOPLE = [f"p{number // 4}" for number in range(24)]


def test_what_can_be_told_is_told():
    heard = windows(LABELS)
    guess = told(heard, heard, LABELS, PEOPLE)
    assert list(guess.said) == LABELS
    assert guess.classes == ("high", "low")
    # The scores say the same as the words, and are logarithms of probabilities.
    assert guess.scores.argmax(axis=1).tolist() == [label == "low" for label in LABELS]
    assert (guess.scores <= 0).all()


def test_scores_are_means_over_windows():
    few, many = windows(LABELS, 0.0, of_each=1), windows(LABELS, 0.0, of_each=5)
    lessons = windows(LABELS)
    first, second = (told(lessons, each, LABELS, PEOPLE).scores for each in (few, many))
    np.testing.assert_allclose(first, second)


def test_nobody_is_heard_who_was_learned_from():
    # Every person has places of their own, and the labels are theirs: known people are told right.
    rng = np.random.default_rng(3)
    labels = ["high" if number % 2 else "low" for number in range(12) for _ in range(2)]
    people = [f"p{number}" for number in range(12) for _ in range(2)]
    mine = np.repeat(rng.standard_normal((12, 2)) * 50, 2, axis=0)
    heard = Windows(mine, np.arange(24))
    unknown = told(heard, heard, labels, people)
    assert np.mean([a == b for a, b in zip(unknown.said, labels, strict=True)]) < 0.9


def test_another_corpus():
    lessons, heard = windows(LABELS), windows(["low", "low", "high"], seed=5)
    assert told_across(lessons, LABELS, heard).said == ("low", "low", "high")


@pytest.mark.parametrize(
    ("labels", "people", "why"),
    [
        (["low"] * 4, ["a", "a", "b", "b"], "1 labels"),
        (["low", "high"] * 2, ["a"] * 4, "1 people"),
        (["low", "low", "high", "high"], ["a", "a", "b", "b"], "nobody has"),
    ],
)
def test_too_little_to_tell(labels, people, why):
    heard = Windows(np.random.default_rng(0).standard_normal((4, 2)), np.arange(4))
    with pytest.raises(InputError, match=why):
        told(heard, heard, labels, people)


def test_one_label_in_the_other_corpus():
    heard = windows(["low", "high"])
    with pytest.raises(InputError, match="one label"):
        told_across(heard, ["low", "low"], heard)


def test_people_with_names_alike_are_not_left_out_together():
    # Thirty people, ten of each label, sorted by label: no fold may hold all of one.
    labels = [label for label in ("a", "b", "c") for _ in range(10)]
    people = [f"{label}{number}" for number, label in enumerate(labels)]
    assert list(told(windows(labels), windows(labels, seed=1), labels, people).said) == labels
