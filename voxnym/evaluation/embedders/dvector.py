"""Voices as the public d-vector network hears them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import MissingExtraError
from voxnym.evaluation.embedders.hearing import heard, unit
from voxnym.records import Audio

if TYPE_CHECKING:
    from pathlib import Path

Floats = NDArray[np.float32]

_PARTS_AT_A_TIME = 64


class DVector:
    """The mean vector of overlapping parts of 1.6 s, of unit length.

    The package with the weights is resemblyzer; its network is rebuilt here, and its rules for
    level and parts are kept. Pauses are cut by energy (`voxnym.nn.dvector.prepared`) instead of a
    voice activity detector, so that the same samples always give the same vector.

    Args:
        weights: file with the weights; the one of the installed package by default.
        is_trimmed: whether pauses are cut out.

    Raises:
        MissingExtraError: PyTorch or the package with the weights is missing.
        InputError: the weights file is not one.

    Source: Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP 2018,
        section 3.2 (mean over windows).
    """

    def __init__(self, weights: Path | None = None, *, is_trimmed: bool = True) -> None:
        try:
            from voxnym.nn import dvector
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            raise MissingExtraError(
                'd-vectors need PyTorch; run pip install "voxnym[attack]"'
            ) from error
        path = dvector.weights_path() if weights is None else weights
        self._network = dvector.load_dvector(path)
        self._is_trimmed = is_trimmed
        self.id = f"dvector-{dvector.weights_hash(path)[:12]}"
        if not is_trimmed:
            self.id += "-untrimmed"
        self.dims = dvector.DIMS

    def __call__(self, audio: Audio) -> Floats:
        """The vector of an utterance.

        Args:
            audio: any rate and channels; 0.1 s of speech or more.

        Returns:
            (256,) of unit length.

        Raises:
            InputError: silence, too little speech, or samples that are not finite.
        """
        vector: Floats = self.many([audio])[0]
        return vector

    def many(self, audios: Sequence[Audio]) -> Floats:
        """Vectors of utterances, each as if it were alone; faster than one by one.

        Args:
            audios: see `__call__`.

        Returns:
            (utterances, 256), each of unit length.

        Raises:
            InputError: see `__call__`; for the first utterance that is refused.
        """
        from voxnym.nn.dvector import parts, prepared

        found = np.empty((len(audios), self.dims), np.float32)
        waiting: list[Floats] = []
        first = 0
        for number, audio in enumerate(audios):
            waiting.append(parts(prepared(heard(audio), is_trimmed=self._is_trimmed)))
            is_last = number + 1 == len(audios)
            if is_last or sum(map(len, waiting)) >= _PARTS_AT_A_TIME:
                found[first : number + 1] = self._means(waiting)
                first, waiting = number + 1, []
        return found

    def _means(self, utterances: Sequence[Floats]) -> Floats:
        import torch

        whole = torch.from_numpy(np.concatenate(utterances))
        with torch.inference_mode():
            pieces = [
                self._network(whole[first : first + _PARTS_AT_A_TIME]).numpy()
                for first in range(0, len(whole), _PARTS_AT_A_TIME)
            ]
        ends = np.cumsum([len(each) for each in utterances])[:-1]
        groups = np.split(np.concatenate(pieces), ends)
        return np.stack([unit(group.mean(axis=0), self.id) for group in groups])
