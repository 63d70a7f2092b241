"""Drives a real headless browser from tests: Chromium's debugging protocol over two pipes.

`open_page(path)` opens a local file and yields a `Page`. Needs a Chromium or Chrome on the PATH
(or named by VOXNYM_TEST_BROWSER) and no Python package; `needs_browser()` skips a test otherwise.
"""

import base64
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from browser_pipe import BrowserError, start, stop

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
START_S = 60.0
_PAGE_SIZE = (1000, 1400)


def find_browser():
    """Path of a browser that can be driven; None where there is none."""
    for name in (os.environ.get("VOXNYM_TEST_BROWSER", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    return None


def needs_browser():
    """Skip the calling test, with the reason, where no browser is at hand."""
    import pytest

    if find_browser() is None:
        pytest.skip(f"no browser at hand (looked for {', '.join(NAMES)})")


class Page:
    """One open page.

    Attributes:
        downloads: folder in which files land that the page lets one download.
    """

    def __init__(self, wire, session, downloads):
        self._wire, self._session = wire, session
        self.downloads = downloads
        self._errors, self._requests = [], []

    @property
    def errors(self):
        """Uncaught exceptions, failed requests, and what the console calls errors or warnings."""
        self._listen()
        return list(self._errors)

    @property
    def requests(self):
        """Addresses that were asked for, data: and blob: ones shortened; the page's own first."""
        self._listen()
        return list(self._requests)

    @property
    def outside_requests(self):
        """Those that lead anywhere but to the page's own file and what lies within it."""
        inside = ("data:", "blob:", "file:", "about:")
        own = self._requests[:1] if self.requests else []
        files = [url for url in self._requests if url.startswith("file:") and url not in own]
        return files + [url for url in self._requests if not url.startswith(inside)]

    def evaluate(self, script):
        """Value of a JavaScript expression, promises awaited; it must fit in JSON."""
        result = self._send(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def wait_for(self, script, seconds=10.0):
        """Wait until an expression counts as true in JavaScript; no promise."""
        end = time.monotonic() + seconds
        # An element is true there, but empty once it has gone through JSON.
        while not self.evaluate(f"!!({script})"):
            if time.monotonic() > end:
                raise BrowserError(f"never true within {seconds} s: {script}")
            time.sleep(0.02)

    def click(self, selector):
        """Click the middle of an element with the mouse, once it has been scrolled into view."""
        place = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center', behavior: 'instant'});"
            "const r = e.getBoundingClientRect();"
            "return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def press(self, key, text=None):
        """Press a key by its name ("Tab", "Enter", "a"), as if on a keyboard."""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40, "ArrowRight": 39}
        if text is None:
            text = "\r" if key == "Enter" else key if len(key) == 1 else ""
        code = codes.get(key, ord(key.upper()) if len(key) == 1 else 0)
        common = {"key": key, "windowsVirtualKeyCode": code}
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self._send("Input.dispatchKeyEvent", **down, **common)
        self._send("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        """Type into whatever has the focus."""
        self._send("Input.insertText", text=text)

    def emulate(self, *, dark=None, width=None, height=None):
        """Set the preferred colour scheme, or the size of the window in CSS pixels."""
        if dark is not None:
            scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
            self._send("Emulation.setEmulatedMedia", features=[scheme])
        if width is not None:
            self._send(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=height or _PAGE_SIZE[1],
                deviceScaleFactor=1,
                mobile=False,
            )

    def screenshot(self, path, *, whole=False):
        """Write a PNG of what is seen, or of the whole page."""
        result = self._send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole, wait_s=60.0
        )
        Path(path).write_bytes(base64.b64decode(result["data"]))
        return Path(path)

    def reload(self):
        """Load the page again; what it keeps in its storage stays."""
        self._send("Page.reload")
        self._loaded()

    def downloaded(self, seconds=10.0):
        """The file that was downloaded last, once it is whole."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            files = [f for f in self.downloads.iterdir() if f.suffix != ".crdownload"]
            if files:
                return max(files, key=lambda file: file.stat().st_mtime_ns)
            time.sleep(0.05)
        raise BrowserError("nothing was downloaded")

    def _send(self, method, **parameters):
        return self._wire.call(method, self._session, **parameters)

    def _go(self, address):
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._send(f"{domain}.enable")
        self.emulate(width=_PAGE_SIZE[0], height=_PAGE_SIZE[1])
        result = self._send("Page.navigate", url=address, wait_s=START_S)
        if result.get("errorText"):
            raise BrowserError(f"{address}: {result['errorText']}")
        self._loaded()

    def _loaded(self):
        # Events alone would miss a page that was complete before we asked.
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            ready = "document.readyState === 'complete' && location.href !== 'about:blank'"
            try:
                if self.evaluate(ready):
                    return
            except BrowserError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.02)
        raise BrowserError("the page was never loaded")

    def _listen(self):
        for event in self._wire.events():
            _note(event.get("method"), event.get("params", {}), self._errors, self._requests)


def _note(method, what, errors, requests):
    if method == "Runtime.exceptionThrown":
        details = what["exceptionDetails"]
        errors.append(details.get("exception", {}).get("description", details["text"]))
    elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
        errors.append(" ".join(str(part.get("value", "")) for part in what["args"]))
    elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
        errors.append(what["entry"]["text"])
    elif method == "Network.loadingFailed" and not what.get("canceled"):
        errors.append(what["errorText"])
    elif method == "Network.requestWillBeSent":
        url = what["request"]["url"]
        requests.append(url[:40] if url.startswith("data:") else url)


@contextmanager
def open_page(path, *, dark=None):
    """Open a local HTML file in a fresh browser without a profile.

    Args:
        path: the file.
        dark: the preferred colour scheme; the browser's own where None.

    Yields:
        The loaded `Page`. The browser ends with the block.
    """
    browser = find_browser()
    if browser is None:
        raise BrowserError("no browser at hand")
    with tempfile.TemporaryDirectory(prefix="voxnym-browser-", ignore_cleanup_errors=True) as room:
        process, wire = start(browser, Path(room))
        try:
            target = wire.call("Target.createTarget", url="about:blank", wait_s=START_S)
            attached = wire.call(
                "Target.attachToTarget", targetId=target["targetId"], flatten=True, wait_s=START_S
            )
            downloads = Path(room) / "downloads"
            downloads.mkdir()
            wire.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
            page = Page(wire, attached["sessionId"], downloads)
            if dark is not None:
                page.emulate(dark=dark)
            page._go(Path(path).resolve().as_uri())
            yield page
        finally:
            stop(process, wire)
