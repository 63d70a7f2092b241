"""The report as a real browser shows it."""

import base64
import io
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("jinja2", reason="the report needs Jinja (extra report)")
pytest.importorskip("matplotlib", reason="the report needs Matplotlib (extra report)")

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))
from browser import needs_browser, open_page
from example import example

from voxnym.evaluation.report.page import PAGE_NAME, write_report
from voxnym.evaluation.results import Sample


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_browser()
    sound = io.BytesIO()
    soundfile.write(sound, 0.1 * np.ones(1600), 16000, format="FLAC")
    uri = f"data:audio/flac;base64,{base64.b64encode(sound.getvalue()).decode()}"
    folder = tmp_path_factory.mktemp("report")
    write_report(replace(example(), samples=(Sample("Sample 1", uri),)), folder)
    return folder / PAGE_NAME


def test_it_opens_without_errors_or_requests(page_file: Path) -> None:
    with open_page(page_file) as page:
        assert page.errors == []
        assert page.outside_requests == []
        assert page.evaluate("document.title") == "VoxNym report: mcadams"
        assert "errs in 15 of 100" in page.evaluate("document.querySelector('.headline').innerText")
        assert page.evaluate("document.querySelectorAll('figure svg').length") == 5


def test_plots_have_a_size_and_text(page_file: Path) -> None:
    with open_page(page_file) as page:
        all_plots = "[...document.querySelectorAll('figure svg')]"
        sizes = page.evaluate(f"{all_plots}.map(s => s.getBoundingClientRect().height)")
        assert all(height > 100 for height in sizes)
        words = page.evaluate("document.querySelector('figure svg').textContent")
        assert "person not recognized" in words


def test_samples_can_be_played(page_file: Path) -> None:
    with open_page(page_file) as page:
        page.evaluate("document.querySelector('audio').load(); 1")
        page.wait_for("document.querySelector('audio').duration > 0.09")
        assert page.errors == []


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_runs_off_a_telephone(page_file: Path, dark: bool) -> None:
    with open_page(page_file) as page:
        page.emulate(dark=dark, width=360, height=740)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        ink, ground = page.evaluate(
            "[getComputedStyle(document.body).color, "
            "getComputedStyle(document.documentElement).colorScheme]"
        )
        assert ground == "light dark"
        assert ink == ("rgb(255, 255, 255)" if dark else "rgb(0, 0, 0)")
