"""A headless Chromium at the other end of two pipes, which speaks its debugging protocol."""

import fcntl
import json
import os
import select
import signal
import subprocess
import time
from contextlib import suppress

ANSWER_S = 30.0
_PIECE = 1 << 16


class BrowserError(AssertionError):
    """The browser did not answer, or a script of the test failed in it."""


class Wire:
    """Messages to and from the browser: JSON, each ended by a zero byte."""

    def __init__(self, read, write):
        self._read, self._write = read, write
        self._buffer = bytearray()
        self._number = 0
        self._events = []

    def call(self, method, session=None, /, wait_s=ANSWER_S, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        number, end = self._number, time.monotonic() + wait_s
        while True:
            answer = self._next(end, method)
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return answer["result"]
            self._events.append(answer)

    def events(self, wait_s=0.0):
        """All events that have come, oldest first; each is given once."""
        end = time.monotonic() + wait_s
        while message := self._next(end, None):
            self._events.append(message)
        found, self._events = self._events, []
        return found

    def _next(self, end, method):
        while (stop := self._buffer.find(0)) < 0:
            left = max(end - time.monotonic(), 0.0)
            if not select.select([self._read], [], [], left)[0]:
                if method is None:
                    return None
                raise BrowserError(f"{method}: no answer from the browser")
            piece = os.read(self._read, _PIECE)
            if not piece:
                raise BrowserError("the browser is gone")
            self._buffer += piece
        message = bytes(self._buffer[:stop])
        del self._buffer[: stop + 1]
        return json.loads(message)


def start(browser, room):
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    flags = [
        "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu",
        "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--mute-audio", f"--user-data-dir={room / 'profile'}", "about:blank",
    ]  # fmt: skip
    # The browser reads from descriptor 3 and writes to 4; a shell puts the pipes there. They come
    # from above, since one that had the other's number would be lost.
    to_read, from_write = _moved(to_read), _moved(from_write)
    shell = f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}'
    with (room / "log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/bash", "-c", shell, browser, *flags],
            pass_fds=(to_read, from_write),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "HOME": str(room)},
        )
    os.close(to_read)
    os.close(from_write)
    return process, Wire(from_read, to_write)


def _moved(descriptor):
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)
    os.close(descriptor)
    return moved


def stop(process, wire):
    try:
        wire.call("Browser.close")
        process.wait(10)
    except (BrowserError, OSError, subprocess.TimeoutExpired):
        pass
    # Its own process group: children of the browser that outlive it go with it.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    os.close(wire._read)
    os.close(wire._write)
