import numpy as np
import pytest
import soundfile
from toy_voices import folder_of_voices, manifest_of

from voxnym.errors import InputError
from voxnym.training.rows import RATE
from voxnym.training.waves import HeldWaves, Spoken, waves_at


def test_a_folder_with_a_folder_for_each_person(tmp_path):
    folder = folder_of_voices(tmp_path / "voices", people=3, utterances=2, rate=8000)
    (folder / "readme.txt").write_text("no audio", encoding="utf-8")
    soundfile.write(folder / "stray.wav", np.zeros(100), 8000)
    found = waves_at(folder)
    assert found.names == ("p0", "p1", "p2")
    assert found.people.tolist() == [0, 0, 1, 1, 2, 2]
    assert found.whole(0).shape == (RATE,)
    assert found.whole(0).dtype == np.float32


def test_a_manifest_and_one_of_its_parts(tmp_path):
    folder = manifest_of(folder_of_voices(tmp_path, people=2, utterances=3))
    assert len(waves_at(folder).spoken) == 6
    train = waves_at(folder, "train")
    assert len(train.spoken) == 4
    assert all(each.path.stem != "0" for each in train.spoken)


def test_a_stretch_of_one_channel(tmp_path):
    samples = np.stack([np.full(RATE, 0.25), np.linspace(0, 0.5, RATE)], axis=1)
    soundfile.write(tmp_path / "two.wav", samples, RATE, subtype="FLOAT")
    found = Spoken(tmp_path / "two.wav", "a", 0.25, 0.75, 1).read()
    np.testing.assert_allclose(found, samples[RATE // 4 : 3 * RATE // 4, 1], atol=1e-6)
    both = Spoken(tmp_path / "two.wav", "a").read()
    np.testing.assert_allclose(both, samples.mean(axis=1), atol=1e-6)


def test_stretches_that_are_not_there_are_refused(tmp_path):
    soundfile.write(tmp_path / "one.wav", np.zeros(RATE), RATE)
    with pytest.raises(InputError, match="channel 1"):
        Spoken(tmp_path / "one.wav", "a", channel=1).read()
    with pytest.raises(InputError, match="nothing"):
        Spoken(tmp_path / "one.wav", "a", start=2.0).read()


def test_too_few_people_are_refused(tmp_path):
    folder_of_voices(tmp_path, people=1)
    with pytest.raises(InputError, match="1 people"):
        waves_at(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        waves_at(tmp_path / "absent")


def test_utterances_without_a_speaker_are_refused(tmp_path):
    folder = manifest_of(folder_of_voices(tmp_path, people=2, utterances=2))
    text = (folder / "manifest.jsonl").read_text(encoding="utf-8")
    text = text.replace('"speaker": "p0", ', "", 1)
    (folder / "manifest.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no speaker"):
        waves_at(folder)


@pytest.mark.parametrize("people", [[0], [0, 2], [0, -1]])
def test_labels_that_do_not_fit_are_refused(people):
    with pytest.raises(InputError):
        HeldWaves((np.ones(3, np.float32),) * 2, np.array(people), 2)
