import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from scenes import crowd, mixed_up
from toy_scene import toy_scene

from voxnym.codecs.lpc import Lpc
from voxnym.codecs.world import World
from voxnym.evaluation.attackers.parts import leakage_by_part
from voxnym.evaluation.attackers.streams import streams_of
from voxnym.records import Speech


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return crowd(tmp_path_factory.mktemp("parts"), more=8)


def by_name(leaks):
    return {leak.part: leak for leak in leaks}


@dataclass(frozen=True)
class FlatContent:
    """A stage that makes all content alike."""

    reads = writes = frozenset({"content"})
    kinds = None
    needs = frozenset()
    look_ahead = 0.0

    def start(self, rng, survey):
        def flat(speech, last):
            return speech.replace(content=rng.standard_normal(speech.content.shape))

        return flat


def test_content_of_toy_people_leaks_until_a_stage_hides_it(scene) -> None:
    clear = by_name(leakage_by_part(Lpc(), None, scene))
    assert set(clear) == {"content", "energy", "durations"}
    assert clear["content"].dims == 80
    assert min(clear["content"].raw, clear["content"].trained) < 20
    hidden = by_name(leakage_by_part(Lpc(), (FlatContent(),), scene))
    assert min(hidden["content"].raw, hidden["content"].trained) > 25
    assert hidden["energy"] == clear["energy"]


def test_mixed_up_people_do_not_leak(scene) -> None:
    leak = by_name(leakage_by_part(Lpc(), None, mixed_up(scene)))["content"]
    assert 25 < leak.raw < 75
    assert 25 < leak.trained < 75


def test_world_gives_pitch_and_noise_too(tmp_path) -> None:
    small = toy_scene(tmp_path, people=3, more=0)
    leaks = by_name(leakage_by_part(World(), None, small))
    assert set(leaks) == {"content", "pitch", "energy", "durations", "aperiodicity"}
    assert leaks["pitch"].dims == 8
    assert all(leak.trained is None for leak in leaks.values())


def test_most_telling_part_comes_first(scene) -> None:
    leaks = leakage_by_part(Lpc(), None, scene, most=20)
    rates = [min(leak.raw, leak.trained) for leak in leaks]
    assert rates == sorted(rates)


def test_codes_become_a_histogram() -> None:
    codes = np.array([0, 3, 3, 3], np.int64)
    speech = Speech("codes", codes, frame_rate=50, rate=16000, voice=np.ones(5))
    found = streams_of(speech)
    assert np.allclose(found["content"] ** 2, [0.25, 0, 0, 0.75])
    assert found["voice"].tolist() == [1] * 5
    assert set(found) == {"content", "durations", "voice"}


def test_pitch_stream_holds_register_and_melody() -> None:
    pitch = np.array([0, 100, 110, 121, 0, 100, 0], float)
    speech = Speech("codes", np.zeros(7, np.int64), frame_rate=100, rate=16000, pitch=pitch)
    found = streams_of(speech)["pitch"]
    voiced = np.log(pitch[pitch > 0])
    assert found[:2].tolist() == pytest.approx([voiced.mean(), voiced.std()])
    assert found[4] == pytest.approx(np.median(voiced) - voiced.mean())
    assert found[7] == pytest.approx(100 * np.log(1.1))


@pytest.mark.parametrize("frames", [1, 2, 40])
def test_streams_are_finite_for_few_frames_and_silence(frames) -> None:
    speech = Speech(
        "envelope",
        np.zeros((frames, 100)),
        frame_rate=200,
        rate=16000,
        pitch=np.zeros(frames),
        energy=np.full(frames, -200.0),
        rest={"noise": np.zeros((frames, 3)), "wave": np.zeros((frames, 99))},
    )
    found = streams_of(speech)
    assert "wave" not in found
    assert all(np.isfinite(each).all() for each in found.values())
    assert found["content"].shape == (80,)
