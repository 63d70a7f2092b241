"""Recordings with something planted: inspect finds every plant, and none of it survives."""

import itertools
from pathlib import Path

import pytest

from voxnym.audio.formats import format_named
from voxnym.audio.open import open_writer
from voxnym.cli import main
from voxnym.inspecting.finding import Kind
from voxnym.inspecting.walk import inspect
from voxnym.testing import toy_speech

CASES = pytest.importorskip(
    "planted_corpus", reason="needs mutagen and PyAV, of the test extra"
).CASES
# The file system may add to what is planted inside: dates, and owners where tests share folders.
INSIDE = set(Kind) - {Kind.name, Kind.time, Kind.owner, Kind.attribute}


def clean_file(path):
    import soundfile

    speech = toy_speech(seconds=0.5)
    if path.suffix in (".au", ".caf"):
        soundfile.write(path, speech.samples.T, speech.rate, "PCM_16")
        return
    with open_writer(path, format_named(path.suffix[1:]), speech.rate, 1) as writer:
        writer.write(speech.samples)


@pytest.fixture(scope="module")
def plants(tmp_path_factory):
    from planting import Plant

    folder = tmp_path_factory.mktemp("corpus")
    bases, made = {}, {}
    for index, (name, planter) in enumerate(CASES.items()):
        extension = Path(name).suffix
        path = folder / f"{index:04d}{extension}"
        if extension not in bases:
            clean_file(path)
            bases[extension] = path.read_bytes()
        path.write_bytes(bases[extension])
        made[name] = plant = Plant(path)
        planter(plant)
    return made


def inside(path):
    return [finding for finding in inspect(path) if finding.kind in INSIDE]


def test_the_corpus_is_large():
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_every_plant_is_found(plants, name):
    plant = plants[name]
    found = inside(plant.path)
    assert found
    if not {"trailing", "pages"} & set(name.replace(".", "_").split("_")):
        kinds = {each.kind for each in found}
        assert not kinds & {Kind.trailing, Kind.unreadable}, found
    missing = [mark for mark in plant.markers if not any(mark in each.what for each in found)]
    assert not missing, [f"{each.kind} {each.where}: {each.what}" for each in found]


def test_without_a_plant_nothing_is_found(tmp_path):
    for extension in sorted({Path(name).suffix for name in CASES} - {".caf", ".au"}):
        path = tmp_path / f"base{extension}"
        clean_file(path)
        assert inside(path) == []


def test_a_chain_of_streams_is_looked_at_to_its_end(plants, tmp_path):
    for extension in ("ogg", "opus"):
        path = tmp_path / f"base.{extension}"
        clean_file(path)
        plant = plants[f"vorbis_comments.{extension}"]
        path.write_bytes(path.read_bytes() + plant.data)
        found = [each for each in inside(path) if each.kind == Kind.tag]
        assert all(any(mark in each.what for each in inside(path)) for mark in plant.markers)
        assert all(each.kind in (Kind.tag, Kind.label, Kind.tool) for each in inside(path)), found


def test_nothing_planted_survives(plants, tmp_path):
    out = tmp_path / "out"
    source = next(iter(plants.values())).path.parent
    assert anonymize(source, out, "--format", "wav") in (0, 1)
    done = {path.stem: path for path in out.rglob("*.wav")}
    assert len(done) >= 60
    for plant in plants.values():
        if plant.path.stem in done:
            check_clean(plant, done[plant.path.stem])


def test_nothing_planted_survives_in_the_same_format(plants, tmp_path):
    kept = ("info.wav", "broadcast.rf64", "info.w64", "id3_chunk.aiff", "vorbis_comments.flac",
            "vorbis_comments.ogg", "vorbis_comments.opus", "id3v24.mp3")  # fmt: skip
    (tmp_path / "in").mkdir()
    for name in kept:
        (tmp_path / "in" / plants[name].path.name).write_bytes(plants[name].data)
    anonymize(tmp_path / "in", tmp_path / "out")
    for name in kept:
        check_clean(plants[name], tmp_path / "out" / plants[name].path.name)
    kinds = {finding.kind for finding in inspect(tmp_path / "out")}
    assert kinds == {Kind.name}


def test_renamed_outputs_tell_nothing_at_all(plants, tmp_path):
    out = tmp_path / "out"
    source = next(iter(plants.values())).path.parent
    assert anonymize(source, out, "--rename") in (0, 1)
    assert [finding for finding in inspect(out) if not finding.carried] == []
    outputs = [path for path in out.rglob("*") if path.is_file() and path.name[0] != "."]
    assert len(outputs) >= 60
    assert len({path.suffix for path in outputs}) >= 8
    everything = b"".join(path.read_bytes() for path in outputs)
    for plant in plants.values():
        for mark, coding in itertools.product(plant.markers, ("utf-8", "utf-16-le", "utf-16-be")):
            assert mark.encode(coding) not in everything, (plant.path.name, mark)


def anonymize(source, out, *options):
    with pytest.raises(SystemExit) as caught:
        main(["anonymize", str(source), str(out), "--quiet", "--system", "mcadams",
              "--workers", "1", *options])  # fmt: skip
    return caught.value.code


def check_clean(plant, path):
    assert {finding.kind for finding in inspect(path)} == {Kind.name}
    data = path.read_bytes()
    for mark, coding in itertools.product(plant.markers, ("utf-8", "utf-16-le", "utf-16-be")):
        assert mark.encode(coding) not in data, (plant.path.name, mark)
