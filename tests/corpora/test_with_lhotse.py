"""lhotse reads what we write and writes what we read, with real audio behind it."""

from pathlib import PurePath

import numpy as np
import pytest

from voxnym.corpora.corpus import Made
from voxnym.corpora.kaldi_rules import violations
from voxnym.corpora.names import PseudonymNames
from voxnym.corpora.reading import read_corpus
from voxnym.corpora.writing import write_corpus
from voxnym.keys import Key

# lhotse and what it imports warn of their own ways.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
RATE, NEW_RATE = 8000, 16000


@pytest.fixture(scope="module")
def lhotse():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("lhotse", reason="lhotse is not installed: nothing to ask")


@pytest.fixture
def sound(tmp_path):
    """Writes a file of noise below tmp_path."""
    soundfile = pytest.importorskip("soundfile")

    def write(name, frames, rate, channels=1):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.Generator(np.random.Philox(frames)).uniform(-0.5, 0.5, (frames, channels))
        soundfile.write(path, noise.astype(np.float32), rate)
        return path

    return write


@pytest.fixture
def original(lhotse, sound, tmp_path):
    """Manifests by lhotse of two recordings, one of two channels in two files."""
    from lhotse import AudioSource, Recording, RecordingSet, SupervisionSegment, SupervisionSet

    one = Recording.from_file(sound("in/wav/one.wav", 24001, RATE), recording_id="one")
    one.sources[0].source = "wav/one.wav"
    sound("in/wav/a.wav", 16000, RATE), sound("in/wav/b.wav", 16000, RATE)
    two = Recording("two", [AudioSource("file", [0], "wav/a.wav"),
                            AudioSource("file", [1], "wav/b.wav")], RATE, 16000, 2.0)  # fmt: skip
    said = [
        SupervisionSegment("anna-1", "one", 0.25, 1.5, text="hello", speaker="anna", gender="F",
                           custom={"wish": "none"}),
        SupervisionSegment("anna-2", "one", 2.0, 1.000125, text="bye", speaker="anna", gender="F"),
        SupervisionSegment("bert-1", "two", 0.0, 2.0, channel=1, text="ja", speaker="bert",
                           gender="M", language="German"),
    ]  # fmt: skip
    return RecordingSet.from_recordings([one, two]), SupervisionSet.from_segments(said)


@pytest.fixture
def new_audio(sound):
    """Anonymous audio in out/, at twice the rate and the same lengths."""
    sound("out/new/1.flac", 48002, NEW_RATE)
    sound("out/new/2a.flac", 32000, NEW_RATE)
    sound("out/new/2b.flac", 32000, NEW_RATE)
    return {
        "one": Made(PurePath("new/1.flac"), NEW_RATE, 48002, 1),
        "two:0": Made(PurePath("new/2a.flac"), NEW_RATE, 32000, 1),
        "two:1": Made(PurePath("new/2b.flac"), NEW_RATE, 32000, 1),
    }


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_recordings_and_supervisions(
    lhotse, original, new_audio, tmp_path, monkeypatch, ending, renamed
):
    from lhotse.qa import validate_recordings_and_supervisions

    for name, manifest in zip(("recordings", "supervisions"), original, strict=True):
        manifest.to_file(tmp_path / "in" / f"x_{name}_train{ending}")
    names = PseudonymNames(Key(bytes(32))) if renamed else None
    write_corpus(read_corpus(tmp_path / "in"), tmp_path / "out", new_audio, names)
    monkeypatch.chdir(tmp_path / "out")
    part = names.recording("x_train") if renamed else "train"
    before = "" if renamed else "x_"
    recordings = lhotse.load_manifest(f"{before}recordings_{part}{ending}")
    supervisions = lhotse.SupervisionSet.from_file(f"{before}supervisions_{part}{ending}")
    assert len(recordings) == 2
    assert len(supervisions) == 3
    assert all(one.custom is None for one in supervisions)
    validate_recordings_and_supervisions(recordings, supervisions, read_data=True)
    cuts = lhotse.CutSet.from_manifests(recordings, supervisions)
    assert sum(one.num_channels for one in recordings) == 3
    assert {round(one.duration, 6) for one in cuts} == {3.000125, 2.0}


def test_cuts(lhotse, original, new_audio, tmp_path, monkeypatch):
    from lhotse.qa import validate

    cuts = lhotse.CutSet.from_manifests(*original)
    windows = cuts.cut_into_windows(1.0, keep_excessive_supervisions=True)
    (cuts + windows).to_file(tmp_path / "in" / "cuts.jsonl.gz")
    corpus = read_corpus(tmp_path / "in")
    assert {one.id for one in corpus.utterances} == {"anna-1", "anna-2", "bert-1"}
    write_corpus(corpus, tmp_path / "out", new_audio)
    monkeypatch.chdir(tmp_path / "out")
    written = lhotse.CutSet.from_file("cuts.jsonl.gz").to_eager()
    validate(written, read_data=True)
    before = {one.id: one for one in cuts + windows}
    assert set(before) == {one.id for one in written}
    for one in written:
        was = before[one.id]
        assert type(one) is type(was)
        assert one.sampling_rate == NEW_RATE
        assert abs(one.duration - was.duration) < 1e-6
        assert one.load_audio().shape[0] == was.num_channels
        times = [(said.id, said.start, said.duration) for said in one.supervisions]
        wanted = [(said.id, said.start, said.duration) for said in was.supervisions]
        assert [a[0] for a in times] == [b[0] for b in wanted]
        assert np.allclose([a[1:] for a in times], [b[1:] for b in wanted], atol=1e-7)


@pytest.mark.parametrize("renamed", [False, True])
def test_kaldi_directories(lhotse, sound, tmp_path, monkeypatch, renamed):
    from lhotse import Recording, RecordingSet, SupervisionSegment, SupervisionSet
    from lhotse.kaldi import export_to_kaldi, load_kaldi_data_dir

    (tmp_path / "in").mkdir()
    path = sound("in/one.wav", 24000, RATE)
    said = [SupervisionSegment("anna-1", "one", 0.25, 1.5, text="hello", speaker="anna",
                               gender="f", language="en"),
            SupervisionSegment("bert-1", "one", 2.0, 1.0, text="ja", speaker="bert",
                               gender="m", language="de")]  # fmt: skip
    export_to_kaldi(
        RecordingSet.from_recordings([Recording.from_file(path)]),
        SupervisionSet.from_segments(said),
        tmp_path / "in",
    )
    corpus = read_corpus(tmp_path / "in")
    assert corpus.recordings[0].source == path
    assert [one.gender for one in corpus.utterances] == ["f", "m"]
    sound("out/1.wav", 48000, NEW_RATE)
    names = PseudonymNames(Key(bytes(32))) if renamed else None
    made = {"one": Made(PurePath("1.wav"), NEW_RATE, 48000, 1)}
    write_corpus(corpus, tmp_path / "out", made, names)
    assert violations(tmp_path / "out") == ()
    monkeypatch.chdir(tmp_path / "out")
    recordings, supervisions, _ = load_kaldi_data_dir(".", NEW_RATE)
    assert [one.load_audio().shape for one in recordings] == [(1, 48000)]
    assert [(one.start, one.duration, one.text) for one in supervisions] == (
        [(0.25, 1.5, "hello"), (2.0, 1.0, "ja")]
        if not renamed
        else sorted([(0.25, 1.5, "hello"), (2.0, 1.0, "ja")],
                    key=lambda one: names.speaker("anna" if one[0] == 0.25 else "bert"))
    )  # fmt: skip
    assert not any("anna" in one.read_text() for one in (tmp_path / "out").iterdir()
                   if renamed and one.suffix != ".wav")  # fmt: skip


def test_kaldi_without_segments(lhotse, sound, tmp_path, monkeypatch):
    from lhotse.kaldi import load_kaldi_data_dir

    data = tmp_path / "in"
    data.mkdir()
    (data / "wav.scp").write_text("a-1 x.wav\n")
    (data / "utt2spk").write_text("a-1 a\n")
    (data / "text").write_text("a-1 hello\n")
    sound("out/1.wav", 8000, RATE)
    made = {"a-1": Made(PurePath("1.wav"), RATE, 8000, 1)}
    # A transcript that must not be written still leaves a directory that lhotse reads.
    write_corpus(read_corpus(data), tmp_path / "out", made, text_of=lambda one: None)
    monkeypatch.chdir(tmp_path / "out")
    recordings, supervisions, _ = load_kaldi_data_dir(".", RATE)
    assert [one.text for one in supervisions] == ["<unk>"]
    assert next(iter(recordings)).duration == 1.0
