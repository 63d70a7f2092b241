import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError, MissingExtraError
from voxnym.nn import dvector
from voxnym.nn.dvector import (
    DVectorNetwork,
    load_dvector,
    mel,
    parts,
    prepared,
    spectrogram,
    weights_path,
)
from voxnym.records import Audio
from voxnym.testing import toy_speech

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_weights = pytest.mark.skipif(
    importlib.util.find_spec("resemblyzer") is None,
    reason="the weights come with resemblyzer: pip install --no-deps resemblyzer",
)


def toy(seconds=2.0):
    return toy_speech(seconds=seconds).samples[0]


def noise(seconds=1.0, seed=0, level=0.1):
    rng = np.random.default_rng(seed)
    return rng.normal(0, level, round(16000 * seconds)).astype(np.float32)


def speech_files(count=4):
    return sorted((DATA / "librispeech" / "test-clean").rglob("*.flac"))[:: 200 // count][:count]


def original_package():
    """The package itself, whose imports warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(
            "resemblyzer",
            reason="needs resemblyzer with librosa and webrtcvad",
            exc_type=ImportError,
        )


# The spectrogram


def test_spectrogram_is_that_of_librosa():
    librosa = pytest.importorskip("librosa", reason="compares with librosa")
    samples = noise(1.37)
    expected = librosa.feature.melspectrogram(
        y=samples, sr=16000, n_fft=400, hop_length=160, n_mels=40
    ).T
    found = spectrogram(samples)
    assert found.shape == expected.shape
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_spectrogram_by_the_direct_formula():
    # A whole number of periods in the window: a cosine of amplitude a gives (a · 100)² in its bin.
    samples = np.cos(2 * np.pi * 2000 / 16000 * np.arange(4000)).astype(np.float32)
    row = spectrogram(samples)[10].astype(np.float64)
    hertz = np.array([1960.0, 2000.0, 2040.0])
    power = np.array([0.25, 1.0, 0.25]) * np.array([50.0, 100.0, 50.0]) ** 2 / [0.25, 1, 0.25]

    def mel_of(f):
        return 3 * f / 200 if f < 1000 else 15 + 27 * np.log(f / 1000) / np.log(6.4)

    top = mel_of(8000.0)
    places = np.array([mel_of(f) for f in hertz]) / top * 41
    # Between two edges of one side a triangle is a line in Hz.
    edges = [_hertz(top * n / 41) for n in range(42)]
    expected = np.zeros(40)
    for band in range(40):
        low, centre, high = edges[band : band + 3]
        for f, p in zip(hertz, power, strict=True):
            side = min((f - low) / (centre - low), (high - f) / (high - centre))
            expected[band] += max(0.0, side) * 2 / (high - low) * p
    assert row == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert expected.argmax() in (int(places[1]) - 1, int(places[1]))


def _hertz(mels):
    return mels * 200 / 3 if mels < 15 else 1000 * 6.4 ** ((mels - 15) / 27)


@pytest.mark.parametrize("length", [1, 159, 160, 16000, 4096 * 160 + 7])
def test_frames_of_any_length(length):
    assert spectrogram(np.ones(length, np.float32)).shape == (1 + length // 160, 40)


def test_long_recordings_are_done_in_pieces_that_do_not_show():
    samples = noise(60)
    late = 4096 * 160
    whole = spectrogram(samples)
    piece = spectrogram(samples[late - 1600 : late + 1600])
    assert whole[4090:4102] == pytest.approx(piece[4:16], rel=1e-3, abs=1e-7)


# Preparation


def test_pauses_are_cut_and_speech_is_not():
    loud, soft = noise(0.6, level=0.1), noise(0.6, seed=1, level=0.1 * 10 ** (-50 / 20))
    speech = prepared(np.concatenate([soft, loud, soft, loud, soft]))
    assert speech.size == pytest.approx(2 * loud.size, abs=2 * dvector.SILENCE_BLOCK)
    quiet = noise(0.6, seed=1, level=0.1 * 10 ** (-30 / 20))
    assert prepared(np.concatenate([loud, quiet])).size == 2 * loud.size


def test_a_click_at_the_very_end_does_not_make_speech_a_pause():
    samples = np.append(noise(0.6, level=0.001), np.full(10, 0.5, np.float32))
    assert samples.size % dvector.SILENCE_BLOCK == 10
    assert prepared(samples).size == samples.size


def test_pauses_do_not_change_the_level():
    loud = noise(0.6, level=0.001)
    pause = np.zeros(9600, np.float32)
    with_pause = prepared(np.concatenate([pause, loud, pause]))
    alone = prepared(loud)
    assert np.std(with_pause) == pytest.approx(np.std(alone), rel=1e-3)


def test_softer_speech_is_raised_and_louder_speech_is_left():
    def level(samples):
        return 10 * np.log10(np.mean(samples.astype(np.float64) ** 2))

    assert level(prepared(noise(level=0.001))) == pytest.approx(-30, abs=0.01)
    assert level(prepared(noise(level=0.3))) == pytest.approx(level(noise(level=0.3)), abs=0.01)


def test_an_offset_does_not_matter():
    centred = toy() - toy().mean()
    assert prepared(centred + np.float32(0.2)) == pytest.approx(prepared(centred), abs=1e-5)


def test_trimming_can_be_left_out():
    samples = np.concatenate([noise(), np.zeros(8000, np.float32)])
    assert prepared(samples, is_trimmed=False).size == samples.size


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(16000), np.full(16000, 0.3), np.ones(1), noise(0.099),
     np.append(noise(), np.nan), np.append(noise(), np.inf),
     np.concatenate([np.zeros(16000), noise(0.05)])],
    ids=["empty", "silence", "offset", "one sample", "short", "nan", "inf", "short in silence"],
)  # fmt: skip
def test_what_says_nothing_is_refused(samples):
    with pytest.raises(InputError):
        mel(Audio(np.asarray(samples, np.float32), 16000))


def test_silence_that_is_not_trimmed_is_refused():
    with pytest.raises(InputError, match="silence"):
        prepared(np.zeros(16000, np.float32), is_trimmed=False)


@pytest.mark.parametrize("audio", [Audio(np.zeros((2, 8000)), 16000), Audio(noise(), 8000)])
def test_other_channels_and_rates_are_refused(audio):
    with pytest.raises(InputError, match="16000"):
        mel(audio)


def test_mel_is_the_spectrogram_of_prepared_speech():
    samples = toy()
    found = mel(Audio(samples, 16000))
    assert found.dtype == np.float32
    assert np.array_equal(found, spectrogram(prepared(samples)))


# Parts


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 120_000))
def test_parts_cover_the_speech(length):
    found = parts(np.ones(length, np.float32))
    assert found.shape[1:] == (160, 40)
    covered = ((len(found) - 1) * 77 + 160) * 160
    # What a dropped last part leaves out is less than three quarters of it.
    assert length - covered < 0.75 * 160 * 160
    if len(found) > 1:
        assert (length / 160 - (len(found) - 1) * 77) >= 0.75 * 160


def test_parts_are_cut_from_one_spectrogram():
    samples = noise(3)
    found = parts(samples)
    whole = spectrogram(np.pad(samples, (0, 25600)))
    assert len(found) == 3
    for number, part in enumerate(found):
        assert np.array_equal(part, whole[77 * number : 77 * number + 160])


@pytest.mark.parametrize("length", [1, 1600, 12_800, 25_599])
def test_short_speech_is_repeated(length):
    samples = noise(1.6)[:length]
    once = spectrogram(samples)
    found = parts(samples)
    assert found.shape == (1, 160, 40)
    for frame in range(160):
        assert np.array_equal(found[0, frame], once[frame % len(once)])


def test_the_end_of_longer_speech_is_padded():
    found = parts(noise(1.6 + 0.5))
    assert len(found) == 2
    ended = 210 - 77
    assert found[1, ended - 2].all()
    assert not found[1, ended + 2 :].any()


def test_parts_are_those_of_the_package():
    package = original_package()
    # Two parts from 197 frames on, three from 274 on.
    edges = [160 * frames + more for frames in (197, 274) for more in (-1, 0, 1)]
    for length in (1, 8000, 25599, 25600, 30000, 34240, 37000, 48000, 61234, 99999, *edges):
        slices, _ = package.VoiceEncoder.compute_partial_slices(length, 1.3, 0.75)
        assert len(parts(np.ones(length, np.float32))) == len(slices), length


# The network


def test_vectors_have_unit_length_over_the_last_axis():
    torch.manual_seed(0)
    found = DVectorNetwork()(torch.rand(5, 30, 40))
    assert found.shape == (5, 256)
    assert torch.linalg.norm(found, dim=1).tolist() == pytest.approx([1.0] * 5, abs=1e-5)
    assert (found >= 0).all()


def test_a_vector_of_nothing_is_no_nan():
    network = DVectorNetwork()
    torch.nn.init.constant_(network.linear.bias, -1e6)
    vectors = network(torch.rand(2, 10, 40))
    vectors.sum().backward()
    assert not vectors.any()
    assert all(p.grad is None or p.grad.isfinite().all() for p in network.parameters())


@needs_weights
def test_public_weights_have_their_size_and_every_call_gives_a_new_network():
    first, second = load_dvector(), load_dvector()
    # All of the package's 1,423,616 are there.
    assert sum(value.numel() for value in first.parameters()) == 1_423_616
    assert not first.training
    with torch.no_grad():
        first.linear.bias += 1
    assert not torch.equal(first.linear.bias, second.linear.bias)


@needs_weights
@pytest.mark.skipif(not DATA.is_dir(), reason="no speech collection beside this checkout")
def test_vectors_are_those_of_the_package():
    import soundfile

    package = original_package()
    encoder = package.VoiceEncoder("cpu", verbose=False)
    network = load_dvector()
    for path in speech_files():
        samples, _ = soundfile.read(path, dtype="float32")
        # The one difference: the package keeps the offset.
        samples -= samples.mean()
        level = package.audio.normalize_volume(samples, -30, increase_only=True)
        theirs = encoder.embed_utterance(level)
        with torch.no_grad():
            batch = torch.from_numpy(parts(prepared(samples, is_trimmed=False)))
            ours = network(batch).numpy().mean(axis=0)
        assert theirs @ ours / np.linalg.norm(ours) > 0.99999


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="pip install --no-deps resemblyzer"):
        weights_path()


def test_package_without_its_weights_is_missing(monkeypatch, tmp_path):
    spec = importlib.util.spec_from_loader("resemblyzer", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(MissingExtraError):
        load_dvector()


class Sneaky:
    def __reduce__(self):
        return (print, ("run",))


@pytest.mark.parametrize(
    "content",
    [b"", b"not weights", {"other": 1}, {"model_state": {}}, [1], {"model_state": Sneaky()}],
    ids=["empty", "text", "other keys", "no layers", "list", "code"],
)
def test_files_that_are_no_weights_are_refused(tmp_path, content, capsys):
    path = tmp_path / "pretrained.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(InputError, match=r"pretrained\.pt"):
        load_dvector(path)
    assert not capsys.readouterr().out


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError):
        load_dvector(tmp_path / "none.pt")
