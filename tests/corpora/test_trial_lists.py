"""Lists of trials as files."""

import json
from pathlib import Path

import pytest
from some_trials import trials, utterance

from voxnym.corpora.challenge import Challenge, enrolments_of, pairs_of
from voxnym.corpora.reading import read_corpus
from voxnym.corpora.sessions import sessions_of
from voxnym.corpora.trial_assembly import assembled
from voxnym.corpora.trial_lists import read_trials
from voxnym.corpora.trial_write import write_challenge_lists, write_trials
from voxnym.errors import InputError, OutputError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def spoken():
    some = trials()
    people = {id: id[0] for id in (*some.enrolments, *some.utterances)}
    return {id: utterance(id[0], id[2], int(id[4:])) for id in people}


def test_written_and_read_again(tmp_path):
    some = trials()
    write_trials(some, tmp_path / "lists", "my", seed=5)
    again = read_trials("my", tmp_path / "lists", spoken(), some.sessions)
    assert again.digest == some.digest
    assert (again.cross_session == some.cross_session).sum() == 16
    told = json.loads((tmp_path / "lists" / "my_trials.json").read_text())
    assert (told["seed"], told["sha256"]) == (5, some.digest)
    assert (told["targets"], told["nontargets"], told["cross_session_targets"]) == (8, 8, 4)
    with pytest.raises(OutputError, match="exists"):
        write_trials(some, tmp_path / "lists", "my")


def test_as_sets_of_the_challenge(tmp_path):
    some = trials()
    write_challenge_lists(some, tmp_path / "data", "my_enrolls", "my_trials")
    sets = Challenge("my_enrolls", ("my_trials",))
    enrolled = enrolments_of(tmp_path, sets.enrolments)
    again = assembled("x", enrolled, pairs_of(tmp_path, sets.trials), spoken(), some.sessions)
    assert again.digest == some.digest
    home = tmp_path / "data" / "my_trials"
    assert (home / "spk2gender").read_text() == "a f\nb f\nc m\nd m\n"
    assert (home / "spk2utt").read_text().startswith("a a-1-0009 a-2-0009\nb ")
    assert (home / "utt2spk").read_text().startswith("a-1-0009 a\n")


def test_names_with_blanks_do_not_fit_the_challenge(tmp_path):
    some = trials(utterance_speaker=(*trials().utterance_speaker[:-1], "e f"),
                  target=trials().target & (trials().heard < 7))  # fmt: skip
    with pytest.raises(OutputError, match="without blanks"):
        write_challenge_lists(some, tmp_path, "e", "t")


@pytest.mark.parametrize(
    ("enrol", "lines", "text"),
    [
        ('{"speaker": "a", "enrol": ["a-1-0000"]}', "a a-2-0009 yes", "target|nontarget"),
        ('{"speaker": "a", "enrol": ["a-1-0000"]}', "a a-2-0009", "target|nontarget"),
        ('{"speaker": "a", "enrol": []}', "a a-2-0009 target", "expected {"),
        ('{"speaker": "a", "enrol": [1]}', "a a-2-0009 target", "expected {"),
        ('{"enrol": ["a-1-0000"]}', "a a-2-0009 target", "expected {"),
        ('{"speaker": "a", "enrol": ["a-1-0000"]}\n{"speaker": "a", "enrol": ["a-1-0000"]}',
         "a a-2-0009 target", "stands there twice"),
        ('{"speaker": "a", "enrol": ["b-1-0000"]}', "a a-2-0009 target", "but b speaks there"),
        ('{"speaker": "a", "enrol": ["a-1-0000"]}', "b a-2-0009 nontarget", "b is claimed but"),
        ('{"speaker": "a", "enrol": ["a-1-0001"]}', "a x target", "2 utterances .* first x"),
        ('{"speaker": "a", "enrol": ["a-1-0000"]}', "a a-2-0009 target\na a-2-0009 nontarget",
         "both target and nontarget"),
        ('{"speaker": "a", "enrol": ["a-1-0000"]}', "a b-2-0009 target", "contradict"),
        ('{"speaker": "a", "enrol": ["a-1-0000"]}', "", "0 target"),
    ],
)  # fmt: skip
def test_lists_that_cannot_be_right(tmp_path, enrol, lines, text):
    (tmp_path / "my_enrol.jsonl").write_text(enrol + "\n")
    (tmp_path / "my_trials.txt").write_text(lines + "\n")
    with pytest.raises(InputError, match=text):
        read_trials("my", tmp_path, spoken(), {})


def test_a_pair_that_stands_twice_counts_once_and_idle_people_are_left_out(tmp_path):
    write_trials(trials().of_gender("f"), tmp_path, "my")
    file = tmp_path / "my_trials.txt"
    file.write_text(file.read_text() + file.read_text().splitlines()[0] + "\n\n")
    assert '"speaker": "c"' in (tmp_path / "my_enrol.jsonl").read_text()
    again = read_trials("my", tmp_path, spoken(), {})
    assert (again.speakers, again.claim.size) == (("a", "b"), 8)


def test_no_list(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_trials("my", tmp_path, spoken(), {})


@pytest.mark.skipif(not SHARED.is_dir(), reason="the speech collection is not here")
@pytest.mark.parametrize(
    ("name", "corpora", "counts"),
    [
        ("english_test", ("librispeech", "vctk"), (35, 311, 5141, 161)),
        ("emodb", ("emodb",), (10, 299, 1196, 0)),
    ],
)
def test_lists_of_the_collection(name, corpora, counts):
    said = [each for home in corpora for each in read_corpus(SHARED / home).utterances]
    by_id = {each.id: each for each in said}
    found = read_trials(name, SHARED / "trials", by_id, sessions_of(said))
    crossing = int((found.cross_session & found.target).sum())
    assert (len(found.speakers), found.targets, found.nontargets, crossing) == counts
    assert found.same_gender.all()
