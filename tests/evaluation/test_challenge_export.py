"""An evaluation of ours as the challenge's figures."""

import datetime

import pytest

from voxnym.errors import InputError
from voxnym.evaluation.challenge_export import challenge_results_of
from voxnym.evaluation.challenge_results import mean_eer, rank_text
from voxnym.evaluation.results import Attack, Evaluation, Figure, Use


def attack(name, knowledge, f, m, hears="voice", void=""):
    by_gender = {"f": Figure(f), "m": Figure(m)} if f is not None else {}
    return Attack(
        name, hears, knowledge, "utterance", "t", Figure(1.0), by_gender=by_gender, void=void
    )


ATTACKS = (
    attack("a", "unprotected", 8.0, 1.0),
    attack("a", "ignorant", 40.0, 41.0),
    attack("a", "lazy-informed", 30.0, 31.0),
    attack("weak", "semi-informed", 30.0, 20.0),
    attack("strong", "semi-informed", 12.5, 3.25),
    attack("void", "semi-informed", 2.0, 1.0, void="below lazy-informed"),
    attack("words", "semi-informed", 0.5, 0.5, hears="words"),
    attack("untold", "semi-informed", None, None),
)
USES = (
    Use("words", "WER", "r", Figure(9.95), Figure(1.84), "low"),
    Use("emotion", "UAR", "c", Figure(53.49), Figure(71.06), "high",
        {f"recall of {name}": Figure(rate) for name, rate in
         (("ang", 80.0), ("sad", 33.0), ("neu", 50.0), ("hap", 40.0), ("fear", 1.0))}),
    Use("quality", "DNSMOS", "d", Figure(3.0), None, "high"),
)  # fmt: skip


def test_the_strongest_that_counts():
    found = challenge_results_of(Evaluation("s", "", (), ATTACKS, USES), "_mine")
    assert mean_eer(found.by_anonymized, "test") == pytest.approx((12.5 + 3.25) / 2)
    when = datetime.datetime(2026, 11, 25, 7, 0)
    assert (
        rank_text(found, when, when)
        == """\
---- Time: 25-11-26_07:00 ----

---- SER results ----
   dataset split       ser    UAR  ACC_sad  ACC_neu  ACC_ang  ACC_hap
                             mean     mean     mean     mean     mean
0  IEMOCAP  test      anon  53.49     33.0     50.0     80.0     40.0
1  IEMOCAP  test  original  71.06      NaN      NaN      NaN      NaN

---- ASV_eval results ----
  dataset split gender enrollment     trial  EER
0   libri  test      f   original  original  8.0
3   libri  test      m   original  original  1.0

---- ASR results ----
  dataset split       asr   WER
0   libri  test  original  1.84
1   libri  test      anon  9.95

---- Time: 25-11-26_07:00 ----

---- ASV_eval^anon results ----
  dataset split gender enrollment trial    EER
2   libri  test      f       anon  anon  12.50
5   libri  test      m       anon  anon   3.25
"""
    )
    order = [(row.gender, row.enrolment, row.trial) for row in found.by_original]
    assert order[:3] == [("f", "original", "original"), ("f", "original", "anon"),
                         ("f", "anon", "anon")]  # fmt: skip


def test_without_an_attacker_that_counts_there_is_no_rank():
    for some in (ATTACKS[:3], ATTACKS[:3] + ATTACKS[5:]):
        with pytest.raises(InputError, match="no semi-informed attacker"):
            challenge_results_of(Evaluation("s", "", (), some, USES), "_mine")
