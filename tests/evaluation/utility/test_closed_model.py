import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.utility.closed_model import DISCOUNT, closed_model, spelled
from voxnym.evaluation.utility.pocketsphinx_phones import PHONES

SENTENCES = st.lists(
    st.lists(st.sampled_from(["red", "green", "blue"]), min_size=1, max_size=5).map(" ".join),
    min_size=1,
    max_size=6,
)
KNOWN = {"red": ("R EH D",), "green": ("G R IY N",), "blue": ("B L UW", "B L Y UW")}


def read_arpa(text):
    """Probabilities and back-off weights, parsed line by line."""
    share, weight, pair, declared = {}, {}, {}, {}
    part = ""
    for line in text.splitlines():
        if line.startswith("\\"):
            part = line
        elif line.startswith("ngram"):
            order, _, count = line.removeprefix("ngram ").partition("=")
            declared[order] = int(count)
        elif line and part == "\\1-grams:":
            value, word, *rest = line.split()
            share[word] = 10 ** float(value)
            if rest:
                weight[word] = 10 ** float(rest[0])
        elif line and part == "\\2-grams:":
            value, first, second = line.split()
            pair[first, second] = 10 ** float(value)
    assert part == "\\end\\"
    assert declared == {"1": len(share), "2": len(pair)}
    return share, weight, pair


def probability(arpa, first, second):
    share, weight, pair = arpa
    return pair.get((first, second), weight[first] * share[second])


@given(SENTENCES)
def test_what_follows_a_word_sums_to_one(sentences):
    arpa = read_arpa(closed_model(sentences, KNOWN).arpa)
    words = {word for sentence in sentences for word in sentence.split()}
    for first in (*words, "<s>"):
        total = sum(probability(arpa, first, second) for second in (*words, "</s>"))
        assert total == pytest.approx(1, abs=1e-5)
    assert sum(arpa[0][word] for word in (*words, "</s>")) == pytest.approx(1, abs=1e-5)


def test_absolute_discount():
    arpa = read_arpa(closed_model(["red green", "red blue", "red green blue"], KNOWN).arpa)
    share = {"red": 3 / 10, "green": 2 / 10, "blue": 2 / 10, "</s>": 3 / 10}
    assert arpa[0]["green"] == pytest.approx(share["green"], abs=1e-6)
    # "red" is followed three times, by two different words.
    left = DISCOUNT * 2 / 3
    assert arpa[1]["red"] == pytest.approx(left, abs=1e-6)
    expected = (2 - DISCOUNT) / 3 + left * share["green"]
    assert probability(arpa, "red", "green") == pytest.approx(expected, abs=1e-6)
    assert probability(arpa, "red", "red") == pytest.approx(left * share["red"], abs=1e-6)


def test_sentences_said_twice_count_once():
    once = closed_model(["red green", "blue"], KNOWN)
    assert closed_model(["blue", "red green", "blue", ""], KNOWN) == once


def test_order_of_texts_does_not_matter_but_texts_do():
    one, other = ["red green", "blue"], ["blue", "red green"]
    assert closed_model(one, KNOWN).digest == closed_model(other, KNOWN).digest
    assert closed_model(["red", "green blue"], KNOWN).digest != closed_model(one, KNOWN).digest


def test_digest_covers_both_texts():
    model = closed_model(["red blue"], KNOWN)
    expected = hashlib.sha256((model.dictionary + "\0" + model.arpa).encode()).hexdigest()
    assert model.digest == expected
    fewer = closed_model(["red blue"], KNOWN | {"blue": ("B L UW",)})
    assert fewer.arpa == model.arpa
    assert fewer.digest != model.digest


def test_dictionary_has_every_way_to_say_a_word():
    model = closed_model(["blue red shnorr"], KNOWN)
    assert model.dictionary.splitlines() == [
        "blue B L UW",
        "blue(2) B L Y UW",
        "red R EH D",
        "shnorr SH N AO R R",
    ]
    assert (model.words, model.guessed) == (3, ("shnorr",))


@given(st.text(alphabet=st.characters(categories=("L", "N", "P")), min_size=1, max_size=12))
def test_every_word_gets_some_pronunciation(word):
    phones = spelled(word.lower()).split()
    assert phones
    assert set(phones) <= set(PHONES)


@pytest.mark.parametrize(
    ("word", "phones"), [("thing", "TH IH NG"), ("quick", "K W IH K"), ("box", "B AA K S")]
)
def test_letter_rules(word, phones):
    assert spelled(word) == phones


def test_probabilities_are_logarithms_that_can_be_read():
    share, weight, pair = read_arpa(closed_model(["red"], KNOWN).arpa)
    assert all(0 < value <= 1 for word, value in share.items() if word != "<s>")
    assert all(0 < value <= 1 and math.isfinite(value) for value in pair.values())
    assert all(value > 0 for value in weight.values())


def test_nothing_to_recognise():
    with pytest.raises(InputError, match="no transcript holds a word"):
        closed_model(["", ""], KNOWN)
