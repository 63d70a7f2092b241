import json
import pickle
import warnings

import numpy as np
import pytest

from voxnym.audio.resample import resample
from voxnym.errors import InputError
from voxnym.evaluation.utility.emotion import EmotionProbe, likeliest
from voxnym.evaluation.utility.hf_ctc import HubWords
from voxnym.evaluation.utility.hf_emotion import HubEmotion
from voxnym.evaluation.utility.recognition import Recogniser
from voxnym.records import Audio

torch = pytest.importorskip("torch", reason='needs pip install "voxnym[hf]"')
transformers = pytest.importorskip("transformers", reason='needs pip install "voxnym[hf]"')
# The library warns of its own affairs, differently in each version.
pytestmark = pytest.mark.filterwarnings("ignore")

SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8,) * 7,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
}
LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", "A", "E", "N", "O", "T"]
EMOTIONS = ["neu", "hap", "ang", "sad"]


def saved(path, kind, **settings):
    torch.manual_seed(4)
    config = transformers.Wav2Vec2Config(**SIZES, **settings)
    network = getattr(transformers, kind)(config)
    with torch.no_grad():
        for name, value in network.named_parameters():
            if name.startswith(("lm_head", "classifier")):
                value.mul_(60)
    network.save_pretrained(path)
    return network.eval()


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    path = tmp_path_factory.mktemp("letters") / "tiny"
    path.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = saved(path, "Wav2Vec2ForCTC", vocab_size=len(LETTERS), pad_token_id=0)
        (path / "vocab.json").write_text(json.dumps({each: n for n, each in enumerate(LETTERS)}))
        transformers.Wav2Vec2Processor(
            transformers.Wav2Vec2FeatureExtractor(do_normalize=True),
            transformers.Wav2Vec2CTCTokenizer(str(path / "vocab.json")),
        ).save_pretrained(path)
    return path, network


@pytest.fixture(scope="module")
def feelings(tmp_path_factory):
    path = tmp_path_factory.mktemp("feelings") / "tiny"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = saved(
            path, "Wav2Vec2ForSequenceClassification", id2label=dict(enumerate(EMOTIONS)),
            label2id={each: n for n, each in enumerate(EMOTIONS)}, num_labels=4,
        )  # fmt: skip
        transformers.Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(path)
    return path, network


def noise(seconds, seed=0):
    rng = np.random.default_rng(seed)
    return Audio(rng.normal(0, 0.1, round(16_000 * seconds)).astype(np.float32), 16_000)


def logits(network, samples):
    """Straight from the network: normalised samples, no front end of the library."""
    normal = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    with torch.no_grad():
        return network(torch.tensor(normal).float()[None]).logits[0].numpy()


def best_path(rows):
    text, last = "", -1
    for letter in rows.argmax(axis=1):
        if letter != last and letter > 3:
            text += LETTERS[letter]
        last = letter
    return " ".join(text.replace("|", " ").lower().split())


def test_words_are_the_best_path_of_the_network(letters):
    path, network = letters
    kept: Recogniser = HubWords(str(path))
    heard = [kept(noise(1.5, seed)) for seed in range(3)]
    expected = [best_path(logits(network, noise(1.5, seed).samples[0])) for seed in range(3)]
    assert heard == expected
    assert all(heard)
    assert len(set(heard)) == 3


def test_long_sound_is_heard_in_equal_pieces(letters, monkeypatch):
    path, network = letters
    monkeypatch.setattr("voxnym.evaluation.utility.hf_ctc.LONGEST_S", 1.0)
    audio = noise(2.5)
    pieces = np.array_split(audio.samples[0], 3)
    expected = " ".join(best_path(logits(network, piece)) for piece in pieces)
    assert HubWords(str(path))(audio) == " ".join(expected.split())


def test_emotions_are_the_network_s(feelings):
    path, network = feelings
    kept: EmotionProbe = HubEmotion(str(path))
    found = kept(noise(1))
    raw = logits(network, noise(1).samples[0])
    expected = np.exp(raw - raw.max()) / np.exp(raw - raw.max()).sum()
    assert list(found) == EMOTIONS
    assert list(found.values()) == pytest.approx(expected, abs=1e-4)
    names = {"neu": "neutral", "hap": "happiness", "ang": "anger", "sad": "sadness"}
    assert likeliest(found) == names[EMOTIONS[int(expected.argmax())]]


def test_long_sound_has_the_mean_emotion(feelings, monkeypatch):
    path, _ = feelings
    probe, audio = HubEmotion(str(path)), noise(2)
    halves = [Audio(half, 16_000) for half in np.array_split(audio.samples[0], 2)]
    expected = np.mean([list(probe(half).values()) for half in halves], axis=0)
    monkeypatch.setattr("voxnym.evaluation.utility.hf_emotion.LONGEST_S", 1.0)
    assert list(probe(audio).values()) == pytest.approx(expected, abs=1e-5)


def test_other_rates_are_brought_to_the_network_s(letters):
    path, network = letters
    other = Audio(resample(noise(1).samples, 16_000, 8_000), 8_000)
    samples = resample(other.samples, 8_000, 16_000)[0]
    assert HubWords(str(path))(other) == best_path(logits(network, samples))


def test_short_sound_and_silence(letters, feelings):
    words, emotion = HubWords(str(letters[0])), HubEmotion(str(feelings[0]))
    assert isinstance(words(noise(0.005)), str)
    assert sum(emotion(noise(0.005)).values()) == pytest.approx(1)
    for length in (0, 16_000):
        silence = Audio(np.zeros((1, length), np.float32), 16_000)
        assert words(silence) == ""
        with pytest.raises(InputError, match="silence"):
            emotion(silence)
    with pytest.raises(InputError, match="not finite"):
        words(Audio(np.full((1, 100), np.nan, np.float32), 16_000))


def test_names_hold_the_hash_of_the_weights(letters, feelings, tmp_path):
    words, emotion = HubWords(str(letters[0])), HubEmotion(str(feelings[0]))
    assert words.id.startswith("hf-ctc-tiny-")
    assert emotion.id.startswith("hf-emotion-tiny-")
    assert words.id.rpartition("-")[2] != emotion.id.rpartition("-")[2]
    assert pickle.loads(pickle.dumps(words)) == words
    assert pickle.loads(pickle.dumps(words)).id == words.id


def test_networks_for_something_else_are_refused(letters, feelings, tmp_path):
    with pytest.raises(InputError, match="missing"):
        HubEmotion(str(letters[0])).id  # noqa: B018
    with pytest.raises(InputError):
        HubWords(str(feelings[0])).id  # noqa: B018
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="no such model"):
        HubWords(str(tmp_path))(noise(1))


def test_labels_that_are_no_emotions_are_refused(feelings, tmp_path):
    _, network = feelings
    network.config.id2label = {0: "dog", 1: "cat", 2: "sad", 3: "happy"}
    network.save_pretrained(tmp_path)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(tmp_path)
    network.config.id2label = dict(enumerate(EMOTIONS))
    with pytest.raises(InputError, match="dog"):
        HubEmotion(str(tmp_path))(noise(1))
