import pytest
from browser import needs_browser, open_page
from listener import KIND, MESSAGE, TITLE, answer, begin, listen, shuffled
from toy_folders import toy_folders

from voxnym.evaluation.listening.answers import read_answers
from voxnym.evaluation.listening.key_file import key_of
from voxnym.evaluation.listening.making import make_plan
from voxnym.evaluation.listening.page import listening_page
from voxnym.evaluation.listening.recordings import collect

GIVEN = {"words": 'ships, "sail"  = 2', "naturalness": "4", "abx": "B"}
STORED = "Object.keys(localStorage).filter(name => name.endsWith('/7')).length"


@pytest.fixture(scope="module", autouse=True)
def browser():
    needs_browser()


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    collection = collect(toy_folders(tmp_path_factory.mktemp("folders")))
    return make_plan(collection, seed=7, per_system=1)


@pytest.fixture(scope="module")
def page_file(plan, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "listening.html"
    path.write_text(listening_page(plan), encoding="utf-8")
    return path


def test_whole_session_by_keyboard_and_its_csv(plan, page_file):
    with open_page(page_file) as page:
        kind, kinds = begin(page, 7), []
        while kind:
            assert answer(page, kind, GIVEN[kind])
            kinds.append(kind)
            kind = page.evaluate(KIND)
        assert kinds == ["words"] * 2 + ["naturalness"] * 4 + ["abx"] * 4
        page.click("#save")
        saved = page.downloaded()
        assert saved.name == f"answers-{plan.test}-7.csv"
        shown = page.evaluate("document.getElementById('csv').value")
        assert saved.read_bytes().decode() == shown.replace("\n", "\r\n")
        answers = read_answers([saved], key_of(plan))
        assert page.errors == []
        assert page.outside_requests == []
    assert {each.trial for each in answers} == {trial.code for trial in plan.trials}
    assert {each.listener for each in answers} == {7}
    said = {each.kind: each.given for each in answers}
    assert said == {"words": 'ships, "sail" = 2', "naturalness": "4", "abx": "B"}
    by_code = {trial.code: trial for trial in plan.trials}
    assert all(each.sounds == by_code[each.trial].heard_by(7) for each in answers)


def test_order_goes_by_listener_and_a_stopped_session_goes_on(page_file):
    first = (
        "JSON.parse(localStorage[Object.keys(localStorage).find(n => n.endsWith('/7'))]).answers"
    )
    with open_page(page_file) as page:
        kind = begin(page, 7)
        assert answer(page, kind, "one")
        assert answer(page, page.evaluate(KIND), "two")
        before = [each["trial"] for each in page.evaluate(first)]
        page.reload()
        assert page.evaluate("document.getElementById('listener').value") == "7"
        assert begin(page, 7) == "naturalness"
        assert "(1 of 4)" in page.evaluate(TITLE)
        assert [each["trial"] for each in page.evaluate(first)] == before
        page.click("#stop")
        assert "2 of 10" in page.evaluate("document.getElementById('thanks').textContent")
        page.click("#resume")
        assert "(1 of 4)" in page.evaluate(TITLE)


def test_listeners_have_orders_of_their_own(plan, page_file):
    trials, orders = plan.of_kind("words"), []
    with open_page(page_file) as page:
        for listener in (1, 4):
            page.evaluate("localStorage.clear()")
            page.reload()
            begin(page, listener)
            for _ in trials:
                answer(page, "words", "x")
            page.click("#stop")
            rows = page.evaluate("document.getElementById('csv').value").split("\n")[1:3]
            orders.append([row.split(",")[4] for row in rows])
            expected = shuffled(len(trials), f"{plan.order}/{listener}/words")
            assert orders[-1] == [trials[place].code for place in expected]
    assert orders[0] != orders[1]


def test_nothing_is_accepted_before_it_was_heard_agreed_and_answered(page_file):
    with open_page(page_file) as page:
        page.click("#begin button")
        assert "want to take part" in page.evaluate(MESSAGE)
        page.evaluate("document.getElementById('listener').value = '0'")
        page.click("#begin button")
        assert "listener number" in page.evaluate(MESSAGE)
        assert begin(page, 7) == "words"
        title = page.evaluate(TITLE)
        page.press("n")
        assert "listen to the end" in page.evaluate(MESSAGE)
        assert page.evaluate(TITLE) == title
        for _ in range(2):
            answer(page, "words", "x")
        listen(page, "naturalness")
        page.press("n")
        assert "choose an answer" in page.evaluate(MESSAGE)
        assert page.errors == []


def test_keys_can_be_switched_off_and_never_disturb_writing(page_file):
    with open_page(page_file) as page:
        begin(page, 7)
        page.evaluate("document.getElementById('words').focus()")
        for letter in "pan":
            page.press(letter)
        assert page.evaluate("document.getElementById('words').value") == "pan"
        assert page.evaluate("document.querySelector('.playing')") is None
        page.reload()
        page.click("#shortcuts")
        begin(page, 8)
        page.press("p")
        assert page.evaluate("document.querySelector('.playing')") is None


def test_answers_can_be_deleted(page_file):
    with open_page(page_file) as page:
        page.evaluate("window.confirm = () => true")
        begin(page, 7)
        assert page.evaluate(STORED) == 1
        page.click("#stop")
        page.click("#forget")
        page.wait_for("document.getElementById('start')?.hidden === false")
        assert page.evaluate(STORED) == 0


def test_everything_has_a_name_and_can_be_reached_by_tab(page_file):
    unnamed = (
        "[...document.querySelectorAll('input, textarea, button, progress')].filter(e =>"
        "!(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim())"
        ".map(e => e.outerHTML)"
    )
    with open_page(page_file) as page:
        begin(page, 7)
        for kind in ("words", "words", "naturalness"):
            assert page.evaluate(unnamed) == []
            reached = []
            for _ in range(4):
                page.press("Tab")
                reached.append(
                    page.evaluate(
                        "document.activeElement.textContent || document.activeElement.type"
                    )
                )
            assert reached[0] == "Play"
            assert {"Next", "Stop here and save"} <= set(reached)
            answer(page, kind, GIVEN[kind])


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_in_light_and_dark(page_file, dark):
    colours = "(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))"
    with open_page(page_file, dark=dark) as page:
        ink, ground = (luminance(text) for text in page.evaluate(colours))
        assert (ground < ink) is dark
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) > 7
        page.emulate(width=360, height=640)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def luminance(text):
    """Relative luminance of a CSS colour (WCAG 2.2)."""
    parts = [int(part) / 255 for part in text[4:-1].split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
