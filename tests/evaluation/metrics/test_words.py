import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics.words import word_errors

SENTENCES = st.lists(st.sampled_from("abcd"), max_size=7).map(" ".join)


def distance(reference, hypothesis):
    """Fewest edits by recursion over the full table, as the textbooks have it."""
    table = np.zeros((len(reference) + 1, len(hypothesis) + 1))
    table[:, 0], table[0] = np.arange(len(reference) + 1), np.arange(len(hypothesis) + 1)
    for i, said in enumerate(reference, 1):
        for j, heard in enumerate(hypothesis, 1):
            table[i, j] = min(
                table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (said != heard)
            )
    return table[-1, -1]


def test_parts_of_a_sentence():
    found = word_errors(["a b c d e"], ["a x c d e f"])
    assert (found.substitutions, found.deletions, found.insertions) == (1 / 5, 0, 1 / 5)
    assert word_errors(["a b c"], ["a c"]).deletions == pytest.approx(1 / 3)
    assert word_errors(["a b c"], ["a b x c"]).insertions == pytest.approx(1 / 3)
    assert word_errors(["a b c"], ["a x c"]).substitutions == pytest.approx(1 / 3)


def test_utterances_are_pooled_and_not_averaged():
    found = word_errors(["a", "a b c d e f g h i"], ["b", "a b c d e f g h i"])
    assert found.value == pytest.approx(0.1)
    assert found.errors.tolist() == [1, 0]
    assert found.words.tolist() == [1, 9]


def test_may_exceed_one():
    assert word_errors(["a"], ["b c d"]).value == 3


@given(st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=5))
def test_is_the_edit_distance(pairs):
    said, heard = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    words = sum(len(text.split()) for text in said)
    if not words:
        with pytest.raises(InputError, match="no word"):
            word_errors(said, heard)
        return
    found = word_errors(said, heard)
    expected = [distance(a.split(), b.split()) for a, b in pairs]
    assert found.errors.tolist() == expected
    assert found.words.tolist() == [len(a.split()) for a in said]
    assert found.value == pytest.approx(sum(expected) / words)
    parts = found.substitutions + found.deletions + found.insertions
    assert parts == pytest.approx(found.value)


@given(SENTENCES.filter(bool), SENTENCES.filter(bool))
def test_turning_round_swaps_deletions_and_insertions(said, heard):
    there, back = word_errors([said], [heard]), word_errors([heard], [said])
    assert there.errors.tolist() == back.errors.tolist()
    surplus = (there.insertions - there.deletions) * there.words[0]
    assert surplus == pytest.approx((back.deletions - back.insertions) * back.words[0])


def test_nothing_heard():
    found = word_errors(["a b c"], [""])
    assert (found.value, found.deletions, found.substitutions) == (1, 1, 0)


def test_challenge_reads_an_empty_result_as_one_wrong_word():
    found = word_errors(["a b c"], [""], reading="vpc2024")
    assert (found.value, found.substitutions) == (1, pytest.approx(1 / 3))
    assert found.deletions == pytest.approx(2 / 3)


def test_challenge_splits_at_single_spaces():
    said, heard = ["a b"], ["a  b"]
    assert word_errors(said, heard).value == 0
    assert word_errors(said, heard, reading="vpc2024").value == pytest.approx(1 / 2)


def test_challenge_counts_an_empty_reference_as_a_word():
    found = word_errors(["", "a"], ["a b", "a"], reading="vpc2024")
    assert found.words.tolist() == [1, 1]
    assert found.errors.tolist() == [2, 0]
    assert word_errors(["", "a"], ["a b", "a"]).words.tolist() == [0, 1]


def test_refused():
    with pytest.raises(InputError, match="2 references and 1"):
        word_errors(["a", "b"], ["a"])
    with pytest.raises(InputError, match="no word"):
        word_errors([""], ["a"])
    with pytest.raises(InputError, match="reading"):
        word_errors(["a"], ["a"], reading="vpc2023")
