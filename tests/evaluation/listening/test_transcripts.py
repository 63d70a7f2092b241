import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.listening.transcripts import plain_words, word_errors

WORDS = st.lists(st.sampled_from(["we", "met", "at", "noon", "again"]), min_size=1, max_size=7)


def distance(said, written):
    """Levenshtein distance over words, by the textbook's table."""
    row = list(range(len(written) + 1))
    for i, word in enumerate(said, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(written, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


@given(said=WORDS, written=st.one_of(st.just([]), WORDS))
def test_errors_are_the_edit_distance(said, written):
    assert word_errors(" ".join(said), " ".join(written)) == (distance(said, written), len(said))


def test_letters_case_and_signs():
    assert plain_words("ÉTÉ, Straße… (O’Brien’s) 'quoted' ２") == [
        "été", "strasse", "o'brien's", "quoted", "2",
    ]  # fmt: skip
    assert word_errors("Nai\u0308ve café", "naïve cafe") == (1, 2)
    assert plain_words("हिन्दी में") == ["हिन्दी", "में"]


def test_nothing_said_is_refused():
    with pytest.raises(InputError, match="no words in '…'"):
        word_errors("…", "x")
