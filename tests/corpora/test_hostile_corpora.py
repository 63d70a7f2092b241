"""Corpora that somebody made to break us: only our own errors, within bounds, and no harm done."""

import gzip
import json
import os
import string
import tracemalloc
from pathlib import PurePath

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from voxnym.corpora import lhotse_read
from voxnym.corpora import lines as lines_module
from voxnym.corpora.corpus import Made
from voxnym.corpora.kaldi_rules import violations
from voxnym.corpora.lines import Budget, is_plain_file, numbered_lines
from voxnym.corpora.reading import is_corpus, read_corpus
from voxnym.corpora.writing import write_corpus
from voxnym.errors import InputError, VoxnymError

KALDI = (
    "wav.scp",
    "segments",
    "utt2spk",
    "spk2utt",
    "spk2gender",
    "text",
    "utt2lang",
    "utt2gender",
)
BYTES = st.binary(max_size=60) | st.text(
    string.ascii_letters[:4] + "0123.-e|~/: \t\r\n\0é\u00a0\u2028\ufeff", max_size=60
).map(lambda text: text.encode())


def fresh(tmp_path_factory):
    return tmp_path_factory.mktemp("x")


def tried(path, out, **options):
    """Read and write it; what goes wrong must be one of our errors, on one line."""
    is_corpus(path)
    violations(path if path.is_dir() else path.parent)
    refusal = None
    try:
        corpus = read_corpus(path, **options)
        made = {one.id: Made(PurePath(f"{n}.wav"), 8000, 8000 * 60, max(1, len(one.channel_ids)))
                for n, one in enumerate(corpus.recordings)}  # fmt: skip
        write_corpus(corpus, out, made)
    except VoxnymError as error:
        refusal = str(error)
    if refusal is not None:
        assert refusal.isprintable()
        assert len(refusal) < 1000
        return
    again = read_corpus(out)
    assert len(again.recordings) <= len(corpus.recordings)


@given(st.dictionaries(st.sampled_from(KALDI), BYTES), st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example({"wav.scp": b"a a.wav\n", "utt2spk": b"a \xc2\xa0\n"}, True)
@example({"wav.scp": b"a a.wav\n", "segments": b"u a 1e-320 2e-320\n", "utt2spk": b"u u"}, True)
def test_any_kaldi_directory(tmp_path_factory, files, pipes):
    home = fresh(tmp_path_factory)
    for name, content in {"wav.scp": b"a a.wav\n", **files}.items():
        (home / name).write_bytes(content)
    tried(home, fresh(tmp_path_factory), allow_pipes=pipes)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["a", "a.wav", "file", "command", "MonoCut", "MultiCut", "PaddingCut", 0, 1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "sources", "type", "channels", "source", "start", "duration",
                         "recording", "recording_id", "supervisions", "channel", "path", "text",
                         "speaker", "gender", "transforms", "video", "custom", "features"]),
        inner, max_size=7),
    max_leaves=25,
)  # fmt: skip
GOOD = {"id": "a", "duration": 1.0, "sources": [{"type": "file", "channels": [0], "source": "a"}]}
CUT = {"id": "c", "type": "MonoCut", "start": 0, "duration": 1, "channel": 0, "recording": GOOD}


@st.composite
def records(draw):
    """A valid record with a part exchanged, or anything."""
    record = json.loads(json.dumps(draw(st.sampled_from([GOOD, CUT]))))
    place = record
    for _ in range(draw(st.integers(0, 3))):
        inner = [one for one in (place.values() if isinstance(place, dict) else place)
                 if isinstance(one, dict | list) and one]  # fmt: skip
        if not inner:
            break
        place = draw(st.sampled_from(inner))
    key = draw(st.sampled_from(sorted(place))) if isinstance(place, dict) else 0
    place[key] = draw(JSON)
    return record


@given(st.lists(records() | JSON, max_size=4), st.sampled_from(["recordings", "cuts", "manifest"]),
       st.booleans())  # fmt: skip
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_lines_of_json(tmp_path_factory, found, name, pipes):
    home = fresh(tmp_path_factory)
    (home / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in found))
    tried(home, fresh(tmp_path_factory), allow_pipes=pipes)
    tried(home / f"{name}.jsonl", fresh(tmp_path_factory))


@given(
    st.binary(max_size=200) | BYTES.map(lambda rest: b"id,path,text\n" + rest),
    st.sampled_from(["manifest.csv", "manifest.tsv", "cuts.jsonl.gz", "recordings.jsonl"]),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes(tmp_path_factory, content, name):
    home = fresh(tmp_path_factory)
    (home / name).write_bytes(content)
    tried(home, fresh(tmp_path_factory))


PATHLIKE = ["../../up", "/etc/passwd", "a/b/../../..", "..", ".", "con", "-rf", "$(id)", "a;b", "'"]


@pytest.mark.parametrize("name", PATHLIKE)
def test_ids_that_look_like_paths_are_only_ids(tmp_path, name):
    home, out = tmp_path / "in", tmp_path / "deep" / "er" / "out"
    home.mkdir()
    out.mkdir(parents=True)
    (home / "wav.scp").write_text(f"{name} a.wav\n")
    (home / "utt2spk").write_text(f"{name} {name}\n")
    corpus = read_corpus(home)
    assert corpus.recordings[0].id == name
    write_corpus(corpus, out, {name: Made(PurePath("1.wav"), 8000, 8000, 1)})
    everything = sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*"))
    assert everything == [
        "deep", "deep/er", "deep/er/out", "deep/er/out/spk2utt", "deep/er/out/utt2spk",
        "deep/er/out/wav.scp", "in", "in/utt2spk", "in/wav.scp",
    ]  # fmt: skip


def test_a_table_that_is_a_link_or_a_pipe_is_refused(tmp_path):
    (tmp_path / "secret").write_text("id of somebody\n")
    (tmp_path / "wav.scp").symlink_to("secret")
    with pytest.raises(InputError, match="symbolic link") as caught:
        read_corpus(tmp_path)
    assert "somebody" not in str(caught.value)
    assert not is_plain_file(tmp_path / "wav.scp")
    (tmp_path / "wav.scp").unlink()
    os.mkfifo(tmp_path / "wav.scp")
    with pytest.raises(InputError, match="pipe or device"):
        read_corpus(tmp_path)  # and does not wait for somebody to write
    os.mkfifo(tmp_path / "recordings.jsonl")
    assert is_corpus(tmp_path / "recordings.jsonl") is None


def test_bounds_of_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(lines_module, "LONGEST_LINE_BYTES", 1 << 20)
    file = tmp_path / "a"
    file.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(InputError, match=":1: a line of more than 1 MB"):
        list(numbered_lines(file))
    file.write_bytes(b"x\n" * 4)
    assert [number for number, _ in numbered_lines(file, Budget(4, 8))] == [1, 2, 3, 4]
    with pytest.raises(InputError, match=":4: more than"):
        list(numbered_lines(file, Budget(3, 8)))
    with pytest.raises(InputError, match=":4: more than"):
        list(numbered_lines(file, Budget(4, 7)))


def test_many_manifests_have_one_budget(tmp_path, monkeypatch):
    for number in range(3):
        text = json.dumps({**GOOD, "id": f"{number}"}) + "\n"
        (tmp_path / f"recordings_{number}.jsonl").write_text(text)
    assert len(read_corpus(tmp_path).recordings) == 3
    monkeypatch.setattr(lhotse_read, "Budget", lambda: Budget(2, 1 << 20))
    with pytest.raises(InputError, match=r"recordings_2\.jsonl:1: more than"):
        read_corpus(tmp_path)


def test_packed_data_without_end_takes_little_memory(tmp_path):
    bomb = tmp_path / "recordings.jsonl.gz"
    block = gzip.compress(bytes(1 << 24), 9)
    bomb.write_bytes(block * 64)  # 1 MB that unpacks to 1 GB without the end of a line
    tracemalloc.start()
    with pytest.raises(InputError, match="a line of more than 16 MB"):
        read_corpus(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * lines_module.LONGEST_LINE_BYTES


def test_a_folder_that_is_no_corpus(tmp_path):
    for path in (tmp_path, tmp_path / "none", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        assert is_corpus(path) is None
        with pytest.raises(InputError):
            read_corpus(path)
    for kind in ("kaldi", "lhotse", "manifest", "esc"):
        with pytest.raises(InputError):
            read_corpus(tmp_path / "none", kind=kind)
