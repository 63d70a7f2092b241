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
    "regularised linear discriminants on statistics of 1.5 s windows (mel, pitch, level), one "
    "person left out at a time"
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


def windows_of(scene: Scene, ids: Sequence[str], take: Take) -> Windows:
    """Features of utterances as heard, with edges cut and level set."""
    rows, owner = [], []
    for number, audio in enumerate(scene.heard(ids, take)):
        found = window_features(audio)
        rows.append(found)
        owner += [number] * len(found)
    return Windows(np.concatenate(rows), np.array(owner, np.intp))


def told(
    learned: Windows, heard: Windows, labels: Sequence[str], people: Sequence[str]
) -> list[str]:
    """What a classifier says of every utterance, never having heard its speaker.

    Args:
        learned: what it is trained on, the same utterances as `heard` in the same or another take.
        heard: what it is asked about.
        labels: (utterances,) the truth.
        people: (utterances,) who speaks.

    Raises:
        InputError: fewer than two labels or people.
        MissingExtraError: scikit-learn is not installed.
    """
    truth, who = np.asarray(labels), np.asarray(people)
    names = np.unique(who)
    if names.size < 2 or np.unique(truth).size < 2:
        raise InputError(
            f"{names.size} people and {np.unique(truth).size} labels: expected two of each"
        )
    said = np.empty(truth.size, dtype=truth.dtype)
    for left_out in np.array_split(names, min(names.size, max(_FOLDS, 2))):
        out = np.isin(who, left_out)
        model = _trained(learned, truth, ~out)
        if model is None:
            raise InputError(f"without {left_out[0]} only one label is left: nothing to tell")
        rows = out[heard.owner]
        sums = np.zeros((truth.size, model.classes_.size))
        np.add.at(sums, heard.owner[rows], model.predict_log_proba(heard.features[rows]))
        said[out] = model.classes_[sums[out].argmax(axis=1)]
    return [str(each) for each in said]


def _trained(learned: Windows, truth: NDArray[np.str_], chosen: NDArray[np.bool_]) -> Any:
    try:
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    rows = chosen[learned.owner]
    target = truth[learned.owner[rows]]
    classes = np.unique(target)
    if classes.size < 2:
        return None
    # Equal priors: a frequent class must not swallow the rare ones, since recalls count alike.
    priors = np.full(classes.size, 1 / classes.size)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors)
    return model.fit(learned.features[rows], target)
