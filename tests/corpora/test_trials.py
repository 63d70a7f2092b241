"""Trials: what they refuse, how they are cut, and that their digest knows no order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from some_trials import trials

from voxnym.errors import InputError

PAIRS = 16
flags = st.lists(st.booleans(), min_size=PAIRS, max_size=PAIRS).map(np.array)


def test_counts():
    some = trials()
    assert (some.targets, some.nontargets) == (8, 8)
    assert some.same_gender.all()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"enrolments": ("a-1-0009", "b-1-0000", "c-1-0000", "d-1-0000")}, "in enrolment and tri"),
        ({"enrolments": ("a-1-0000", "a-1-0000", "c-1-0000", "d-1-0000")}, "twice on its side"),
        ({"enrolment_owner": np.array([0, 1, 2, 2])}, "d is claimed but has no enrolment"),
        ({"claim": np.zeros(PAIRS, int), "heard": np.zeros(PAIRS, int)}, "stands twice"),
        ({"target": np.ones(PAIRS, bool)}, "8 labels contradict .* a b-1-0009 target, spoken by b"),
        ({"claim": np.array([0]), "heard": np.array([0]), "target": np.array([True])}, "0 non-tar"),
        ({"claim": np.array([0]), "heard": np.array([2]), "target": np.array([False])}, "0 target"),
    ],
)
def test_what_cannot_be_is_refused(changes, text):
    with pytest.raises(InputError, match=text):
        trials(**changes)


def test_people_who_are_not_enrolled_are_impostors():
    some = trials(utterance_speaker=(*tuple("aabbcc"), "e", "e"), target=trials().target & (
        trials().heard < 6))  # fmt: skip
    assert (some.targets, some.nontargets) == (6, 10)


def test_another_session_of_the_same_person():
    some = trials()
    crossing = some.cross_session
    assert crossing[~some.target].all()
    heard = [some.utterances[at] for at in some.heard[some.target & crossing]]
    assert heard == ["a-2-0009", "b-2-0009", "c-2-0009", "d-2-0009"]


@pytest.mark.parametrize("unknown", ["a-1-0000", "a-2-0009"])
def test_where_the_session_is_unknown_nothing_is_claimed(unknown):
    sessions = dict(trials().sessions)
    del sessions[unknown]
    some = trials(sessions=sessions)
    own = (some.claim == 0) & some.target
    assert not some.cross_session[own].any()
    assert some.cross_session[~own & some.target].sum() == 3


def test_mixed_has_every_pair():
    mixed = trials().mixed()
    assert mixed.claim.size == 4 * 8
    assert (mixed.targets, mixed.nontargets) == (8, 24)
    assert mixed.same_gender.sum() == PAIRS
    chosen = mixed.only(mixed.same_gender, "back")
    assert chosen.digest == trials().digest


def test_one_gender():
    women = trials().of_gender("f")
    assert women.claim.size == 8
    assert set(women.claim) == {0, 1}
    with pytest.raises(InputError, match="0 target"):
        trials().of_gender("unknown")


def test_some_people():
    two = trials().for_speakers(["d", "c"], "men")
    assert (two.speakers, two.enrolments) == (("c", "d"), ("c-1-0000", "d-1-0000"))
    assert two.digest == trials().of_gender("m").for_speakers(["c", "d"], "x").digest
    assert (two.targets, two.nontargets) == (4, 4)
    with pytest.raises(InputError, match="x is not in these trials"):
        trials().for_speakers(["c", "d", "x"], "men")


@given(st.permutations(range(PAIRS)))
def test_the_digest_knows_no_order_of_trials(order):
    some = trials()
    again = trials(claim=some.claim[order], heard=some.heard[order], target=some.target[order])
    assert again.digest == some.digest


def test_the_digest_knows_everything_else():
    some = trials()
    others = [
        some.only(np.arange(PAIRS) > 0, "x"),
        some.for_speakers("abc", "x"),
        trials(enrolments=("a-1-0001", "b-1-0000", "c-1-0000", "d-1-0000")),
        some.mixed(),
    ]
    assert len({each.digest for each in (some, *others)}) == 5
    assert trials(name="other").digest == some.digest


@given(flags)
def test_only_keeps_what_is_chosen(chosen):
    some = trials()
    kept = some.target[chosen]
    if not kept.any() or kept.all():
        with pytest.raises(InputError, match="expected some of both"):
            some.only(chosen, "x")
        return
    cut = some.only(chosen, "x")
    assert cut.targets == kept.sum()
    assert (cut.cross_session == some.cross_session[chosen]).all()
