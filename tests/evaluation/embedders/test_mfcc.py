from pathlib import Path

import numpy as np
import pytest
from scipy.fft import dct

from voxnym.errors import InputError
from voxnym.evaluation.embedders.mfcc import MelCepstra
from voxnym.protocols import Embedder
from voxnym.records import Audio
from voxnym.testing import toy_speech

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def test_keeps_the_promise_of_an_embedder():
    kept: Embedder = MelCepstra()
    vector = kept(toy_speech(seconds=2))
    assert vector.shape == (kept.dims,) == (38,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_means_and_deviations_of_liftered_cepstra():
    samples = np.random.default_rng(0).normal(0, 0.1, 8000).astype(np.float32)
    power = []
    for start in range(0, 8000 - 400 + 1, 160):
        spectrum = np.fft.rfft(
            (samples - samples.mean())[start : start + 400] * np.hamming(400), 512
        )
        power.append(np.abs(spectrum) ** 2)
    mels = np.linspace(2595 * np.log10(1 + 20 / 700), 2595 * np.log10(1 + 8000 / 700), 28)
    hertz = 700 * (10 ** (mels / 2595) - 1)
    bins = np.arange(257) * 16_000 / 512
    bank = [np.interp(bins, hertz[n : n + 3], [0, 1, 0]) for n in range(26)]
    cepstra = dct(np.log(np.array(power) @ np.array(bank).T), norm="ortho")[:, 1:20]
    cepstra *= 1 + 11 * np.sin(np.pi * np.arange(1, 20) / 22)
    expected = np.concatenate([cepstra.mean(axis=0), cepstra.std(axis=0)])
    expected /= np.linalg.norm(expected)
    assert MelCepstra()(Audio(samples, 16_000)) == pytest.approx(expected, abs=1e-4)


def test_offset_level_pauses_and_channels_do_not_matter():
    audio = toy_speech(seconds=3)
    samples = audio.samples[0]
    pause = np.zeros(16_000, np.float32)
    plain = MelCepstra()(audio)
    variants = {
        "offset": samples + np.float32(0.1),
        "level": samples * np.float32(0.01),
        "very low level": samples * np.float32(1e-5),
        "pauses": np.concatenate([pause, samples - samples.mean(), pause]),
        "channels": np.stack([samples, samples]),
    }
    for name, variant in variants.items():
        assert MelCepstra()(Audio(variant, 16_000)) @ plain > 0.9999, name


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(16_000), np.full(16_000, 0.2), np.full(1600, np.nan), np.ones(100),
     np.random.default_rng(0).normal(0, 0.1, 800)],
    ids=["empty", "silence", "offset", "nan", "short", "short noise"],
)  # fmt: skip
def test_what_says_nothing_is_refused(samples):
    with pytest.raises(InputError):
        MelCepstra()(Audio(np.asarray(samples, np.float32), 16_000))


@pytest.mark.skipif(not DATA.is_dir(), reason="no speech collection beside this checkout")
def test_tells_real_people_apart():
    import soundfile

    readers = sorted((DATA / "librispeech" / "test-clean").iterdir())[:6]
    files = [sorted(reader.rglob("*.flac"))[:2] for reader in readers]
    vectors = np.stack([
        MelCepstra()(Audio(soundfile.read(path, dtype="float32")[0], 16_000))
        for pair in files
        for path in pair
    ])  # fmt: skip
    likeness = vectors[::2] @ vectors[1::2].T
    assert (likeness.argmax(axis=1) == np.arange(6)).mean() >= 4 / 6
