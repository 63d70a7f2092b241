"""The seeded rule that makes trials for any corpus."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_trials import utterance

from voxnym.corpora.trial_rule import Rule, make_trials
from voxnym.errors import InputError

PEOPLE = "abcdefgh"


def corpus(sizes=(6, 6, 6, 6, 6, 6)):
    """People of alternating genders, with three utterances in each session."""
    return [
        utterance(PEOPLE[person], 1 + number // 3, number, "fm"[person % 2])
        for person, size in enumerate(sizes)
        for number in range(size)
    ]


def sessions(said):
    return {each.id: each.id.rsplit("-", 1)[0] for each in said}


corpora = st.lists(st.integers(0, 25), min_size=4, max_size=8).map(corpus)


@settings(deadline=None, max_examples=50)
@given(corpora, st.integers(0, 9), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_rules_hold(said, seed, random):
    shuffled = list(said)
    random.shuffle(shuffled)
    try:
        found = make_trials("x", said, Rule(seed), sessions(said))
    except InputError:
        with pytest.raises(InputError):
            make_trials("x", shuffled, Rule(seed), sessions(said))
        return
    assert make_trials("x", shuffled, Rule(seed), sessions(said)).digest == found.digest
    count = Counter(each.speaker for each in said)
    assert set(found.speakers) == {who for who, number in count.items() if number >= 5}
    enrolled = Counter(found.speakers[owner] for owner in found.enrolment_owner)
    for who, number in enrolled.items():
        assert number == max(2, -(-15 * count[who] // 100))
    assert found.same_gender.all()
    assert found.targets == len(found.utterances)
    assert len(found.utterances) + len(found.enrolments) == sum(count[who] for who in enrolled)


def test_as_few_sessions_as_possible():
    said = corpus((25, 25, 25, 25))
    found = make_trials("x", said, Rule(3), sessions(said))
    for person in range(4):
        own = [id for id, who in zip(found.enrolments, found.enrolment_owner, strict=True)
               if who == person]  # fmt: skip
        assert len(own) == 4
        assert len({sessions(said)[id] for id in own}) == 2


def test_the_largest_sessions_first_where_none_is_enough():
    said = [
        *(utterance("a", session, 0) for session in range(2, 22)),
        *(utterance("a", 1, number) for number in range(3)),
        *corpus((0, 0, 6, 0)),
    ]
    found = make_trials("x", said, Rule(0), sessions(said))
    own = [id for id, who in zip(found.enrolments, found.enrolment_owner, strict=True) if who == 0]
    assert sum(id.startswith("a-1-") for id in own) == 3
    assert len(own) == 4


def test_seeds_differ_and_people_do_not_depend_on_each_other():
    said = corpus()
    chosen = {
        seed: make_trials("x", said, Rule(seed), sessions(said)).enrolments for seed in range(6)
    }
    assert len(set(chosen.values())) > 1
    fewer = make_trials("x", corpus((6, 6, 6, 6)), Rule(0), sessions(said))
    assert set(fewer.enrolments) == {id for id in chosen[0] if id[0] in "abcd"}


def test_short_utterances_do_not_count():
    said = corpus()
    seconds = {each.id: 1.9 for each in said if each.speaker == "a"}
    assert "a" not in make_trials("x", said, Rule(0), seconds=seconds).speakers
    seconds = dict.fromkeys(seconds, 2.0)
    assert "a" in make_trials("x", said, Rule(0), seconds=seconds).speakers


def test_people_of_other_corpora_are_no_impostors():
    said = corpus()
    home = {each.id: "one" if each.speaker in "abcd" else "two" for each in said}
    found = make_trials("x", said, Rule(0), corpora=home)
    for claim, at in zip(found.claim, found.heard, strict=True):
        assert home[found.utterances[at]] == ("one" if found.speakers[claim] in "abcd" else "two")
    assert found.nontargets == 2 * 2 * 4
    assert make_trials("x", said, Rule(0)).nontargets == 6 * 2 * 4


def test_a_gender_told_in_two_ways_is_unknown_in_any_order():
    said = corpus()
    odd = utterance("a", 9, 99, "m")
    for order in ([*said, odd], [odd, *said]):
        found = make_trials("x", order, Rule(0), sessions(said))
        assert found.genders["a"] == "unknown"
        assert not (found.claim[~found.target] == found.speakers.index("a")).any()


def test_thinning_spares_targets_and_treats_utterances_alike():
    said = corpus((10,) * 8)
    full = make_trials("x", said, Rule(1))
    assert (full.targets, full.nontargets) == (64, 192)
    assert make_trials("x", said, Rule(1, most_trials=256)).nontargets == 192
    thin = make_trials("x", said, Rule(1, most_trials=200))
    assert (thin.targets, thin.nontargets) == (64, 128)
    assert set(Counter(thin.heard[~thin.target]).values()) == {2}
    claimed = Counter(thin.claim[~thin.target])
    assert len(claimed) == 8
    assert max(claimed.values()) < 3 * min(claimed.values())
    assert set(zip(thin.claim, thin.heard, strict=True)) <= set(
        zip(full.claim, full.heard, strict=True)
    )


def test_nothing_is_thinned_below_the_limit_however_groups_differ():
    said = [utterance(who, 1, n, "m" if who in "gh" else "f") for who in PEOPLE for n in range(10)]
    total = 6 * 8 * 6 + 2 * 8 * 2
    found = make_trials("x", said, Rule(1, most_trials=total))
    assert found.claim.size == total
    assert make_trials("x", said, Rule(1, most_trials=total - 1)).claim.size < total


def test_too_few_people():
    with pytest.raises(InputError, match="expected at least two of one gender"):
        make_trials("x", corpus((9, 9)), Rule(0))
    with pytest.raises(InputError, match="0 people"):
        make_trials("x", [], Rule(0))


def test_it_stays_as_it_is():
    said = corpus((10,) * 8)
    found = make_trials("x", said, Rule(1, most_trials=200), sessions(said))
    assert found.digest.startswith("4835cb548773")
    assert np.issubdtype(found.claim.dtype, np.intp)
