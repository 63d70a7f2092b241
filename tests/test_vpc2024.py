"""The preset `mcadams-vpc2024` against golden values of the challenge's own code, file to file."""

from pathlib import Path

import numpy as np
import pytest

from voxnym import Who, load, read_audio, write_audio

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "librispeech"
GOLDEN = [
    ("0002", 0.5, 48566759, 45278),
    ("0002", 0.8, 61002799, 45278),
    ("0002", 0.9, 130892665, 45278),
    ("0003", 0.5, 51272718, 80958),
    ("0003", 0.8, 108996963, 80958),
    ("0003", 0.9, 183633245, 80958),
    ("0004", 0.5, 57323316, 71518),
    ("0004", 0.8, 73668929, 71518),
    ("0004", 0.9, 131603156, 71518),
]
SAMPLES_0002 = [2885, 7265, 7552, 4516, 1512, 293, 492, 1169, 1928, 2729]


@pytest.mark.parametrize(("name", "coefficient", "total", "last"), GOLDEN)
def test_every_sample_is_that_of_the_challenge(
    tmp_path: Path, name: str, coefficient: float, total: int, last: int
) -> None:
    path = DATA / "test-other" / "1688" / f"1688-142285-{name}.flac"
    if not path.exists():
        pytest.skip(f"LibriSpeech recording 1688-142285-{name} is not at hand")
    system = load("mcadams-vpc2024", settings={"content_mcadams.coefficient": coefficient})
    out = system(read_audio(path), Who(utterance=name))
    write_audio(tmp_path / "out.wav", out, subtype="PCM_16")
    written = read_audio(tmp_path / "out.wav").samples[0] * 32768
    samples = written.astype(np.int64)
    assert np.array_equal(samples, written)
    assert np.abs(samples).sum() == total
    assert np.abs(samples).max() == 32766
    assert not samples[last + 1 :].any()
    if (name, coefficient) == ("0002", 0.8):
        assert samples[8000:8010].tolist() == SAMPLES_0002
