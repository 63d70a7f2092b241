"""Protocols: those of the package, a user's own, and what is wrong with them."""

from pathlib import Path

import pytest

from voxnym.errors import InputError
from voxnym.evaluation.plan import Plan
from voxnym.evaluation.protocol import Protocol, protocol_names, read_protocol

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the speech collection is not here")


@pytest.mark.parametrize("name", protocol_names())
def test_those_of_the_package_can_be_read(name):
    protocol = read_protocol(name)
    assert protocol.name == name
    assert protocol.about


def test_a_users_own(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('trial_seed = 7\nspeakers = ["a"]\n[challenge]\nenrolments = "e"\n'
                    'trials = ["t"]\n[[published]]\nsystem = "s"\nattacker = "x"\n'
                    'eer = { f = 10, m = 20 }\n')  # fmt: skip
    protocol = read_protocol(str(file))
    assert (protocol.name, protocol.trial_seed, protocol.speakers) == ("mine", 7, ("a",))
    assert protocol.challenge.trials == ("t",)
    assert protocol.published[0].mean_eer == 15
    assert protocol.published[0].wer is None
    assert Protocol("x").published == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sed = 7", "sed is unknown"),
        ("trial_seed = 'x'", "trial_seed: "),
        ("challenge = 3", "challenge"),
        ("[challenge]\nenrolments = 'e'", "challenge.trials"),
        ("[challenge]\nenrolments = 'e'\ntrials = []\nextra = 1", "challenge.extra is unknown"),
        ("[[published]]\nsystem = 's'\nattacker = 'a'\nwerr = 1", "published.werr is unknown"),
        ("a = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, found):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(InputError, match=found):
        read_protocol(str(tmp_path / "mine.toml"))


def test_unknown_names():
    with pytest.raises(InputError, match=r"smal.* is unknown.*small"):
        read_protocol("smal")
    with pytest.raises(InputError, match="cannot be read"):
        read_protocol("none.toml")


@needs_data
@pytest.mark.parametrize(
    ("name", "counts"), [("small", (35, 311, 5141, 161)), ("first17", (17, 185, 1397, 36))]
)
def test_on_the_collection(name, counts):
    material = Plan(SHARED, name).material
    found = material.trials
    crossing = int((found.cross_session & found.target).sum())
    assert (len(found.speakers), found.targets, found.nontargets, crossing) == counts
    people = {material.collection.utterances[id].speaker for id in material.training}
    assert not people & {*found.speakers, *found.utterance_speaker}
    assert len(people) == 653


@needs_data
def test_a_list_that_has_changed_is_refused(tmp_path):
    file = tmp_path / "other.toml"
    file.write_text('trial_list = "english_test"\ndigest = "000000"\n')
    with pytest.raises(InputError, match="193859bbc35e, expected 000000"):
        _ = Plan(SHARED, str(file)).material
    file.write_text('trial_list = "english_test"\nspeakers = ["ls-19", "ls-20"]\n')
    with pytest.raises(InputError, match="ls-20 is not in these trials"):
        _ = Plan(SHARED, str(file)).material
