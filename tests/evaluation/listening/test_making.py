from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.listening.making import CHECKS, make_plan
from voxnym.evaluation.listening.recordings import Collection, Recording


def collection(people=6, each=6, systems=("a", "b"), texts=True, originals=True):
    names = [*systems, *(["original"] if originals else [])]
    recordings = tuple(
        Recording(
            f"p{p}/{n}", f"p{p}", f"text {p} {n}" if texts else "",
            {name: Path(f"/{name}/p{p}/{n}.wav") for name in names},
        )
        for p in range(people)
        for n in range(each)
    )  # fmt: skip
    return Collection(tuple(systems), recordings)


def heard(plan, listener, kind):
    return [
        (plan.sounds[trial.heard_by(listener)[-1]], trial)
        for trial in plan.of_kind(kind)
        if not trial.check
    ]


@given(
    seed=st.integers(0, 1 << 31),
    systems=st.integers(1, 4),
    each=st.integers(1, 4),
    originals=st.booleans(),
    listener=st.integers(1, 999_999),
)
def test_each_listener_hears_each_system_equally_often_and_no_sentence_twice(
    seed, systems, each, originals, listener
):
    plan = make_plan(
        collection(systems=tuple("abcd"[:systems])), seed=seed, per_system=each, originals=originals
    )
    for kind in ("words", "naturalness", "abx"):
        counts = Counter(sound.system for sound, _ in heard(plan, listener, kind))
        assert counts == dict.fromkeys(plan.systems, each)
    for kind in ("words", "abx"):
        names = [sound.recording for sound, _ in heard(plan, listener, kind)]
        assert len(set(names)) == len(names)
    assert plan.originals == originals
    assert not plan.notes or each * len(plan.systems) + each > 36


@given(seed=st.integers(0, 1 << 31))
def test_over_listeners_every_item_is_heard_from_every_system(seed):
    plan = make_plan(collection(), seed=seed, originals=True)
    for kind in ("words", "abx"):
        pairs = {
            (sound.recording, sound.system)
            for listener in (1, 2, 3)
            for sound, _ in heard(plan, listener, kind)
        }
        assert len(pairs) == 3 * len(heard(plan, 1, kind))
    ratings = [{s.recording for s, _ in heard(plan, n, "naturalness")} for n in (1, 2)]
    assert ratings[0] == ratings[1]


@given(seed=st.integers(0, 1 << 31), originals=st.booleans())
def test_abx_has_one_right_answer_and_it_is_as_often_a_as_b(seed, originals):
    plan = make_plan(collection(), seed=seed, originals=originals, per_system=4)
    for listener in (1, 2):
        rights = Counter()
        for sound, trial in heard(plan, listener, "abx"):
            a, b, x = (plan.sounds[code] for code in trial.heard_by(listener))
            right, wrong = (a, b) if trial.right == "A" else (b, a)
            assert right.speaker == x.speaker != wrong.speaker
            assert right.recording != x.recording
            reference = "original" if originals else x.system
            assert {a.system, b.system} == {reference}
            rights[sound.system, trial.right] += 1
        assert set(rights.values()) == {2}


def test_checks_have_one_sensible_answer():
    plan = make_plan(collection(), seed=1, originals=True)
    anchors = [t for t in plan.of_kind("naturalness") if t.check]
    copies = [t for t in plan.of_kind("abx") if t.check]
    assert len(anchors) == len(copies) == CHECKS
    assert all(plan.sounds[t.heard_by(1)[0]].anchor for t in anchors)
    assert sum(sound.anchor for sound in plan.sounds.values()) == CHECKS
    assert {trial.right for trial in copies} == {"A", "B"}
    for trial in copies:
        a, b, x = (plan.sounds[code] for code in trial.heard_by(7))
        assert x.path == (a if trial.right == "A" else b).path
        assert x.code not in (a.code, b.code)


def test_same_seed_same_plan_and_codes_say_nothing():
    one, again, other = (make_plan(collection(), seed=seed) for seed in (5, 5, 6))
    assert one == again
    assert not set(one.sounds) & set(other.sounds)
    assert one.test != other.test
    assert one.order != other.order
    codes = [*one.sounds, *(trial.code for trial in one.trials)]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 8 for code in codes)


def test_same_seed_other_recordings_is_another_test():
    plans = [make_plan(collection(each=each), seed=5) for each in (6, 5)]
    assert plans[0].test != plans[1].test


def test_too_little_is_told_or_refused():
    few = make_plan(collection(people=2, each=3), seed=1, per_system=9)
    assert few.notes == (
        "words: 3 sentences for each system, not 9: only 6 recordings have different known texts",
        "naturalness: some sentences were heard in the words part before",
        "naturalness: 6 recordings for each system, not 9",
        "abx: 3 trials for each system, not 9",
    )
    with pytest.raises(InputError, match="give --texts"):
        make_plan(collection(texts=False), seed=1)
    assert make_plan(collection(texts=False), seed=1, kinds=["naturalness"]).trials
    with pytest.raises(InputError, match="abx: 1 speakers"):
        make_plan(collection(people=1), seed=1)
    with pytest.raises(InputError, match="of whom 0 have"):
        make_plan(collection(each=1), seed=1, kinds=["abx"])
    with pytest.raises(InputError, match="no folder of originals"):
        make_plan(collection(originals=False), seed=1, originals=True)
    with pytest.raises(InputError, match="no recording fits"):
        make_plan(collection(), seed=1, fits=lambda recording: False)
    with pytest.raises(InputError, match="per_system=0"):
        make_plan(collection(), seed=1, per_system=0)


def test_sentences_are_written_down_once_even_if_several_people_say_them():
    same = collection(people=6, each=2)
    twins = tuple(
        Recording(r.name, r.speaker, f"Text {r.name[-1]}", r.paths) for r in same.recordings
    )
    plan = make_plan(Collection(same.systems, twins), seed=1, kinds=["words"], per_system=1)
    texts = [sound.text for sound, _ in heard(plan, 1, "words")]
    assert sorted(texts) == ["Text 0", "Text 1"]


def test_only_fitting_recordings_are_used():
    plan = make_plan(collection(), seed=1, fits=lambda recording: recording.speaker != "p0")
    assert {sound.speaker for sound in plan.sounds.values()} == {"p1", "p2", "p3", "p4", "p5"}
