import sys
from types import SimpleNamespace

import numpy as np
import pytest

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.utility.hf_ctc import HubWords
from voxnym.evaluation.utility.hf_emotion import HubEmotion
from voxnym.evaluation.utility.hub import long_enough, mono
from voxnym.records import Audio


def test_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    silence = Audio(np.zeros(160, np.float32), 16_000)
    for probe in (HubWords("some/model"), HubEmotion("some/model")):
        with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[hf\]"'):
            probe(silence)


def test_mean_of_channels_at_another_rate():
    audio = Audio(np.array([[1.0, 0.0], [0.0, 0.5]], np.float32), 16_000)
    assert mono(audio, 16_000).tolist() == [0.5, 0.25]
    assert mono(Audio(np.zeros(441, np.float32), 44_100), 16_000).shape == (160,)
    with pytest.raises(InputError, match="not finite"):
        mono(Audio(np.full(9, np.inf, np.float32), 16_000), 16_000)


def test_sound_is_filled_up_to_the_first_frame():
    config = SimpleNamespace(conv_kernel=(10, 3, 3, 3, 3, 2, 2), conv_stride=(5, 2, 2, 2, 2, 2, 2))
    filled = long_enough(np.ones(7, np.float32), config)
    # The receptive field of wav2vec 2.0: 25 ms.
    assert filled.size == 400
    assert filled.sum() == 7
    assert long_enough(np.ones(401, np.float32), config).size == 401
    assert long_enough(np.ones(7, np.float32), SimpleNamespace()).size == 7
