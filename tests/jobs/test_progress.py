import io
from pathlib import Path

import pytest

from voxnym.jobs.progress import Bar, Lines, Quiet, Tally, progress
from voxnym.jobs.summary import Result
from voxnym.jobs.task import Outcome


def done(label, size, audio_s=3600.0):
    outcome = Outcome("0", 1, round(audio_s * 16000), 1.0, 16000, 1, "wav")
    return Result(label, Path(label), Path(label), "done", size, outcome)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_tally_counts_files_hours_and_work():
    tally = Tally(3, 100)
    assert tally.left_s is None
    tally.share("a", 50, 0.5)
    assert tally.size_done == 25
    tally.result(done("a", 50))
    assert tally.size_done == 50
    tally.result(Result("b", None, None, "failed", 30))
    text = str(tally)
    assert "2/3 files" in text
    assert "1.00 h" in text
    assert "1 failed" in text
    assert "x real time" in text
    assert text.endswith("left")


def test_time_left_follows_the_share_of_work(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    tally = Tally(2, 100)
    now[0] = 10.0
    tally.result(done("a", 25, 50.0))
    assert tally.left_s == pytest.approx(30.0)
    assert tally.speed == pytest.approx(5.0)


def test_lines_come_now_and_then():
    stream = io.StringIO()
    lines = Lines(stream, every_s=0.0)
    lines.begin(2, 10)
    lines.result(done("a", 5))
    assert stream.getvalue().startswith("voxnym: 1/2 files")
    stream = io.StringIO()
    lines = Lines(stream, every_s=1000.0)
    lines.begin(2, 10)
    lines.result(done("a", 5))
    assert stream.getvalue() == ""


def test_the_bar_shows_names_of_nothing_and_goes_away():
    stream = Terminal()
    with Bar(stream) as bar:
        bar.begin(1, 10)
        bar.share("[red]a", 10, 0.5)
        bar.result(done("[red]a", 10))
        bar._bar.refresh()
    assert "1/1 files" in stream.getvalue()


def test_the_place_decides():
    assert type(progress(True, Terminal())) is Quiet
    assert isinstance(progress(False, Terminal()), Bar)
    assert isinstance(progress(False, io.StringIO()), Lines)
