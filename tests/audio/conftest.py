"""Tells where the module is that makes media files, and makes those with pictures once."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
collect_ignore_glob = ["media_files.py"]


@pytest.fixture(scope="session")
def ffmpeg():
    """Runs ffmpeg, which is no part of the package and judges what it writes."""
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        pytest.skip("needs the ffmpeg and ffprobe commands as judges")
    from media_files import run_ffmpeg

    return run_ffmpeg


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """Files with pictures, other sound, subtitles, chapters, tags, a cover and attachments."""
    pytest.importorskip("av", reason="needs PyAV, of the media extra")
    from media_files import make_films

    return make_films(tmp_path_factory.mktemp("films"))
