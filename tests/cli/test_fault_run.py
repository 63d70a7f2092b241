import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "fault_run.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the script speaks of Linux's processes")
def test_killed_runs_end_like_undisturbed_ones():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--files", "12", "--kills", "4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("| yes |") == 13
