import importlib.util
import sys
from types import ModuleType

import numpy as np
import pytest

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.metrics.quality import pesq, stoi
from voxnym.testing import toy_speech

needs_pystoi = pytest.mark.skipif(
    importlib.util.find_spec("pystoi") is None, reason="pystoi is not installed"
)
needs_pesq = pytest.mark.skipif(
    importlib.util.find_spec("pesq") is None, reason="pesq needs a C compiler; not installed"
)


@pytest.fixture(scope="module")
def clean():
    return toy_speech(seconds=1.5).samples[0].astype(np.float64)


def noisy(clean, snr_db):
    noise = np.random.default_rng(3).normal(0, 1, clean.size)
    gain = np.sqrt((clean**2).mean() / 10 ** (snr_db / 10))
    return clean + gain * noise


@needs_pystoi
@pytest.mark.parametrize("extended", [False, True])
def test_falls_as_noise_rises(clean, extended):
    values = [stoi(clean, noisy(clean, snr), 16_000, extended=extended) for snr in (60, 5, -15)]
    assert values[0].value > 0.9
    assert values[0].value > values[1].value + 0.05 > values[2].value + 0.1
    assert {each.measure for each in values} == {"ESTOI" if extended else "STOI"}
    assert stoi(clean, clean, 16_000, extended=extended).value == pytest.approx(1, abs=1e-4)


@needs_pystoi
def test_extended_hears_noise_that_comes_and_goes(clean):
    gated = clean + np.where(np.arange(clean.size) // 1_600 % 2, noisy(clean, -5) - clean, 0)
    plain, extended = (stoi(clean, gated, 16_000, extended=each).value for each in (False, True))
    assert extended < plain - 0.05


@needs_pystoi
def test_which_is_the_reference_matters(clean):
    gap = clean.copy()
    gap[8_000:12_000] *= 1e-4
    assert stoi(clean, gap, 16_000).value < stoi(gap, clean, 16_000).value


@needs_pystoi
def test_a_signal_out_of_step_is_unintelligible(clean):
    found = stoi(clean, np.roll(clean, 6_000), 16_000)
    assert found.value < 0.5
    assert found.measure == "STOI"


@needs_pystoi
def test_too_little_speech_is_refused_and_not_rated(clean):
    with pytest.raises(InputError, match="too little speech"):
        stoi(clean[:3_000], clean[:3_000], 16_000)


@needs_pystoi
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: x[:-1], "in step"),
        (lambda x: np.stack([x, x]), "in step"),
        (lambda x: 0 * x, "silence"),
        (lambda x: x + np.nan, "not finite"),
    ],
)
def test_refused(clean, spoil, message):
    with pytest.raises(InputError, match=message):
        stoi(clean, spoil(clean), 16_000)


def test_says_what_is_missing(monkeypatch, clean):
    monkeypatch.setitem(sys.modules, "pystoi", None)
    monkeypatch.setitem(sys.modules, "pesq", None)
    with pytest.raises(MissingExtraError, match=r"voxnym\[quality\]"):
        stoi(clean, clean, 16_000)
    with pytest.raises(MissingExtraError, match=r"voxnym\[pesq\]"):
        pesq(clean, clean, 16_000)


class RefusalError(Exception):
    pass


@pytest.fixture
def calls(monkeypatch):
    """The library's boundary; the real one is tried below where it is installed."""
    seen = []

    def rate_it(rate, reference, signal, mode):
        seen.append((rate, reference, signal, mode))
        if np.abs(signal).max() < 1e-6:
            raise RefusalError("No utterances detected")
        return 2.5

    fake = ModuleType("pesq")
    fake.pesq, fake.PesqError = rate_it, RefusalError
    monkeypatch.setitem(sys.modules, "pesq", fake)
    return seen


@pytest.mark.parametrize(
    ("rate", "mode", "name"), [(16_000, "wb", "wide"), (8_000, "nb", "narrow")]
)
def test_pesq_takes_the_band_from_the_rate(calls, clean, rate, mode, name):
    found = pesq(clean, clean / 2, rate)
    assert (found.value, found.measure, found.unit) == (2.5, f"PESQ {name}", "MOS")
    assert calls[0][0] == rate
    assert calls[0][3] == mode
    assert np.array_equal(calls[0][1], clean)
    assert np.array_equal(calls[0][2], clean / 2)


def test_pesq_refusals(calls, clean):
    with pytest.raises(InputError, match="rate=22050"):
        pesq(clean, clean, 22_050)
    with pytest.raises(InputError, match="in step"):
        pesq(clean, clean[1:], 16_000)
    with pytest.raises(InputError, match="No utterances"):
        pesq(clean, 1e-7 * clean, 16_000)


@needs_pesq
def test_pesq_falls_as_noise_rises(clean):
    high, low = (pesq(clean, noisy(clean, snr), 16_000).value for snr in (40, 0))
    assert high > low + 0.5
