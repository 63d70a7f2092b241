from pathlib import Path

import pytest

from voxnym import Key, VoxnymError, load, preset_names
from voxnym.errors import PresetError
from voxnym.preset import read_preset
from voxnym.registry import find, names


def test_every_preset_loads_and_has_a_card() -> None:
    assert {"mcadams", "mcadams-vpc2024", "world"} <= set(preset_names())
    for name in preset_names():
        system = load(name)
        assert system.name == name
        card = read_preset(name).card
        assert all((card.summary, card.hides, card.leaves, card.measured)), f"{name}: card"


def test_every_registered_part_is_found() -> None:
    for group in ("codecs", "stages"):
        for name in names(group):  # type: ignore[arg-type]
            part = find(group, name)  # type: ignore[arg-type]
            if name.startswith("voice_"):
                with pytest.raises(PresetError, match=rf"{name}.model: nobody.json"):
                    part(model="nobody.json")
            else:
                assert part()


def test_own_preset(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('codec = "lpc"\nstages = ["content_mcadams"]\n[content_mcadams]\nlow = 0.6\n')
    system = load(str(path), settings={"content_mcadams.high": "0.7", "lpc.rate": 8000})
    assert system.name == "mine"
    assert system.stages[0].low == 0.6  # type: ignore[attr-defined]
    assert system.stages[0].high == 0.7  # type: ignore[attr-defined]
    assert system.codec.rate == 8000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("codec = 3", "expected codec"),
        ('codec = "lpc"\nstages = []\nlevel = "loud"', "level='loud'"),
        ('codec = "lpx"\nstages = []', "did you mean lpc"),
        ('codec = "lpc"\nstages = ["content_mcadam"]', "did you mean content_mcadams"),
        ('codec = "lpc"\nstages = []\n[lpk]\norder = 3', "did you mean lpc"),
        ('codec = "lpc"\nstages = []\n[lpc]\nordr = 3', "did you mean order"),
        ('codec = "lpc"\nstages = []\n[lpc]\norder = "many"', "lpc.order"),
        ('codec = "lpc"\nstages = ["content_warp"]', "kind"),
        ('codec = "lpc"\nstages = ["pitch_revert"]', "does not model"),
        ('codec = "lpc"\nstages = ["content_mcadams", "content_mcadams"]', "twice"),
        ('codec = "lpc"\nstages = []\n[card]\nhide = "x"', "did you mean hides"),
        ("codec =", "TOML"),
    ],
)
def test_wrong_presets_are_explained(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(PresetError, match=message):
        load(path)


@pytest.mark.parametrize("name", ["mcadam", "nothing", "none.toml"])
def test_unknown_system(name: str) -> None:
    with pytest.raises(VoxnymError, match=r"mcadams|cannot be read"):
        load(name)


@pytest.mark.parametrize("setting", ["low", "content_mcadam.low", "lpc.", "content_mcadams.lo"])
def test_unknown_settings(setting: str) -> None:
    with pytest.raises(PresetError):
        load("mcadams", settings={setting: 1})


def test_key_does_not_show() -> None:
    key = Key.random()
    assert key.secret.hex() not in repr(load("mcadams", key=key))
