import json
from pathlib import Path

import pytest

from voxnym.records import Audio

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture(scope="session")
def readers():
    """(audio, text) of six test utterances of six readers, short ones first."""
    if not SHARED.is_dir():
        pytest.skip("the speech collection is not at hand (shared/data)")
    import soundfile

    found = {}
    for line in (SHARED / "librispeech" / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["split"] == "test" and 3 < row["duration_s"] < 4.5:
            found.setdefault(row["speaker"], row)
    clips = []
    for row in list(found.values())[:6]:
        samples, rate = soundfile.read(
            SHARED / "librispeech" / row["path"], dtype="float32", always_2d=True
        )
        clips.append((Audio(samples.T, rate), row["text"]))
    return clips
