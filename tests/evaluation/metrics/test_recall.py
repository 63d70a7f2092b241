import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics.recall import published_recall, unweighted_recall

LABELS = st.lists(st.integers(0, 3), min_size=1, max_size=30)


def golden(name):
    if name == "u1":
        reference = np.array([0] * 50 + [1] * 30 + [2] * 15 + [3] * 5)
        wrong = np.arange(100) % 3 == 0
        return reference, np.where(wrong, (reference + 1) % 4, reference)
    if name == "u2":
        rng = np.random.RandomState(40)
        return rng.randint(0, 4, 200), rng.randint(0, 4, 200)
    if name == "u3":
        return np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 3, 1, 1, 2])
    return np.array([0, 0, 1, 1]), np.zeros(4, int)


@pytest.mark.parametrize(
    ("name", "percent"), [("u1", 64.833), ("u2", 21.880), ("u3", 66.667), ("u4", 50.0)]
)
def test_published_values_of_one_fold(name, percent):
    assert published_recall([golden(name)]) == pytest.approx(percent, abs=1e-9)


def test_published_folds_weigh_the_same_whatever_their_size():
    assert published_recall([golden("u1"), golden("u2")]) == pytest.approx(43.3565, abs=1e-9)
    pooled = [np.concatenate(side) for side in zip(golden("u1"), golden("u2"), strict=True)]
    assert 100 * unweighted_recall(*pooled).value == pytest.approx(35.268, abs=5e-4)


def test_only_classes_that_occur_count():
    found = unweighted_recall(*golden("u3"))
    assert 100 * found.value == pytest.approx(88.889, abs=5e-4)
    assert found.classes == ("0", "1", "2")
    assert found.recalls == pytest.approx((2 / 3, 1, 1))
    assert found.chance == pytest.approx(1 / 3)


@given(LABELS, st.randoms(use_true_random=False))
def test_against_counting(reference, random):
    hypothesis = [random.randrange(4) for _ in reference]
    found = unweighted_recall(reference, hypothesis)
    for label, recall in zip(found.classes, found.recalls, strict=True):
        mine = [h for r, h in zip(reference, hypothesis, strict=True) if str(r) == label]
        assert recall == pytest.approx(mine.count(int(label)) / len(mine))
    assert found.value == pytest.approx(np.mean(found.recalls))


@given(LABELS, st.integers(2, 5))
def test_more_of_the_same_changes_nothing(reference, times):
    hypothesis = [(label * 7 + 1) % 4 for label in reference]
    once = unweighted_recall(reference, hypothesis)
    assert unweighted_recall(reference * times, hypothesis * times) == once


def test_words_are_labels_too():
    found = unweighted_recall(["anger", "anger", "joy"], ["anger", "joy", "joy"])
    assert found.classes == ("anger", "joy")
    assert found.recalls == (0.5, 1.0)


def test_refused():
    with pytest.raises(InputError, match="expected as many"):
        unweighted_recall([0, 1], [0])
    with pytest.raises(InputError, match="0 references"):
        unweighted_recall([], [])
    with pytest.raises(InputError, match="no fold"):
        published_recall([])
