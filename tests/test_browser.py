import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from browser import BrowserError, needs_browser, open_page


@pytest.fixture(scope="module", autouse=True)
def browser():
    needs_browser()


@pytest.fixture
def file(tmp_path):
    def write(body):
        path = tmp_path / "a page.html"
        path.write_text(f"<!doctype html><title>t</title>{body}", encoding="utf-8")
        return path

    return write


def test_scripts_have_values_and_fail_aloud(file):
    with open_page(file("<h1 id=a>Größe</h1>")) as page:
        assert page.evaluate("document.querySelector('h1').textContent") == "Größe"
        assert page.evaluate("Promise.resolve({n: [1, null]})") == {"n": [1, None]}
        with pytest.raises(BrowserError, match="ReferenceError"):
            page.evaluate("nothing.at.all")
        page.wait_for("document.querySelector('h1')", 1)
        with pytest.raises(BrowserError, match="never true within"):
            page.wait_for("document.querySelector('h2')", 0.1)
        assert page.errors == []
        assert page.outside_requests == []


def test_errors_of_the_page_are_noticed(file):
    page_with = (
        "<script>console.error('one', 2)</script><script>throw new Error('thrown')</script>"
        "<script>console.log('fine')</script>"
    )
    with open_page(file(page_with)) as page:
        found = page.errors
    assert any(each == "one 2" for each in found)
    assert any("thrown" in each for each in found)
    assert not any("fine" in each for each in found)


def test_requests_that_lead_outside_are_noticed(file, tmp_path):
    (tmp_path / "beside.css").write_text("body { color: red }")
    body = (
        "<link rel=stylesheet href=beside.css>"
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
        "<img src='http://127.0.0.1:9/outside.png'>"
    )
    with open_page(file(body)) as page:
        page.wait_for("document.images[1].complete")
        outside = page.outside_requests
    assert [each.rpartition("/")[2] for each in sorted(outside)] == ["beside.css", "outside.png"]


def test_mouse_keys_colour_and_size_reach_the_page(file, tmp_path):
    body = (
        "<div style='height: 3000px'></div><input id=i>"
        "<button id=b onclick=\"this.textContent='hit'\">x</button>"
        "<style>@media (prefers-color-scheme: dark) { body { background: #000 } }</style>"
    )
    with open_page(file(body), dark=True) as page:
        page.click("#b")
        assert page.evaluate("document.getElementById('b').textContent") == "hit"
        page.click("#i")
        page.press("a")
        page.type("ß€")
        assert page.evaluate("document.getElementById('i').value") == "aß€"
        page.press("Tab")
        assert page.evaluate("document.activeElement.id") == "b"
        background = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(background) == "rgb(0, 0, 0)"
        page.emulate(dark=False, width=300, height=200)
        assert page.evaluate(background) != "rgb(0, 0, 0)"
        assert page.evaluate("innerWidth") == 300
        seen = page.screenshot(tmp_path / "seen.png").read_bytes()
        whole = page.screenshot(tmp_path / "whole.png", whole=True).read_bytes()
    sizes = [[int.from_bytes(png[i : i + 4], "big") for i in (16, 20)] for png in (seen, whole)]
    assert sizes[0] == [300, 200]
    assert sizes[1][1] > 3000


def test_downloads_land_in_a_folder(file):
    body = "<a id=d download=x.txt href='data:text/plain,hello'>d</a>"
    with open_page(file(body)) as page:
        page.click("#d")
        found = page.downloaded()
        assert (found.name, found.read_text()) == ("x.txt", "hello")
        found.unlink()
        with pytest.raises(BrowserError, match="nothing was downloaded"):
            page.downloaded(0.1)
