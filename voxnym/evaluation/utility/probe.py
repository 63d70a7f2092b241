"""What can be told from speech by a classifier trained inside the evaluation, people apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import Take
from voxnym.evaluation.utility.window_features import window_features

Floats = NDArray[np.float64]

INSTALL: Final = 'classifiers need scikit-learn: pip install "voxnym[attack]"'
METHOD: Final = (
    "regularised linear discriminants on statistics of 1.5 s windows (mel, pitch, level), never "
    "trained on the person heard"
)
_FOLDS: Final = 10


@dataclass(frozen=True, eq=False)
class Windows:
    """Features of utterances, window by window.

    Args:
        features: (windows, dims).
        owner: (windows,) number of the utterance.
    """

    features: Floats
    owner: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Guess:
    """What a classifier says of utterances.

    Args:
        said: (utterances,) the likeliest label of each.
        classes: all labels, sorted.
        scores: (utterances, classes) mean log probability over the windows of an utterance.
    """

    said: tuple[str, ...]
    classes: tuple[str, ...]
    scores: Floats


def windows_of(scene: Scene, ids: Sequence[str], take: Take) -> Windows:
    """Features of utterances as heard, with edges cut and level set."""
    rows, owner = [], []
    for number, audio in enumerate(scene.heard(ids, take)):
        found = window_features(audio)
        rows.append(found)
        owner += [number] * len(found)
    return Windows(np.concatenate(rows), np.array(owner, np.intp))


def told(learned: Windows, heard: Windows, labels: Sequence[str], people: Sequence[str]) -> Guess:
    """What a classifier says of every utterance, never having heard its speaker.

    Args:
        learned: what it is trained on, the same utterances as `heard` in the same or another take.
        heard: what it is asked about.
        labels: (utterances,) the truth.
        people: (utterances,) who speaks.

    Raises:
        InputError: fewer than two labels or people, or a label that only one group of people has.
        MissingExtraError: scikit-learn is not installed.
    """
    truth, who = np.asarray(labels), np.asarray(people)
    names, classes = np.unique(who), np.unique(truth)
    if names.size < 2 or classes.size < 2:
        raise InputError(f"{names.size} people and {classes.size} labels: expected two of each")
    scores = np.zeros((truth.size, classes.size))
    folds = min(names.size, _FOLDS)
    for fold in range(folds):
        # Every so many, since names that are alike often belong to people who are.
        left_out = names[fold::folds]
        out = np.isin(who, left_out)
        model = _trained(learned, truth, ~out)
        if model.classes_.size < classes.size:
            raise InputError(f"without {', '.join(left_out)} a label is left that nobody has")
        scores[out] = _scores(model, heard, truth.size)[out]
    return _guess(classes, scores)


def told_across(learned: Windows, labels: Sequence[str], heard: Windows) -> Guess:
    """What a classifier that was trained on one corpus says of another one.

    Args:
        learned: utterances of the first.
        labels: their labels.
        heard: utterances of the second.

    Raises:
        InputError: fewer than two labels.
        MissingExtraError: scikit-learn is not installed.
    """
    truth = np.asarray(labels)
    if np.unique(truth).size < 2:
        raise InputError("one label only: expected two or more")
    model = _trained(learned, truth, np.ones(truth.size, np.bool_))
    return _guess(model.classes_, _scores(model, heard, int(heard.owner.max()) + 1))


def _scores(model: Any, heard: Windows, utterances: int) -> Floats:
    sums = np.zeros((utterances, model.classes_.size))
    np.add.at(sums, heard.owner, model.predict_log_proba(heard.features))
    return np.asarray(sums / np.bincount(heard.owner, minlength=utterances)[:, None])


def _guess(classes: NDArray[np.str_], scores: Floats) -> Guess:
    names = tuple(str(each) for each in classes)
    return Guess(tuple(names[place] for place in scores.argmax(axis=1)), names, scores)


def _trained(learned: Windows, truth: NDArray[np.str_], chosen: NDArray[np.bool_]) -> Any:
    try:
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    rows = chosen[learned.owner]
    target = truth[learned.owner[rows]]
    classes = np.unique(target)
    # Equal priors: a frequent class must not swallow the rare ones, since recalls count alike.
    priors = np.full(classes.size, 1 / classes.size)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors)
    return model.fit(learned.features[rows], target)
