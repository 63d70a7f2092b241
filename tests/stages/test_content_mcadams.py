from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from voxnym.codecs.lpc import Lpc
from voxnym.errors import PresetError
from voxnym.protocols import Stage
from voxnym.records import Speech, Survey
from voxnym.stages.content_mcadams import ContentMcadams

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "librispeech"
CHALLENGE = Lpc(
    order=20,
    window="symmetric",
    estimator="burg",
    filtering="frame",
    padding=False,
    match_energy=False,
    offset=1.1920929e-07,
)
VARIED = ContentMcadams(band_spread=0.08, time_spread=0.08)


def render(samples, codec, stage, cuts=(), seed=0):
    run = codec.start(Survey())
    transform = stage.start(np.random.default_rng(seed), Survey())
    done = []
    edges = [0, *sorted(cuts), len(samples)]
    for i, (start, stop) in enumerate(pairwise(edges)):
        last = i == len(edges) - 2
        speech = run.analyze(samples[start:stop].astype(np.float32), last)
        done.append(run.synthesize(transform(speech, last), last))
    return np.concatenate(done)


def fixed(coefficient, **more):
    return ContentMcadams(coefficient=coefficient, **more)


def challenge(coefficient):
    return fixed(coefficient, largest_radius=None)


def recording(name):
    path = DATA / "test-other" / "1688" / f"1688-142285-{name}.flac"
    if not path.exists():
        pytest.skip(f"LibriSpeech recording 1688-142285-{name} is not at hand")
    return soundfile.read(path, dtype="float32")[0]


def voice(length=16000, seed=0):
    """Pulses and noise through four resonances: nobody's vowel."""
    rng = np.random.default_rng(seed)
    source = 0.02 * rng.standard_normal(length)
    source[::130] += 1.0
    for hertz, width in ((600, 80), (1400, 100), (2500, 150), (3600, 200)):
        radius, angle = np.exp(-np.pi * width / 16000), 2 * np.pi * hertz / 16000
        source = lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], source)
    envelope = 0.3 + 0.7 * np.sin(np.arange(length) / 2500) ** 2
    return (0.2 * source / np.abs(source).max() * envelope).astype(np.float32)


def speech_of(polynomials, rate=16000):
    return Speech("lpc", np.atleast_2d(polynomials), frame_rate=100, rate=rate)


def moved(polynomials, stage, rate=16000, seed=0):
    transform = stage.start(np.random.default_rng(seed), Survey())
    return transform(speech_of(polynomials, rate), True).content


# utterance, coefficient, sum and peak before scaling, sum of 16 bit values after
GOLDEN = [
    ("0002", 0.8, 2548.6766263, 1.3684458443, 61002799),
    ("0002", 0.5, 62415.714878, 42.089792029, 48566759),
    ("0002", 0.9, 1945.6348376, 0.4869609563, 130892665),
    ("0003", 0.8, 5048.7910408, 1.5171739289, 108996963),
    ("0003", 0.5, 123951.61297, 79.150003781, 51272718),
    ("0003", 0.9, 3928.6771284, 0.7008466151, 183633245),
    ("0004", 0.8, 3957.3810253, 1.7592912304, 73668929),
    ("0004", 0.5, 93555.703672, 53.443166577, 57323316),
    ("0004", 0.9, 3102.0811899, 0.7721325608, 131603156),
]
SAMPLES = {
    "0002": "1.20528764e-01 3.03450843e-01 3.15411717e-01 1.88613743e-01 6.31604374e-02",
    "0003": "-1.22996976e-03 -1.12356257e-03 -9.93361711e-04 -9.94005884e-04 -1.05402651e-03",
    "0004": "3.32637247e-03 2.63548085e-01 1.44965266e-01 -4.15705989e-02 5.55831595e-02",
}


@pytest.mark.parametrize(("name", "coefficient", "total", "peak", "total_16"), GOLDEN)
def test_challenge_setting_gives_the_challenge_output(name, coefficient, total, peak, total_16):
    samples = recording(name)
    out = render(samples, CHALLENGE, challenge(coefficient))
    assert len(out) == len(samples)
    assert np.abs(out).max() == pytest.approx(peak, rel=1e-7)
    assert np.abs(out.astype(float)).sum() == pytest.approx(total, abs=1e-7 * peak * len(out))
    if coefficient == 0.8:
        wanted = np.array(SAMPLES[name].split(), dtype=float)
        np.testing.assert_allclose(out[8000:8005], wanted, atol=1e-7 * peak)
    scaled = (out / np.abs(out).max() * 32766).astype(np.int16)
    assert np.abs(scaled.astype(int)).sum() == total_16


@pytest.mark.parametrize(
    ("coefficient", "wanted", "total"),
    [
        (0.8, [-0.0318469021, 0.1234487449, -0.2767205236, -0.4999990112], 426.6979375),
        (0.5, [3.1809606324, -2.508347277, -7.037999323, -3.2583413541], 16328.91216),
        (0.9, [0.1244353540, -0.0173777610, -0.2661055176, -0.1077244253], 185.7454635),
    ],
)
def test_challenge_setting_on_noise(coefficient, wanted, total):
    noise = 0.1 * np.random.RandomState(7).randn(1600)
    out = render(noise, CHALLENGE, challenge(coefficient))
    np.testing.assert_allclose(out[800:804], wanted, rtol=3e-6, atol=1e-7)
    assert np.abs(out).sum() == pytest.approx(total, rel=1e-6)


def test_it_is_a_stage():
    stage = ContentMcadams()
    assert isinstance(stage, Stage)
    assert stage.kinds == {"lpc"}
    assert stage.reads == stage.writes == {"content"}


@pytest.mark.parametrize("hertz", [300.0, 1000.0, 2546.479, 5000.0])
@pytest.mark.parametrize("coefficient", [0.5, 0.8, 0.9, 1.1])
def test_a_pole_goes_where_the_formula_says(hertz, coefficient):
    angle, radius = 2 * np.pi * hertz / 16000, 0.95
    content = moved([1.0, -2 * radius * np.cos(angle), radius**2], fixed(coefficient))
    root = np.roots(content[0])[0]
    assert abs(np.angle(root)) == pytest.approx(angle**coefficient, abs=1e-9)
    assert abs(root) == pytest.approx(radius, abs=1e-9)


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_the_effect_in_hz_does_not_depend_on_the_rate(rate):
    angle, radius = 2 * np.pi * 700.0 / rate, 0.9
    content = moved([1.0, -2 * radius * np.cos(angle), radius**2], fixed(0.8), rate)
    hertz = abs(np.angle(np.roots(content[0])[0])) * rate / (2 * np.pi)
    reference = 16000 / (2 * np.pi)
    assert hertz == pytest.approx(reference * (700.0 / reference) ** 0.8, rel=1e-9)


def test_a_resonance_is_heard_where_the_formula_says():
    angle, radius = 2 * np.pi * 1000.0 / 16000, 0.97
    noise = np.random.default_rng(0).standard_normal(64000)
    sound = 0.01 * lfilter([1.0], [1, -2 * radius * np.cos(angle), radius**2], noise)
    codec = Lpc(order=2)
    out = render(sound, codec, fixed(0.8))
    spectrum = np.abs(np.fft.rfft(out[:64000].reshape(-1, 800) * np.hanning(800))) ** 2
    loudest_hz = spectrum.mean(axis=0).argmax() * 20
    assert loudest_hz == pytest.approx(16000 / (2 * np.pi) * angle**0.8, abs=60)


def test_real_poles_keep_their_place():
    roots = [0.9, -0.7, 0.95 * np.exp(1j), 0.95 * np.exp(-1j)]
    content = moved(np.real(np.poly(roots)), fixed(0.6))
    found = np.roots(content[0])
    np.testing.assert_allclose(np.sort(found[np.abs(found.imag) < 1e-9].real), [-0.7, 0.9])


@pytest.mark.parametrize("stage", [fixed(0.5), fixed(0.9), VARIED])
def test_moved_polynomials_are_stable(stage):
    polynomials = Lpc().start(Survey()).analyze(voice(), True).content
    for polynomial in moved(polynomials, stage)[::7]:
        assert np.abs(np.roots(polynomial)).max() < 1.0


def test_poles_at_the_unit_circle_are_moved_inwards():
    angles = np.array([0.3, 1.1, 2.2])
    close = np.poly(np.concatenate([np.exp(1j * angles), np.exp(-1j * angles)])).real
    for largest in (0.9, 1 - 1e-6):
        new = moved(close[np.newaxis], fixed(0.8, largest_radius=largest))
        radii = np.abs(np.roots(np.asarray(new).ravel()[:7]))
        assert np.allclose(radii, largest, atol=1e-7)


def test_frames_without_prediction_are_left_alone():
    polynomials = np.zeros((5, 21))
    polynomials[:, 0] = 1.0
    np.testing.assert_array_equal(moved(polynomials, fixed(0.6)), polynomials)
    assert moved(polynomials[:0], fixed(0.6)).shape == (0, 21)


def test_coefficient_1_changes_nothing():
    samples = voice()
    np.testing.assert_allclose(render(samples, Lpc(), fixed(1.0)), samples, atol=1e-6)
    assert np.abs(render(samples, Lpc(), fixed(0.99)) - samples).max() > 1e-3


@pytest.mark.parametrize("coefficient", [0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_the_level_does_not_betray_the_coefficient(coefficient):
    for samples in (voice(), voice(seed=1), recording("0002"), recording("0004")):
        out = render(samples, Lpc(), fixed(coefficient))
        assert abs(20 * np.log10(np.std(out) / np.std(samples))) < 0.5


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 8000), max_size=6))
@pytest.mark.parametrize("codec", [Lpc(), CHALLENGE])
def test_cuts_do_not_matter(codec, cuts):
    samples = voice(8000)
    whole = render(samples, codec, VARIED)
    np.testing.assert_allclose(render(samples, codec, VARIED, cuts), whole, atol=1e-6)


def test_live_blocks_give_the_same():
    samples = voice(8000)
    live = render(samples, Lpc(), VARIED, range(160, 8000, 160))
    np.testing.assert_allclose(live, render(samples, Lpc(), VARIED), atol=1e-6)


def test_equal_seeds_give_equal_voices_and_others_do_not():
    samples = voice(8000)
    first, again, other = (render(samples, Lpc(), VARIED, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_draws_fill_the_range():
    resonance = [1.0, -2 * 0.9 * np.cos(0.3), 0.81]
    angles = [
        abs(np.angle(np.roots(moved(resonance, ContentMcadams(), seed=seed)[0])[0]))
        for seed in range(200)
    ]
    drawn = np.log(angles) / np.log(0.3)
    assert 0.5 <= drawn.min() < 0.52
    assert 0.88 < drawn.max() <= 0.9
    assert np.mean(drawn) == pytest.approx(0.7, abs=0.03)


def test_variation_over_time_is_slow_and_bounded():
    resonance = np.tile([1.0, -2 * 0.9 * np.cos(0.3), 0.81], (3000, 1))
    content = moved(resonance, ContentMcadams(time_spread=0.1))
    angles = np.arccos(content[:, 1] / (-2 * 0.9))
    drift = np.log(angles) / np.log(0.3)
    assert 0.05 < np.ptp(drift) <= 0.2
    assert np.abs(np.diff(drift)).max() < 0.003


def test_variation_by_band_differs_between_resonances_only():
    resonances = [[1.0, -2 * 0.9 * np.cos(a), 0.81] for a in (0.2, 0.7, 2.0, 0.2)]
    content = moved(resonances, ContentMcadams(band_spread=0.1))
    angles = np.arccos(content[:, 1] / (-2 * 0.9))
    drawn = np.log(angles) / np.log([0.2, 0.7, 2.0, 0.2])
    assert drawn[0] == pytest.approx(drawn[3])
    assert 0.01 < np.ptp(drawn) <= 0.2


def test_knee_keeps_the_top_of_the_band():
    angles = np.array([0.3, 2.0, 2.19, 2.21, 2.8, 3.1, 3.14])
    resonances = [[1.0, -2 * 0.9 * np.cos(a), 0.81] for a in angles]
    plain, kneed = (
        np.arccos(moved(resonances, fixed(0.6, knee_share=share))[:, 1] / (-2 * 0.9))
        for share in (None, 0.7)
    )
    np.testing.assert_allclose(kneed[:3], plain[:3], atol=1e-9)
    assert np.all(np.diff(kneed) > 0)
    assert kneed[3] == pytest.approx(plain[3], abs=0.02)
    assert kneed[-1] == pytest.approx(3.14, abs=0.003)
    assert plain[-1] < 2.0


def test_variation_never_leaves_the_range():
    resonances = np.tile([[1.0, -2 * 0.9 * np.cos(a), 0.81] for a in (0.2, 0.7, 2.0)], (1000, 1))
    stage = ContentMcadams(low=0.55, high=0.65, band_spread=0.3, time_spread=0.3)
    for seed in range(5):
        content = moved(resonances, stage, seed=seed)
        angles = np.arccos(content[:, 1] / (-2 * 0.9))
        drawn = np.log(angles) / np.log(np.tile([0.2, 0.7, 2.0], 1000))
        assert drawn.min() >= 0.55 - 1e-9
        assert drawn.max() <= 0.65 + 1e-9


def test_a_fixed_coefficient_does_not_vary():
    resonances = [[1.0, -2 * 0.9 * np.cos(a), 0.81] for a in (0.2, 0.7, 2.0)]
    varied = moved(resonances, fixed(0.7, band_spread=0.1, time_spread=0.1))
    np.testing.assert_allclose(varied, moved(resonances, fixed(0.7)), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(8000),
        np.full(8000, 0.5),
        0.5 * np.sin(np.arange(8000) * 0.1728),
        0.5 * np.sin(1e-4 * np.arange(8000) ** 2),
        np.eye(1, 8000, 3000)[0],
        1e-8 * np.random.default_rng(0).standard_normal(8000),
    ],
    ids=["zeros", "constant", "tone", "chirp", "impulse", "faint noise"],
)
@pytest.mark.parametrize("coefficient", [0.5, 0.8, 1.0, 1.3])
def test_edge_inputs(samples, coefficient):
    out = render(samples, Lpc(), fixed(coefficient))
    assert np.isfinite(out).all()
    assert np.sqrt(np.mean(out**2.0)) <= 1.3 * np.sqrt(np.mean(samples**2.0))
    if coefficient == 1.0:
        np.testing.assert_allclose(out, samples, atol=1e-6)


@pytest.mark.parametrize("length", [0, 1, 159, 160, 161, 319, 320, 321, 2000])
def test_length_is_kept(length):
    assert len(render(voice(2000)[:length], Lpc(), fixed(0.7))) == length


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": 0.9, "high": 0.5},
        {"low": 0.0},
        {"high": 3.0},
        {"coefficient": 0.0},
        {"reference_hz": 0.0},
        {"band_spread": -0.1},
        {"knee_share": 1.0},
        {"time_spread": 0.6},
        {"band_knots": 1},
        {"largest_radius": 1.0},
        {"coefficient": float("nan")},
    ],
)
def test_wrong_parameters_are_named(wrong):
    with pytest.raises(PresetError, match=next(iter(wrong))):
        ContentMcadams(**wrong)
