"""Models of voices by name, where they come with the package, or by path."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from voxnym.errors import InputError, PresetError
from voxnym.voices.files import read_model
from voxnym.voices.model import VoiceModel

_SHIPPED = "shipped"
_Model = TypeVar("_Model", bound=VoiceModel)


def shipped_models() -> tuple[str, ...]:
    """Names of the models that come with the package, sorted."""
    folder = files("voxnym.voices") / _SHIPPED
    if not folder.is_dir():
        return ()
    cards = (item.name for item in folder.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in cards if name.endswith(".json")))


def model_for_stage(stage: str, name: str, kind: type[_Model]) -> _Model:
    """The model that a stage was told to use.

    Args:
        stage: its name, for errors.
        name: of a model that comes with the package, or a path that ends in .json or .safetensors.
        kind: class that the stage understands.

    Raises:
        PresetError: there is none, it cannot be read, or it is of another kind.
    """
    try:
        model = read_model(_path_of(name))
    except InputError as error:
        raise PresetError(f"{stage}.model: {error}") from error
    if not isinstance(model, kind):
        raise PresetError(
            f"{stage}.model={name!r}: voices of kind {model.kind!r}; expected {kind.__name__}"
        )
    return model


def _path_of(name: str) -> Path:
    if name.endswith((".json", ".safetensors")):
        return Path(name)
    known = shipped_models()
    if name not in known:
        told = f"those that come with the package are {', '.join(known)}" if known else (
            "none comes with the package"
        )  # fmt: skip
        raise InputError(f"{name!r} is no path to a .json file, and {told}")
    return Path(str(files("voxnym.voices") / _SHIPPED / f"{name}.json"))
