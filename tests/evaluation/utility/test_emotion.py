import pytest

from voxnym.errors import InputError
from voxnym.evaluation.utility.emotion import CHALLENGE, four_emotions, likeliest


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Angry", "anger"),
        ("disgusted", "anger"),
        ("fear", "sadness"),
        ("surprised", "neutral"),
        ("calm", "neutral"),
        ("开心/happy", "happiness"),
        ("<unk>", "neutral"),
    ],
)
def test_labels_of_models_and_corpora(label, name):
    assert four_emotions(label) == name


def test_every_class_is_its_own():
    assert [four_emotions(name) for name in CHALLENGE] == list(CHALLENGE)


def test_labels_that_are_no_emotions():
    with pytest.raises(InputError, match="'LABEL_0'"):
        four_emotions("LABEL_0")
    with pytest.raises(InputError, match="dog"):
        likeliest({"dog": 1.0})


def test_labels_are_gathered_before_they_are_compared():
    assert likeliest({"hap": 0.4, "neutral": 0.3, "surprise": 0.3}) == "neutral"


def test_classes_that_the_corpus_lacks_are_not_believed():
    found = {"neutral": 0.9, "sad": 0.06, "angry": 0.04}
    assert likeliest(found, among=("anger", "sadness")) == "sadness"
    with pytest.raises(InputError, match="none of anger"):
        likeliest({"neutral": 1.0}, among=("anger",))
