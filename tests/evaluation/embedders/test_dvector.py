import hashlib
import importlib.util
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from voxnym.errors import InputError
from voxnym.evaluation.embedders.dvector import DVector
from voxnym.nn.dvector import weights_path
from voxnym.protocols import Embedder
from voxnym.records import Audio
from voxnym.testing import toy_speech

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
needs_weights = pytest.mark.skipif(
    importlib.util.find_spec("resemblyzer") is None,
    reason="the weights come with resemblyzer: pip install --no-deps resemblyzer",
)
pytestmark = needs_weights


@pytest.fixture(scope="module")
def embedder():
    return DVector()


def noises(*seconds):
    rng = np.random.default_rng(5)
    return [
        Audio(rng.normal(0, 0.1, round(16_000 * s)).astype(np.float32), 16_000) for s in seconds
    ]


def test_keeps_the_promise_of_an_embedder(embedder):
    kept: Embedder = embedder
    vector = kept(toy_speech(seconds=2))
    assert vector.shape == (kept.dims,) == (256,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_name_has_the_hash_of_the_weights(embedder):
    digest = hashlib.sha256(weights_path().read_bytes()).hexdigest()
    assert embedder.id == f"dvector-{digest[:12]}"
    assert DVector(is_trimmed=False).id != embedder.id


def test_utterances_are_as_if_they_were_alone(embedder):
    # More than 64 parts, short and long ones, one that fills a batch alone.
    audios = noises(0.2, 1.6, 51, 3, 0.7, 5, 2, 0.3)
    together = embedder.many(audios)
    alone = np.stack([embedder(audio) for audio in audios])
    assert together.shape == (8, 256)
    assert together == pytest.approx(alone, abs=2e-6)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(8), abs=1e-5)
    turned = embedder.many(audios[::-1])[::-1]
    assert turned == pytest.approx(alone, abs=2e-6)


def test_no_utterances(embedder):
    assert embedder.many([]).shape == (0, 256)


def test_same_samples_same_vector(embedder):
    audio = toy_speech(seconds=2)
    assert np.array_equal(embedder(audio), embedder(audio))


def test_mean_over_parts(embedder):
    from voxnym.nn.dvector import load_dvector, parts, prepared

    audio = noises(4)[0]
    with torch.no_grad():
        vectors = load_dvector()(torch.from_numpy(parts(prepared(audio.samples[0])))).numpy()
    mean = vectors.mean(axis=0)
    assert len(vectors) > 2
    assert embedder(audio) == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_offset_level_pauses_channels_and_rate_do_not_matter(embedder):
    from voxnym.audio.resample import resample

    audio = toy_speech(seconds=3)
    samples = audio.samples[0] - audio.samples[0].mean()
    plain = embedder(audio)
    pause = np.zeros(16_000 * 2 // 480 * 480, np.float32)
    soft = samples * np.float32(10 ** (-30 / 20))
    variants = {
        "offset": samples + np.float32(0.1),
        "pauses": np.concatenate([pause, samples, pause]),
        "channels": np.stack([samples, samples]),
    }
    for name, variant in variants.items():
        assert embedder(Audio(variant, 16_000)) @ plain > 0.9999, name
    # Both below the level that is raised.
    assert embedder(Audio(soft, 16_000)) @ embedder(Audio(soft * 0.1, 16_000)) > 0.9999
    fast = Audio(resample(audio.samples, 16_000, 48_000), 48_000)
    assert embedder(fast) @ plain > 0.99


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(16_000), np.full(16_000, 0.2), np.full(1600, np.nan), np.ones(100)],
    ids=["empty", "silence", "offset", "nan", "short"],
)
def test_what_says_nothing_is_refused(embedder, samples):
    bad = Audio(np.asarray(samples, np.float32), 16_000)
    with pytest.raises(InputError):
        embedder(bad)
    with pytest.raises(InputError):
        embedder.many([*noises(1), bad])


@pytest.mark.parametrize("seconds", [0.1, 0.15, 0.5, 1.0])
def test_short_speech_is_finite(embedder, seconds):
    assert np.isfinite(embedder(noises(seconds)[0])).all()


def test_goes_to_other_processes(embedder):
    audio = noises(2)[0]
    again = pickle.loads(pickle.dumps(embedder))
    assert np.array_equal(again(audio), embedder(audio))


def test_missing_torch_is_named():
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from voxnym.evaluation.embedders.dvector import DVector\n"
        "from voxnym.errors import MissingExtraError\n"
        "try: DVector()\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert 'pip install "voxnym[attack]"' in done.stdout, done.stderr


@pytest.mark.skipif(not DATA.is_dir(), reason="no speech collection beside this checkout")
def test_tells_real_people_apart(embedder):
    import soundfile

    readers = sorted((DATA / "librispeech" / "test-clean").iterdir())[:6]
    files = [sorted(reader.rglob("*.flac"))[:2] for reader in readers]
    audios = [
        Audio(soundfile.read(path, dtype="float32")[0], 16_000) for pair in files for path in pair
    ]
    vectors = embedder.many(audios)
    likeness = vectors[::2] @ vectors[1::2].T
    own = np.diag(likeness)
    others = likeness[~np.eye(6, dtype=bool)]
    assert own.mean() - others.mean() > 0.15
    assert (likeness.argmax(axis=1) == np.arange(6)).all()
