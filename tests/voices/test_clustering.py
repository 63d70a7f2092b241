from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.voices.clustering import affinity_clusters


def blobs(sizes, seed=0):
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    centres = 20 * np.eye(len(sizes))
    points = centres[owner] + rng.standard_normal((owner.size, len(sizes)))
    return points, owner, -((points[:, None] - points[None]) ** 2).sum(axis=2)


def same_partition(a, b):
    return np.array_equal(a[:, None] == a[None], b[:, None] == b[None])


def test_blobs_are_found():
    _, owner, similarity = blobs([5, 9, 14])
    assert same_partition(affinity_clusters(similarity, -400.0), owner)


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_scikit_learn(seed):
    cluster = pytest.importorskip("sklearn.cluster")
    _, _, similarity = blobs([6, 10, 8, 12], seed)
    theirs = cluster.AffinityPropagation(
        affinity="precomputed", damping=0.7, max_iter=400, convergence_iter=20, random_state=0
    ).fit(similarity)
    ours = affinity_clusters(similarity)
    # Ties aside, each member goes to the exemplar that is nearest to it; theirs then moves the
    # exemplar to the middle, which may move a member or two.
    assert np.mean((ours[:, None] == ours[None]) == (
        theirs.labels_[:, None] == theirs.labels_[None]
    )) > 0.97  # fmt: skip
    assert abs(ours.max() - theirs.labels_.max()) <= 1


def test_order_of_voices_does_not_matter():
    _, _, similarity = blobs([6, 9, 5])
    order = np.random.default_rng(1).permutation(20)
    assert same_partition(
        affinity_clusters(similarity[np.ix_(order, order)], -400.0),
        affinity_clusters(similarity, -400.0)[order],
    )


def test_equal_voices_and_one_alone():
    assert affinity_clusters(np.ones((1, 1))).tolist() == [0]
    assert affinity_clusters(np.zeros((4, 4))).shape == (4,)


@pytest.mark.parametrize("wrong", [np.zeros((2, 3)), np.full((2, 2), np.nan), np.zeros(3)])
def test_what_is_no_square_of_numbers_is_refused(wrong):
    with pytest.raises(InputError, match="square"):
        affinity_clusters(wrong)
