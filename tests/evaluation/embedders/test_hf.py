import warnings

import numpy as np
import pytest
import torch

from voxnym.errors import InputError
from voxnym.evaluation.embedders import load_embedder
from voxnym.evaluation.embedders.hf import HubVoice
from voxnym.protocols import Embedder
from voxnym.records import Audio
from voxnym.testing import toy_speech

transformers = pytest.importorskip("transformers", reason='needs pip install "voxnym[hf]"')
pytestmark = pytest.mark.filterwarnings("ignore")

SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8, 8, 8, 8, 8, 8, 8),
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
    "tdnn_dim": (12, 12, 12, 12, 24),
    "xvector_output_dim": 10,
}
KINDS = {
    "wavlm": ("WavLMConfig", "WavLMForXVector"),
    "wav2vec2": ("Wav2Vec2Config", "Wav2Vec2ForXVector"),
}


@pytest.fixture(scope="module", params=sorted(KINDS))
def folder(request, tmp_path_factory):
    config, model = (getattr(transformers, name) for name in KINDS[request.param])
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp(request.param) / "tiny"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model(config(**SIZES)).save_pretrained(path)
        transformers.Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def embedder(folder):
    return HubVoice(folder)


def noise(seconds, seed=0):
    rng = np.random.default_rng(seed)
    return Audio(rng.normal(0, 0.1, round(16_000 * seconds)).astype(np.float32), 16_000)


def test_keeps_the_promise_of_an_embedder(embedder):
    kept: Embedder = embedder
    vector = kept(toy_speech(seconds=1))
    assert vector.shape == (kept.dims,) == (10,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_is_the_model_on_its_own_features(embedder, folder):
    audio = noise(1)
    model = transformers.AutoModelForAudioXVector.from_pretrained(folder).eval()
    samples = audio.samples[0].astype(np.float64)
    normal = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    with torch.no_grad():
        vector = model(torch.tensor(normal).float()[None]).embeddings[0].numpy()
    assert embedder(audio) == pytest.approx(vector / np.linalg.norm(vector), abs=1e-4)


def test_name_follows_the_weights(embedder, folder, tmp_path):
    assert load_embedder(f"hf:{folder}").id == embedder.id
    model = transformers.AutoModelForAudioXVector.from_pretrained(folder)
    with torch.no_grad():
        model.projector.bias += 1
    model.save_pretrained(tmp_path / "tiny")
    transformers.AutoFeatureExtractor.from_pretrained(folder).save_pretrained(tmp_path / "tiny")
    other = HubVoice(tmp_path / "tiny")
    assert other.id.startswith("hf-tiny-")
    assert other.id != embedder.id


def test_long_utterances_are_heard_in_equal_pieces(embedder):
    audio = noise(41)
    thirds = np.array_split(audio.samples[0], 3)
    mean = np.mean([embedder(Audio(each, 16_000)) for each in thirds], axis=0)
    assert embedder(audio) == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


@pytest.mark.parametrize("seconds", [0.5, 0.51])
def test_shortest_sound_is_finite(embedder, seconds):
    assert np.isfinite(embedder(noise(seconds))).all()


@pytest.mark.parametrize(
    "audio",
    [noise(0.49), Audio(np.zeros(16_000), 16_000), Audio(np.full(16_000, np.nan), 16_000)],
    ids=["short", "silence", "nan"],
)
def test_what_says_nothing_is_refused(embedder, audio):
    with pytest.raises(InputError):
        embedder(audio)


def test_weights_that_can_run_are_not_read(folder, tmp_path):
    from safetensors.torch import load_file

    path = tmp_path / "model"
    path.mkdir()
    for name in ("config.json", "preprocessor_config.json"):
        (path / name).write_bytes((folder / name).read_bytes())
    torch.save(load_file(folder / "model.safetensors"), path / "pytorch_model.bin")
    with pytest.raises(InputError):
        HubVoice(path)


@pytest.mark.parametrize("lost", ["feature_extractor.weight", "projector.bias"])
def test_models_that_lack_weights_are_refused(folder, tmp_path, lost):
    from safetensors.torch import load_file, save_file

    path = tmp_path / "model"
    path.mkdir()
    for name in ("config.json", "preprocessor_config.json"):
        (path / name).write_bytes((folder / name).read_bytes())
    weights = load_file(folder / "model.safetensors")
    del weights[lost]
    save_file(weights, path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match="not trained to tell voices apart"):
        HubVoice(path)


def test_a_broken_weights_file_is_refused(folder, tmp_path):
    path = tmp_path / "model"
    path.mkdir()
    for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
        (path / name).write_bytes((folder / name).read_bytes()[: 900 if "model" in name else None])
    with pytest.raises(InputError):
        HubVoice(path)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="no model"):
        HubVoice(tmp_path)


def test_a_name_is_needed():
    with pytest.raises(InputError, match="hf:"):
        load_embedder("hf:")
