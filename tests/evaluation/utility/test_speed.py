import importlib
import textwrap
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.utility.speed import peak_memory, processor_time, speed
from voxnym.records import Audio

MEGABYTE = 1 << 20
CALLS = """
    import time
    import numpy as np

    def busy(per_second, megabytes, audio):
        until = time.process_time() + per_second * audio.duration
        held = np.ones(round(megabytes * audio.duration * (1 << 17)))
        while time.process_time() < until:
            pass
        return held

    def three_peaks(peak):
        before = peak()
        held = np.ones((before >> 3) + (50 << 17))
        during = peak()
        del held
        return before, during, peak()

    def slow_start(audio):
        return None

    def make_slow_start(seconds):
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass
        return slow_start
"""


@pytest.fixture
def calls(tmp_path, monkeypatch):
    (tmp_path / "costly_calls.py").write_text(textwrap.dedent(CALLS))
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("costly_calls")


def silence(seconds):
    return Audio(np.zeros((1, round(1_000 * seconds)), np.float32), 1_000)


def test_processor_time_and_memory_of_the_call(calls):
    ballast = np.ones(300 * MEGABYTE // 8)
    found = speed(partial(partial, calls.busy, 0.05, 25.0), silence(4))
    assert found.cpu_per_s == pytest.approx(0.05, abs=0.03)
    # The warm second has held 25 MB already.
    assert found.peak_bytes - found.start_bytes == pytest.approx(75 * MEGABYTE, rel=0.2)
    assert found.bytes_per_s == pytest.approx(75 * MEGABYTE / 4, rel=0.2)
    assert found.audio_s == 4
    # What the parent holds is no cost of the call.
    assert found.start_bytes < ballast.nbytes


def test_loading_counts_as_the_start(calls):
    found = speed(partial(calls.make_slow_start, 0.5), silence(2))
    assert found.start_cpu_s > 0.5
    assert found.cpu_per_s < 0.1


def test_peak_stays_when_memory_is_given_back(calls):
    # In a small process: what this one has held by now may be large.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        before, during, after = pool.submit(calls.three_peaks, peak_memory).result()
    assert before + 50 * MEGABYTE <= during < before + 200 * MEGABYTE + before
    # The kernel counts in strides of some pages.
    assert after == pytest.approx(during, abs=MEGABYTE)


def test_processor_time_grows_with_work_only():
    start = processor_time()
    sum(n * n for n in range(200_000))
    assert 0 < processor_time() - start < 5


def test_short_audio_is_refused(calls):
    with pytest.raises(InputError, match="more than 1 s"):
        speed(partial(partial, calls.busy, 0.0, 0.0), silence(1))
