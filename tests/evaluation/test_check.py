import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.check import INDICATIVE, check_json, check_lines, check_outputs
from voxnym.records import Audio


class Direction:
    """A voice is the direction of the first samples; quiet as a network may not be."""

    id = "toy-1"
    dims = 3

    def __call__(self, audio):
        vector = audio.samples[0, :3].astype(np.float64)
        if np.isnan(vector).any():
            raise InputError("too little speech")
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def voice(*parts):
    return lambda: Audio(np.array(parts, np.float32), 16_000)


X, Y, Z = (1, 0, 0), (0, 1, 0), (0, 0, 1)


def test_distances_and_ranks_by_hand():
    inputs = [voice(*X), voice(*Y), voice(*Z)]
    outputs = [voice(0.6, 0.8, 0), voice(0, 1, 0), voice(0.8, 0.6, 0)]
    found = check_outputs(inputs, outputs, Direction(), ["a", "b", "c"])
    rows = [
        (each.name, round(each.own, 4), each.rank, each.nearest_input, each.nearest_output)
        for each in found.outputs
    ]
    assert rows == [("a", 0.4, 2, "b", "c"), ("b", 0, 1, "b", "a"), ("c", 1, 3, "a", "a")]
    assert found.outputs[0].to_output == pytest.approx(0.04, abs=1e-6)
    assert (found.nearest.name, found.found, found.chance) == ("b", 1, pytest.approx(1 / 3))
    assert found.closest_pair is not None
    assert found.closest_pair[:2] == ("a", "c")
    assert found.inputs_apart == pytest.approx(1)


def test_equally_near_inputs_count_as_a_guess():
    same = [voice(*X)] * 4
    found = check_outputs(same, same, Direction())
    assert found.found == pytest.approx(1)
    assert [each.rank for each in found.outputs] == [4] * 4
    assert [each.name for each in found.outputs] == ["1", "2", "3", "4"]


@given(seed=st.integers(0, 1000), count=st.integers(1, 12))
def test_agrees_with_loops(seed, count):
    rng = np.random.default_rng(seed)
    ins, outs = rng.standard_normal((2, count, 3))
    found = check_outputs(
        [voice(*each) for each in ins], [voice(*each) for each in outs], Direction()
    )

    def apart(one, two):
        return 1 - float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))

    hits = 0
    for place, each in enumerate(found.outputs):
        to_inputs = [apart(outs[place], other) for other in ins]
        assert each.own == pytest.approx(to_inputs[place], abs=1e-5)
        assert each.nearest_input == str(int(np.argmin(to_inputs)) + 1)
        hits += int(np.argmin(to_inputs)) == place
        others = [apart(outs[place], other) for i, other in enumerate(outs) if i != place]
        assert each.to_output == (pytest.approx(min(others), abs=1e-5) if others else None)
    assert found.found == pytest.approx(hits)


def test_many_outputs_go_in_pieces(monkeypatch):
    monkeypatch.setattr("voxnym.evaluation.check._ROWS", 3)
    rng = np.random.default_rng(1)
    ins, outs = rng.standard_normal((2, 10, 3))
    arguments = [voice(*each) for each in ins], [voice(*each) for each in outs], Direction()
    pieces = check_outputs(*arguments)
    monkeypatch.undo()
    assert pieces.outputs == check_outputs(*arguments).outputs


def test_identity_finds_everybody():
    inputs = [voice(*X), voice(*Y), voice(*Z)]
    found = check_outputs(inputs, inputs, Direction())
    assert found.found == 3
    assert "originals found as the nearest: 3 of 3 (guessing: 1)" in list(check_lines(found))


def test_what_cannot_be_compared_is_listed_or_refused():
    quiet = voice(0, 0, 0)
    found = check_outputs([voice(*X), voice(*Y)], [quiet, voice(*X)], Direction(), ["a", "b"])
    assert found.left_out == (("a", "nothing but silence"),)
    assert len(found.outputs) == 1
    assert found.closest_pair is None
    assert found.inputs_apart is None
    text = list(check_lines(found))
    assert "left out: a: nothing but silence" in text
    assert not any("guessing" in line for line in text)
    with pytest.raises(InputError, match="nothing could be compared; 1: nothing but silence"):
        check_outputs([quiet], [quiet], Direction())
    with pytest.raises(InputError, match="2 inputs, 1 outputs"):
        check_outputs([quiet] * 2, [quiet], Direction())
    with pytest.raises(InputError, match="0 inputs"):
        check_outputs([], [], Direction())


def test_never_a_claim_of_privacy():
    inputs = [voice(*X), voice(*Y)]
    found = check_outputs(inputs, inputs, Direction())
    assert list(check_lines(found))[-1] == INDICATIVE
    assert INDICATIVE.startswith("indicative only")
    assert "no proof of privacy" in INDICATIVE
    whole = json.loads(check_json(found))
    assert whole["indicative"] is True
    assert INDICATIVE in whole["notes"]
    assert whole["closest_pair"]["names"] == ["1", "2"]
    assert [each["own"] for each in whole["outputs"]] == [0, 0]


def test_files_are_named_and_long_ones_told(tmp_path: Path, monkeypatch):
    rng = np.random.default_rng(0)
    for name, seconds in (("in.wav", 3), ("out.wav", 3)):
        soundfile.write(tmp_path / name, 0.1 * rng.standard_normal(16_000 * seconds), 16_000)
    paths = [tmp_path / "in.wav"], [tmp_path / "out.wav"]
    found = check_outputs(*paths, Direction())
    assert found.outputs[0].name == "out.wav"
    assert found.notes == (INDICATIVE,)
    from voxnym.evaluation import first_speech

    whole = first_speech.first_speech
    monkeypatch.setattr(first_speech, "first_speech", lambda source: whole(source, 1.0))
    assert any("first 60 s" in note for note in check_outputs(*paths, Direction()).notes)


def test_hostile_names_stay_on_their_line():
    found = check_outputs([voice(*X)], [voice(*Y)], Direction(), ["a\n\x1b[31mb"])
    assert all(line.isprintable() for line in check_lines(found))


def test_many_outputs_are_not_all_printed():
    inputs = [voice(*vector) for vector in np.random.default_rng(0).standard_normal((50, 3))]
    assert len(list(check_lines(check_outputs(inputs, inputs, Direction())))) < 10


DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "vctk"


def test_real_voices_are_told_apart_whatever_their_level(tmp_path):
    torch = pytest.importorskip("torch", reason="d-vectors need PyTorch (extra attack)")
    from voxnym.errors import MissingExtraError
    from voxnym.evaluation.embedders import load_embedder

    files = [DATA / p / f"{p}_00{n}.flac" for p in ("p225", "p226") for n in (2, 4)]
    if not all(file.exists() for file in files):
        pytest.skip("the speech collection is not here")
    try:
        embedder = load_embedder("dvector")
    except MissingExtraError as error:
        pytest.skip(str(error))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        softer = []
        for file in files:
            samples, rate = soundfile.read(file)
            softer.append(tmp_path / file.name)
            soundfile.write(softer[-1], 0.2 * samples, rate)
        same = check_outputs(files, softer, embedder)
        swapped = check_outputs(files, softer[2:] + softer[:2], embedder)
    finally:
        torch.set_num_threads(threads)
    assert same.found == 4
    assert same.nearest.own < 0.02
    assert swapped.found == 0
    assert min(each.own for each in swapped.outputs) > 0.2
