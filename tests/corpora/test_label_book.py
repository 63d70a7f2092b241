import unicodedata
from pathlib import PurePath

import pytest

from voxnym.corpora.label_book import LabelBook, spans_for
from voxnym.errors import InputError
from voxnym.records import Span

RTTM = "SPEAKER {} 1 {} 1 <NA> <NA> anna <NA> <NA>\n"


def refused(book, recording):
    with pytest.raises(InputError) as caught:
        book.spans_for(PurePath(recording))
    return str(caught.value)


def test_one_file_for_all(tmp_path):
    path = tmp_path / "all.rttm"
    path.write_text(RTTM.format("talk", 1) + RTTM.format("day2/talk", 5) + RTTM.format("x.wav", 7))
    book = LabelBook.open(path)
    assert book.spans_for(PurePath("talk.wav")) == (Span(1, 2, "anna"),)
    assert book.spans_for(PurePath("day2/talk.wav")) == (Span(5, 6, "anna"),)
    assert book.spans_for(PurePath("x.wav")) == (Span(7, 8, "anna"),)
    assert "no labels of talk2.wav" in refused(book, "talk2.wav")
    assert book.unused([PurePath("talk.wav"), PurePath("x.wav")]) == 1


def test_one_recording_in_the_file_is_not_taken_for_all(tmp_path):
    path = tmp_path / "all.rttm"
    path.write_text(RTTM.format("talk", 1))
    assert "no labels" in refused(LabelBook.open(path), "other.wav")


def test_a_file_that_names_no_recording_is_refused_for_a_folder(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("1\t2\tanna\n")
    with pytest.raises(InputError, match="which recording"):
        LabelBook.open(path)


def test_two_recordings_of_one_name_do_not_share_labels(tmp_path):
    path = tmp_path / "all.rttm"
    path.write_text(RTTM.format("001", 1))
    both = [PurePath("a/001.wav"), PurePath("b/001.wav")]
    LabelBook.open(path).check(both[:1])
    with pytest.raises(InputError, match="those of another"):
        LabelBook.open(path).check(both)
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat/001.txt").write_text("1\t2\tanna\n")
    with pytest.raises(InputError, match="those of another"):
        LabelBook.open(tmp_path / "flat").check(both)


def test_a_folder_of_label_files(tmp_path):
    (tmp_path / "day1").mkdir()
    (tmp_path / "day1/talk.txt").write_text("1\t2\tanna\n")
    (tmp_path / "talk.rttm").write_text(RTTM.format("whatever", 5))
    (tmp_path / "talk.wav").write_text("no label file")
    (tmp_path / "flat.csv").write_text("start,end,label\n")
    assert spans_for(tmp_path, PurePath("day1/talk.wav")) == (Span(1, 2, "anna"),)
    assert spans_for(tmp_path, PurePath("talk.flac")) == (Span(5, 6, "anna"),)
    assert spans_for(tmp_path, PurePath("day9/flat.wav")) == ()
    assert "no label file of none.wav" in refused(LabelBook.open(tmp_path), "none.wav")
    assert "leads out" in refused(LabelBook.open(tmp_path), "../none.wav")


def test_two_label_files_of_one_recording_are_refused(tmp_path):
    (tmp_path / "talk.txt").write_text("1\t2\tanna\n")
    (tmp_path / "talk.csv").write_text("start,end,label\n")
    assert "2 label files" in refused(LabelBook.open(tmp_path), "talk.wav")


def test_names_match_however_their_letters_are_composed(tmp_path):
    (tmp_path / (unicodedata.normalize("NFD", "Zoë") + ".txt")).write_text("1\t2\tanna\n")
    found = spans_for(tmp_path, PurePath(unicodedata.normalize("NFC", "Zoë") + ".wav"))
    assert found == (Span(1, 2, "anna"),)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "secret.txt").write_text("1\t2\tanna\n")
    (tmp_path / "labels/talk.txt").symlink_to(tmp_path / "secret.txt")
    assert "link out" in refused(LabelBook.open(tmp_path / "labels"), "talk.wav")


def test_points_refused_for_redactions_in_a_folder(tmp_path):
    (tmp_path / "talk.txt").write_text("1\t1\tanna\n")
    with pytest.raises(InputError, match="no length"):
        spans_for(tmp_path, PurePath("talk.wav"), purpose="redactions")
