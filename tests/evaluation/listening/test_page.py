import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from toy_folders import PEOPLE, SYSTEMS, WORDS, toy_folders

from voxnym.errors import InputError
from voxnym.evaluation.listening.making import make_plan
from voxnym.evaluation.listening.page import is_fitting, listening_page, minutes
from voxnym.evaluation.listening.plan import anchor_noise
from voxnym.evaluation.listening.recordings import collect


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    collection = collect(toy_folders(tmp_path_factory.mktemp("folders")))
    return make_plan(collection, seed=7, per_system=2, originals=True, fits=is_fitting)


@pytest.fixture(scope="module")
def page(plan):
    return listening_page(plan)


def data_of(page):
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1]
    )


def test_page_says_nothing_of_systems_people_files_and_words(plan, page):
    bare = re.sub(r"data:audio/flac;base64,[A-Za-z0-9+/=]+", "", page)
    for secret in (*SYSTEMS, *PEOPLE, *WORDS, "take0", "folder-", "/tmp"):
        assert secret not in bare, secret
    assert set(data_of(page)) == {"test", "order", "minutes", "sections", "sounds"}
    assert "original" not in json.dumps({**data_of(page), "sounds": []})


def test_page_holds_all_sounds_and_asks_for_nothing(plan, page):
    data = data_of(page)
    assert set(data["sounds"]) == set(plan.sounds)
    assert all(uri.startswith("data:audio/flac;base64,") for uri in data["sounds"].values())
    assert "http" not in re.sub(r'http-equiv="', "", page)
    assert not re.search(r"(src|href)=", page)
    assert "default-src 'none'" in page


def test_trials_of_the_page_are_those_of_the_plan_without_answers(plan, page):
    for section in data_of(page)["sections"]:
        expected = plan.of_kind(section["kind"])
        assert section["trials"] == [
            {"code": trial.code, "versions": [list(version) for version in trial.versions]}
            for trial in expected
        ]
    assert [section["kind"] for section in data_of(page)["sections"]] == [
        "words", "naturalness", "abx",
    ]  # fmt: skip


def test_warning_only_with_originals(plan, page, tmp_path):
    warning = "recordings of people in their own voices"
    assert warning in page
    collection = collect(toy_folders(tmp_path, each=2))
    without = make_plan(collection, seed=7, per_system=1, kinds=["naturalness"])
    assert warning not in listening_page(without)


def test_own_consent_is_text_not_markup(plan):
    page = listening_page(plan, "One <b>\nparagraph & more.\n\n$data\n")
    assert "<p>One &lt;b&gt; paragraph &amp; more.</p>\n<p>$data</p>" in page
    assert "Taking part is voluntary" not in page
    with pytest.raises(InputError, match="consent text is empty"):
        listening_page(plan, " \n\n ")


def test_minutes_grow_with_the_trials(plan):
    # 6 sentences of 20 s, 8 ratings of 10 s, 8 comparisons of 22 s.
    assert minutes(plan) == 6


def test_recordings_too_short_or_long_do_not_fit(tmp_path):
    for seconds, fits in ((0.9, False), (1.0, True), (20.5, False)):
        folders = toy_folders(tmp_path / str(seconds), each=1, seconds=seconds)
        assert is_fitting(collect(folders).recordings[0]) is fits


def test_silent_recording_is_named(tmp_path):
    folders = toy_folders(tmp_path, each=1)
    for path in folders["alpha-secret"].rglob("*.wav"):
        soundfile.write(path, np.zeros(16_000), 16_000)
    plan = make_plan(collect(folders), seed=1, kinds=["naturalness"], per_system=1)
    with pytest.raises(InputError, match=r"take0\.wav: nothing but silence"):
        listening_page(plan)


def decoded(uri):
    raw = base64.b64decode(uri.partition(",")[2])
    return soundfile.read(io.BytesIO(raw), dtype="float32")[0]


def test_sounds_are_equally_loud_and_anchors_alone_are_noisy(plan, page):
    from voxnym.evaluation.clips import Clip
    from voxnym.evaluation.listening.sound import loudness
    from voxnym.records import Audio

    levels = []
    for code, uri in data_of(page)["sounds"].items():
        sound, samples = plan.sounds[code], decoded(uri)
        before = Clip(sound.path).read().samples[0]
        levels.append(loudness(Audio(samples, 16_000)))
        alike = np.corrcoef(samples, before)[0, 1]
        # Speech and noise of the same strength: the correlation is 1 / sqrt(2).
        assert alike == pytest.approx(0.71 if sound.anchor else 1, abs=0.02)
    assert np.ptp(levels) < 0.05


def test_noise_of_an_anchor_goes_by_test_and_sound(plan):
    one, two = [sound for sound in plan.sounds.values() if sound.anchor]
    other = replace(plan, seed=plan.seed + 1)
    drawn = [
        anchor_noise(p, s).standard_normal() for p, s in [(plan, one), (plan, two), (other, one)]
    ]
    assert len(set(drawn)) == 3
    assert anchor_noise(plan, one).standard_normal() == drawn[0]
