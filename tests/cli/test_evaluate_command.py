"""The commands `evaluate` and `attack` on a small corpus of toy people."""

import json
import sys
from pathlib import Path

import pytest
import soundfile

from voxnym.cli import main
from voxnym.errors import MissingExtraError
from voxnym.evaluation.embedders import load_embedder
from voxnym.testing import ToySpeaker, toy_speech

try:
    load_embedder("dvector")
except MissingExtraError as error:
    pytest.skip(f"the quick ladder needs a network: {error}", allow_module_level=True)

ROBOT = Path(__file__).resolve().parents[2] / "examples" / "programs" / "robot_voice.py"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("corpus")
    rows = []
    for person in range(6):
        voice = ToySpeaker(pitch_hz=95 + 22 * person, tract=0.86 + 0.04 * person)
        for number in range(5):
            name = f"p{person}-{number}"
            audio = toy_speech(voice, seconds=2.2, seed=number)
            soundfile.write(home / f"{name}.flac", audio.samples[0] * 0.5, audio.rate)
            row = {"id": name, "path": f"{name}.flac", "speaker": f"p{person}"}
            rows.append(row | {"gender": "F" if person % 2 else "M", "text": f"say {number}"})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (home / "manifest.jsonl").write_text(lines)
    return home


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def attack(corpus: Path, *more: object) -> int:
    common = ("--corpus", corpus, "--protocol", "made", "--effort", "quick", "--quiet")
    return run("attack", *common, *more)


def test_ladder_of_a_system(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert attack(corpus, "--system", "mcadams", "--seed", 1, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["system"] == "mcadams"
    attackers = {(each["hears"], each["knowledge"]) for each in found["attacks"]}
    assert {("voice", "unprotected"), ("voice", "lazy-informed")} <= attackers
    assert {"words", "prosody", "surroundings"} <= {hears for hears, _ in attackers}
    assert dict(found["method"])["seed"] == "1"
    assert all(0 <= each["eer"]["value"] <= 100 for each in found["attacks"])
    assert all(each["eer"]["indicative"] for each in found["attacks"])
    names = {check["name"] for check in found["checks"]}
    assert "no recording on two sides" in names
    assert "a system that does nothing" in names


def test_somebody_elses_program(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = f"{sys.executable} {ROBOT} {{in}} {{out}} {{seed}}"
    assert attack(corpus, "--command", program) == 0
    text = capsys.readouterr().out
    assert "lazy-informed" in text
    assert "equal error rate" in text
    assert "Indicative" in text


def test_somebody_elses_results(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in corpus.glob("*.flac"):
        samples, rate = soundfile.read(path)
        soundfile.write(tmp_path / f"{path.stem}.wav", samples[::-1], rate)
    assert attack(corpus, "--anonymized", tmp_path, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert "not done" not in found["system"]
    sides = [c for c in found["checks"] if c["name"] == "another key gives another voice"]
    assert [each["passed"] for each in sides] == [None]
    next(tmp_path.glob("*.wav")).unlink()
    assert attack(corpus, "--anonymized", tmp_path) == 2
    assert "no result" in capsys.readouterr().err


def test_parts(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ("--corpus", corpus, "--protocol", "made", "--quiet", "--seed", 1)
    assert run("evaluate", "parts", "--system", "mcadams", *common, "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"part", "original", "anonymized"} == set(rows[0])
    assert run("evaluate", "parts", "--command", "x {in} {out}", *common) == 2
    assert "parts are not known" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("evaluate", "--system", "mcadams"), "--out is missing"),
        (("evaluate", "--out", "x"), "--corpus is missing"),
        (("evaluate", "nonsense", "--out", "x"), "expected nothing or 'parts'"),
        (("evaluate", "--compare", "mcadams", "--corpus", "."), "two or more"),
        (("attack", "--system", "mcadams", "--command", "a {in} {out}"), "only one of them"),
        (("attack", "--command", "a {in}", "--corpus", "."), "{out}"),
        (("attack", "--corpus", ".", "--protocol", "smal"), "did you mean small"),
    ],
)
def test_wrong_use_is_explained(
    words: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = tuple(str(tmp_path) if word in (".", "x") else word for word in words)
    assert run(*words) == 2
    assert text in capsys.readouterr().err


def test_a_killed_run_goes_on_with_its_seed(corpus: Path, tmp_path: Path) -> None:
    from voxnym.evaluation.plan import Plan, seed_of_run

    assert seed_of_run(tmp_path / "out") is None
    with Plan(corpus, "made", seed=7, out=tmp_path / "out").place() as work:
        assert work.is_dir()
    assert seed_of_run(tmp_path / "out") == 7
