import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.evaluation.utility.recognition import plain_words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Please call Stella.", "please call stella"),
        ("It's “well-known”, isn’t it?", "it's well known isn't it"),
        ("the 'quoted' word", "the quoted word"),
        ("Der Lappen liegt auf dem Eisschrank.", "der lappen liegt auf dem eisschrank"),
        ("ÜBER_alles\tgut\n", "über alles gut"),
        ("' - '", ""),
    ],
)
def test_as_a_listener_would_write_it(text, plain):
    assert plain_words(text) == plain


@given(st.text(max_size=40))
def test_is_its_own_plain_form(text):
    plain = plain_words(text)
    assert plain_words(plain) == plain
    assert plain == " ".join(plain.split())
