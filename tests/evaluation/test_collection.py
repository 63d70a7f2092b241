"""All speech of an evaluation, from one corpus or several."""

import json

import pytest

from voxnym.corpora.corpus import Corpus, Recording
from voxnym.errors import InputError
from voxnym.evaluation.collection import joined, read_collection
from voxnym.evaluation.plan import Plan
from voxnym.records import Utterance


def put(home, rows):
    home.mkdir(parents=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (home / "manifest.jsonl").write_text(text)
    for row in rows:
        (home / row["path"]).touch()


def row(id, **more):
    return {"id": id, "path": f"{id}.wav", "speaker": id[0], "gender": "F"} | more


def test_several_corpora(tmp_path):
    put(tmp_path / "one", [row("a1", duration_s=2.5), row("b1", start=1.0, end=2.0)])
    put(tmp_path / "two", [row("c1")])
    (tmp_path / "lists").mkdir()
    found = read_collection(tmp_path)
    assert dict(found.corpus_of) == {"a1": "one", "b1": "one", "c1": "two"}
    assert dict(found.seconds) == {"a1": 2.5, "b1": 1.0}
    assert [each.id for each in found.of_corpora(["one"])] == ["a1", "b1"]
    assert found.clips["b1"].stretch == (1.0, 2.0, None)
    assert read_collection(tmp_path / "two").utterances.keys() == {"c1"}


def test_an_id_in_two_corpora_is_refused(tmp_path):
    put(tmp_path / "one", [row("a1")])
    put(tmp_path / "two", [row("a1")])
    with pytest.raises(InputError, match="a1: stands in one and in two"):
        read_collection(tmp_path)


def test_a_published_corpus_among_them(tmp_path):
    put(tmp_path / "one", [row("a1")])
    for name in ("03a01Wa", "08b10Na", "16a07Tb", "15b03Lc", "11a05Ea"):
        (tmp_path / "EmoDB" / "wav").mkdir(parents=True, exist_ok=True)
        (tmp_path / "EmoDB" / "wav" / f"{name}.wav").touch()
    assert {each.emotion for each in read_collection(tmp_path).of_corpora(["EmoDB"])} == {
        "anger", "neutral", "sadness", "boredom", "disgust",
    }  # fmt: skip


def test_no_corpus(tmp_path):
    with pytest.raises(InputError, match="no corpus"):
        read_collection(tmp_path)
    with pytest.raises(InputError, match="no corpus"):
        read_collection(tmp_path / "none")


def test_channels_of_two_people(tmp_path):
    put(tmp_path / "one", [row("a1", path="talk.wav", channel=0), row("b1", path="talk.wav",
                                                                       channel=1)])  # fmt: skip
    clips = read_collection(tmp_path).clips
    assert (clips["a1"].channel, clips["b1"].channel) == (0, 1)


def test_channels_by_their_numbers_in_the_session(tmp_path):
    said = (
        Utterance("u", "s", channels=(5,)),
        Utterance("v", "s", channels=(2,)),
        Utterance("w", "s"),
    )
    recordings = (
        Recording("r1", tmp_path / "1.wav", channels=1, channel_ids=(2,), session="s"),
        Recording("r2", tmp_path / "2.wav", channels=2, channel_ids=(4, 5), session="s"),
        Recording("r3", command="rm x", session="s"),
    )
    found = joined({"c": Corpus("lhotse", tmp_path, recordings, said)})
    assert found.clips["u"].path.name == "2.wav"
    assert found.clips["u"].channel == 1
    assert (found.clips["v"].path.name, found.clips["v"].channel) == ("1.wav", None)
    assert found.clips["w"].path.name == "1.wav"


def test_missing_recordings_are_found_before_anything_begins(tmp_path):
    rows = [row(f"{who}{n}", duration_s=3.0) for who in "ab" for n in range(6)]
    put(tmp_path / "one", rows)
    assert Plan(tmp_path, "made").material.trials.targets == 8
    for each in rows[:2]:
        (tmp_path / "one" / each["path"]).unlink()
    with pytest.raises(InputError, match=r"2 of 12 recordings are not there, first .*a0\.wav"):
        _ = Plan(tmp_path, "made").material


def test_short_ones_make_no_trials(tmp_path):
    rows = [row(f"{who}{n}", duration_s=3.0 - n / 2) for who in "ab" for n in range(6)]
    put(tmp_path / "one", rows)
    with pytest.raises(InputError, match="0 people have 5 utterances"):
        _ = Plan(tmp_path, "made").material


def test_results_of_somebody_else(tmp_path):
    put(tmp_path / "one", [row(f"{who}{n}", duration_s=3.0) for who in "ab" for n in range(6)])
    plan = Plan(tmp_path, "made")
    trials = plan.material.trials
    out = tmp_path / "results"
    out.mkdir()
    for id in (*trials.enrolments, *trials.utterances):
        (out / f"{id}.opus").touch()
    (out / f"{trials.utterances[0]}.txt").touch()
    subject = plan.folder(out)
    assert subject.name == "results"
    assert len(subject.files) == 12
    (out / f"{trials.utterances[0]}.opus").unlink()
    with pytest.raises(InputError, match=f"no result for 1 of 12 .*{trials.utterances[0]}"):
        plan.folder(out)
    with pytest.raises(InputError, match="no such folder"):
        plan.folder(tmp_path / "none")


def test_nothing_to_read():
    with pytest.raises(InputError, match="--corpus is missing"):
        _ = Plan(None).material
