"""Somebody who goes through the page with the keyboard, and hears four times as fast."""

FAST = (
    "HTMLMediaElement.prototype.play = (play => function () {"
    "this.defaultPlaybackRate = this.playbackRate = 4; return play.call(this); })"
    "(HTMLMediaElement.prototype.play)"
)
KIND = (
    "document.getElementById('trial').hidden ? '' : document.getElementById('words') ? 'words'"
    " : document.querySelectorAll('#players button').length > 1 ? 'abx' : 'naturalness'"
)
TITLE = "document.getElementById('part').textContent"
MESSAGE = "document.getElementById('message').textContent"


def begin(page, listener):
    page.evaluate(FAST)
    page.evaluate(f"document.getElementById('listener').value = {listener}")
    page.click("#agree")
    page.click("#begin button")
    return page.evaluate(KIND)


def listen(page, kind):
    for count, key in enumerate("abx" if kind == "abx" else "p", start=1):
        page.press(key)
        page.wait_for(f"document.querySelectorAll('#players .heard').length === {count}")


def answer(page, kind, given):
    """Listen to all sounds of the trial and answer it; True once the next one is there."""
    before = page.evaluate(TITLE)
    listen(page, kind)
    if kind == "words":
        page.evaluate("document.getElementById('words').focus()")
        page.type(given)
        page.press("Enter")
    else:
        page.press({"A": "1", "B": "2"}.get(given, given))
        page.press("n")
    return page.evaluate(TITLE) != before or not page.evaluate(KIND)


def shuffled(count, text):
    """The page's shuffle, written once more: FNV-1a, xorshift (13, 17, 5), Fisher and Yates."""
    state = 0x811C9DC5
    for letter in text:
        state = ((state ^ ord(letter)) * 0x01000193) % 2**32
    numbers = []
    for _ in range(16 + count):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        numbers.append(state / 2**32)
    order = list(range(count))
    for place, number in zip(range(count - 1, 0, -1), numbers[16:], strict=False):
        other = int(number * (place + 1))
        order[place], order[other] = order[other], order[place]
    return order
