"""Presets: a system written down in TOML, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from voxnym.errors import PresetError
from voxnym.registry import find, nearest

Level = Literal["fixed", "keep", "peak"]
Surroundings = Literal["clean", "keep"]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Card:
    """What a system hides, what it leaves, and what was measured, where; plain sentences."""

    summary: str = ""
    hides: str = ""
    leaves: str = ""
    measured: str = ""


@dataclass(frozen=True)
class Preset:
    """One system: a codec, stages in order, their parameters, level, surroundings and a card."""

    name: str
    codec: str
    stages: tuple[str, ...]
    level: Level = "fixed"
    surroundings: Surroundings = "clean"
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    card: Card = Card()

    def build(self, group: Literal["codecs", "stages"], name: str) -> Any:
        """The codec or stage of that name with this preset's parameters.

        Raises:
            PresetError: unknown parameter or a value of the wrong type or range.
        """
        return _build(find(group, name), name, self.parameters.get(name, {}))


def preset_names() -> tuple[str, ...]:
    """Names of the presets that come with the package, sorted."""
    folder = files("voxnym.presets")
    return tuple(
        sorted(
            item.name[: -len(".toml")] for item in folder.iterdir() if item.name.endswith(".toml")
        )
    )


def read_preset(name: str | Path, settings: Settings | None = None) -> Preset:
    """A preset of the package by name, or a user's own by path (ending in .toml).

    Args:
        name: as in `voxnym systems`, or a path.
        settings: values that replace the preset's: {"stage.parameter": value}.

    Raises:
        PresetError: no such preset, wrong TOML, unknown keys or names.
    """
    table = _read_toml(name)
    label = Path(name).stem if str(name).endswith(".toml") else str(name)
    codec = table.pop("codec", None)
    stages = table.pop("stages", None)
    if not isinstance(codec, str) or not isinstance(stages, list):
        raise PresetError(f'{name}: expected codec = "NAME" and stages = ["NAME", …]')
    if len(set(stages)) != len(stages):
        raise PresetError(f"{name}: a stage stands twice in stages; each may stand once")
    level = _choice(name, table, "level", "fixed", get_args(Level))
    surroundings = _choice(name, table, "surroundings", "clean", get_args(Surroundings))
    card = _build(Card, "card", table.pop("card", {}))
    parts = [codec, *stages]
    for part in table:
        if part not in parts:
            raise PresetError(f"{name}: [{part}] is no part of it{nearest(part, [*parts, 'card'])}")
    parameters = {part: dict(values) for part, values in table.items()}
    for key, value in (settings or {}).items():
        part, _, parameter = key.partition(".")
        if part not in parts or not parameter:
            raise PresetError(f"setting {key!r}: expected PART.PARAMETER{nearest(part, parts)}")
        parameters.setdefault(part, {})[parameter] = value
    return Preset(label, codec, tuple(stages), level, surroundings, parameters, card)


def _choice(
    name: str | Path, table: dict[str, Any], field: str, default: str, allowed: tuple[Any, ...]
) -> Any:
    value = table.pop(field, default)
    if value not in allowed:
        raise PresetError(f"{name}: {field}={value!r}: expected {', '.join(allowed)}")
    return value


def _read_toml(name: str | Path) -> dict[str, Any]:
    own = str(name).endswith(".toml")
    try:
        if own:
            text = Path(name).read_text(encoding="utf-8")
        else:
            if name not in preset_names():
                raise PresetError(
                    f"system {str(name)!r} is unknown{nearest(str(name), preset_names())}"
                )
            text = (files("voxnym.presets") / f"{name}.toml").read_text(encoding="utf-8")
        return tomllib.loads(text)
    except OSError as error:
        raise PresetError(f"{name}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PresetError(f"{name}: not valid TOML ({error})") from error


def _build(cls: Any, label: str, values: Mapping[str, Any]) -> Any:
    from pydantic import TypeAdapter, ValidationError

    assert is_dataclass(cls), f"{cls} must be a dataclass of its parameters"
    known = [f.name for f in fields(cls) if f.init]
    for key in values:
        if key not in known:
            raise PresetError(f"{label}.{key} is unknown{nearest(key, known)}")
    # TOML has no null: "none" stands for it.
    given = {key: None if value == "none" else value for key, value in values.items()}
    try:
        return TypeAdapter(cls).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "value"
        raise PresetError(f"{label}.{where}={first['input']!r}: {first['msg']}") from error
