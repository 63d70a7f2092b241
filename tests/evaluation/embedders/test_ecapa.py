import subprocess
import sys

import numpy as np
import pytest
import torch

from voxnym.audio.loudness import Meter
from voxnym.errors import InputError
from voxnym.evaluation.embedders.ecapa import EcapaVoice, prepared
from voxnym.nn.cards import read_card, write_card
from voxnym.nn.ecapa import Ecapa, EcapaConfig
from voxnym.nn.fbank import Fbank
from voxnym.protocols import Embedder
from voxnym.records import Audio
from voxnym.testing import toy_speech

TINY = EcapaConfig(bands=20, channels=16, scale=4, squeeze=8, attention=8, dims=6)


@pytest.fixture
def card(tmp_path):
    torch.manual_seed(3)
    network = Ecapa(TINY).train()
    network(torch.randn(8, 30, 20))
    write_card(tmp_path / "voice.json", network)
    return tmp_path / "voice.json"


def test_keeps_the_promise_of_an_embedder(card):
    kept: Embedder = EcapaVoice(card)
    vector = kept(toy_speech(seconds=1))
    assert vector.shape == (kept.dims,) == (6,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert kept.id == f"ecapa-{read_card(card)[1].sha256[:12]}"


def test_is_the_network_on_prepared_samples(card):
    audio = toy_speech(seconds=1)
    network, _ = read_card(card)
    with torch.no_grad():
        peak = torch.from_numpy(prepared(audio.samples[0]))[None]
        expected = network(Fbank(20)(peak))[0].numpy()
    embedder = EcapaVoice(card)
    assert embedder.raw(audio) == pytest.approx(expected, rel=1e-4)
    assert embedder(audio) == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)
    # Enrolment averages vectors as they are.
    assert abs(np.linalg.norm(embedder.raw(audio)) - 1) > 0.01


def test_the_loudness_step_of_the_challenge_cancels(card):
    audio = toy_speech(seconds=2)
    meter = Meter(16_000, 1)
    meter.add(audio.samples)
    assert meter.integrated is not None
    levelled = Audio(audio.samples * np.float32(10 ** ((-30 - meter.integrated) / 20)), 16_000)
    assert np.abs(levelled.samples).max() != pytest.approx(np.abs(audio.samples).max(), rel=0.1)
    embedder = EcapaVoice(card)
    assert embedder.raw(levelled) == pytest.approx(embedder.raw(audio), rel=1e-3, abs=1e-4)


def test_zeros_at_the_ends_do_not_matter_unless_left(card):
    audio = toy_speech(seconds=1)
    pause = np.zeros(8000, np.float32)
    longer = Audio(np.concatenate([pause, audio.samples[0], pause]), 16_000)
    embedder, plain = EcapaVoice(card), EcapaVoice(card, is_prepared=False)
    assert embedder(longer) == pytest.approx(embedder(audio), abs=1e-5)
    assert np.abs(plain(longer) - plain(audio)).max() > 1e-3
    assert plain.id != embedder.id


def test_zeros_inside_stay():
    samples = np.array([0, 1, 0, 0, -2, 0], np.float32)
    assert prepared(samples).tolist() == [0.5, 0, 0, -1]


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(16_000), np.full(3000, np.nan), np.ones(1599),
     np.concatenate([np.zeros(8000), np.ones(100), np.zeros(8000)])],
    ids=["empty", "silence", "nan", "short", "short in silence"],
)  # fmt: skip
def test_what_says_nothing_is_refused(card, samples):
    with pytest.raises(InputError):
        EcapaVoice(card)(Audio(np.asarray(samples, np.float32), 16_000))


def test_shortest_sound_is_finite(card):
    samples = np.random.default_rng(0).normal(0, 0.1, 1600)
    assert np.isfinite(EcapaVoice(card)(Audio(samples, 16_000))).all()


def test_a_wide_network_says_how_much_it_needs(tmp_path):
    wide = EcapaConfig(bands=20, channels=16, scale=4, dims=6, dilations=(1, 2, 3, 40, 1))
    write_card(tmp_path / "voice.json", Ecapa(wide))
    embedder = EcapaVoice(tmp_path / "voice.json")
    samples = np.random.default_rng(0).normal(0, 0.1, 6400)
    assert np.isfinite(embedder(Audio(samples, 16_000))).all()
    with pytest.raises(InputError, match=r"0\.4 s or more"):
        embedder(Audio(samples[:-1], 16_000))


def test_a_vector_that_is_not_finite_is_refused(card):
    embedder = EcapaVoice(card)
    with torch.no_grad():
        embedder._network.last_norm.weight.fill_(3e38)
    with pytest.raises(InputError, match="not finite"):
        embedder(toy_speech(seconds=1))


def test_missing_torch_is_named():
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path\n"
        "from voxnym.evaluation.embedders.ecapa import EcapaVoice\n"
        "from voxnym.errors import MissingExtraError\n"
        "try: EcapaVoice(Path('voice.json'))\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert 'pip install "voxnym[attack]"' in done.stdout, done.stderr
