"""The challenge's result files, against texts written by hand and against pandas."""

import csv
import datetime
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError, OutputError
from voxnym.evaluation.challenge_files import write_challenge_results, write_pair
from voxnym.evaluation.challenge_results import (
    ChallengeResults,
    Emotion,
    Verification,
    Words,
    mean_eer,
    rank_text,
)
from voxnym.evaluation.challenge_table import csv_text, table_text

BEFORE = datetime.datetime(2024, 3, 29, 11, 24)
AFTER = datetime.datetime(2024, 3, 30, 9, 5)
PAIRS = (("original", "original"), ("original", "anon"), ("anon", "anon"))


def attacks(rates):
    sets = [(split, gender) for split in ("dev", "test") for gender in ("f", "m")]
    return tuple(
        Verification("libri", split, gender, *pair, rate)
        for (split, gender), three in zip(sets, rates, strict=True)
        for pair, rate in zip(PAIRS, three, strict=True)
    )


def emotions():
    recalls = {"sad": 10.0, "neu": 20.25, "ang": 90.0, "hap": 0.0}
    return (
        Emotion("IEMOCAP", "dev", "1", "original", 69.0834, recalls),
        Emotion("IEMOCAP", "dev", "2", "original", 69.0, recalls | {"sad": 20.0}),
        Emotion("IEMOCAP", "dev", "1", "anon", 40.0, recalls),
        Emotion("IEMOCAP", "dev", "2", "anon", 41.0, recalls | {"ang": 80.0}),
    )


@pytest.fixture
def results():
    return ChallengeResults(
        "_mine",
        attacks([(10.51, 48.0, 30.0), (0.93, 47.0, 29.0), (8.7604, 46.0, 28.0), (0.42, 45, 27)]),
        attacks([(11, 49, 28.426), (12, 49.5, 22.04), (13, 49.25, 27.92), (14, 49.125, 26.7198)]),
        (
            Words("libri", "dev", "original", 1.80731),
            Words("libri", "test", "original", 1.844),
            Words("IEMOCAP", "test", "original", 33.0),
            Words("libri", "dev", "anon", 4.29),
            Words("libri", "test", "anon", 14.35),
        ),
        emotions(),
    )


RANK = """\
---- Time: 29-03-24_11:24 ----

---- SER results ----
   dataset split       ser      UAR  ACC_sad  ACC_neu  ACC_ang  ACC_hap
                               mean     mean     mean     mean     mean
0  IEMOCAP   dev      anon  40.5000     10.0    20.25     85.0      0.0
1  IEMOCAP   dev  original  69.0415     15.0    20.25     90.0      0.0

---- ASV_eval results ----
  dataset split gender enrollment     trial    EER
0   libri   dev      f   original  original  10.51
3   libri   dev      m   original  original   0.93
6   libri  test      f   original  original   8.76
9   libri  test      m   original  original   0.42

---- ASR results ----
  dataset split       asr     WER
0   libri   dev  original   1.807
3   libri   dev      anon   4.290
1   libri  test  original   1.844
4   libri  test      anon  14.350

---- Time: 30-03-24_09:05 ----

---- ASV_eval^anon results ----
   dataset split gender enrollment trial     EER
2    libri   dev      f       anon  anon  28.426
5    libri   dev      m       anon  anon  22.040
8    libri  test      f       anon  anon  27.920
11   libri  test      m       anon  anon  26.720
"""


def test_rank(results):
    assert rank_text(results, BEFORE, AFTER) == RANK


def test_files(results, tmp_path):
    written = write_challenge_results(results, tmp_path, BEFORE, AFTER)
    assert sorted(str(path.relative_to(tmp_path)) for path in written) == [
        "asr/results_mine.csv",
        "asv_anon_mine/results_mine.csv",
        "asv_orig/results_mine.csv",
        "results_summary/result_for_rank_mine",
        "ser/results_folds_mine.csv",
        "ser/results_mine.csv",
    ]
    assert (tmp_path / "results_summary/result_for_rank_mine").read_text() == RANK
    assert (tmp_path / "asr/results_mine.csv").read_text().splitlines()[:2] == [
        ",dataset,split,asr,WER",
        "0,libri,dev,original,1.807",
    ]
    assert (tmp_path / "asv_anon_mine/results_mine.csv").read_text().splitlines()[3] == (
        "2,libri,dev,f,anon,anon,28.426"
    )
    assert (tmp_path / "ser/results_mine.csv").read_text() == (
        ",dataset,split,ser,UAR,ACC_sad,ACC_neu,ACC_ang,ACC_hap\n,,,,mean,mean,mean,mean,mean\n"
        "0,IEMOCAP,dev,anon,40.5,10.0,20.25,85.0,0.0\n"
        "1,IEMOCAP,dev,original,69.0415,15.0,20.25,90.0,0.0\n"
    )
    assert (tmp_path / "ser/results_folds_mine.csv").read_text().splitlines()[:2] == [
        ",dataset,split,fold,ser,UAR,ACC_sad,ACC_neu,ACC_ang,ACC_hap",
        "0,IEMOCAP,dev,1,original,69.083,10.0,20.25,90.0,0.0",
    ]
    with pytest.raises(OutputError, match="exists"):
        write_challenge_results(results, tmp_path, BEFORE, AFTER)
    write_challenge_results(results, tmp_path, BEFORE, AFTER, overwrite=True)


def test_parts_that_were_not_measured_are_left_out(results):
    text = rank_text(ChallengeResults("_x", (), results.by_anonymized, (), ()), BEFORE, AFTER)
    assert text == RANK[: RANK.index("\n---- SER")] + RANK[RANK.index("\n---- Time: 30") :]


def test_the_figure_of_the_challenge(results):
    assert mean_eer(results.by_anonymized, "dev") == pytest.approx((28.426 + 22.04) / 2)
    with pytest.raises(InputError, match="train"):
        mean_eer(results.by_anonymized, "train")


def test_scores(tmp_path):
    scores = [("7021", "5049-12-0007", 0.25), ("7021", "7021-85-0003", 1.0)]
    write_pair(tmp_path, "libri_test_enrolls", "libri_test_trials_m_x", scores, 0.28426)
    place = tmp_path / "libri_test_enrolls-libri_test_trials_m_x"
    assert (place / "scores").read_text() == "7021 5049-12-0007 0.25\n7021 7021-85-0003 1.0\n"
    assert (place / "EER").read_text() == "0.28426"
    with pytest.raises(InputError, match="fraction"):
        write_pair(tmp_path, "a", "b", scores, 28.426)


def test_the_challenge_has_no_anonymized_enrolment_against_originals():
    with pytest.raises(InputError, match="no such attack"):
        Verification("libri", "dev", "f", "anon", "original", 1.0)


@pytest.mark.parametrize("suffix", ["mine", "", "_a/b", "_..\\x"])
def test_suffixes_that_are_refused(suffix):
    with pytest.raises(InputError, match="suffix"):
        ChallengeResults(suffix, (), (), (), ())


ROWS = st.lists(
    st.tuples(
        st.text("abcxyz", min_size=1, max_size=9),
        st.floats(0, 100).map(lambda x: round(x, 3)) | st.just(float("nan")),
        st.floats(0.1, 100),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(ROWS)
def test_as_pandas_does_it(rows):
    pandas = pytest.importorskip("pandas")
    numbered = [
        (3 * place, {"dataset": name, "EER": rate, "mean": mean})
        for place, (name, rate, mean) in enumerate(rows)
    ]
    frame = pandas.DataFrame([cells for _, cells in numbered], index=[n for n, _ in numbered])
    assert table_text(numbered) == frame.to_string()
    assert csv_text(numbered) == frame.to_csv()


def test_a_header_of_two_lines_as_pandas_does_it():
    pandas = pytest.importorskip("pandas")
    rows = [(0, {"dataset": "a", "UAR": 50.0}), (1, {"dataset": "bb", "UAR": 41.125})]
    frame = pandas.DataFrame([list(cells.values()) for _, cells in rows])
    frame.columns = pandas.MultiIndex.from_tuples([("dataset", ""), ("UAR", "mean")])
    assert table_text(rows, {"UAR": "mean"}) == frame.to_string()
    assert csv_text(rows, {"UAR": "mean"}) == frame.to_csv()


def test_csv_can_be_read_again(results):
    rows = [(0, {"a": 'say "x", y', "b": 0.5})]
    assert list(csv.reader(io.StringIO(csv_text(rows)))) == [
        ["", "a", "b"],
        ["0", 'say "x", y', "0.5"],
    ]
    assert csv_text([]) == '""\n'
