"""Names to classes: built-in codecs and stages, and those that other packages announce.

Another package adds a part by an entry point in the group `voxnym.codecs`, `voxnym.stages` or
`voxnym.embedders`; nothing is imported before its name is asked for.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Literal

from voxnym.errors import PresetError

Group = Literal["codecs", "stages", "embedders"]

_BUILT_IN: dict[Group, dict[str, str]] = {
    "codecs": {
        "lpc": "voxnym.codecs.lpc:Lpc",
        "world": "voxnym.codecs.world:World",
    },
    "stages": {
        "content_mcadams": "voxnym.stages.content_mcadams:ContentMcadams",
        "content_tilt": "voxnym.stages.content_tilt:ContentTilt",
        "content_warp": "voxnym.stages.content_warp:ContentWarp",
        "pitch_register": "voxnym.stages.pitch_register:PitchRegister",
        "pitch_revert": "voxnym.stages.pitch_revert:PitchRevert",
        "pitch_scale": "voxnym.stages.pitch_scale:PitchScale",
        "voice_gan": "voxnym.stages.voice_gan:VoiceGan",
        "voice_gmm": "voxnym.stages.voice_gmm:VoiceGmm",
        "voice_mean": "voxnym.stages.voice_mean:VoiceMean",
        "voice_mix": "voxnym.stages.voice_mix:VoiceMix",
        "voice_noise": "voxnym.stages.voice_noise:VoiceNoise",
        "voice_pool": "voxnym.stages.voice_pool:VoicePool",
        "voice_porcupine": "voxnym.stages.voice_porcupine:VoicePorcupine",
    },
    "embedders": {},
}


def names(group: Group) -> tuple[str, ...]:
    """All names that `find` knows, sorted."""
    announced = {point.name for point in entry_points(group=f"voxnym.{group}")}
    return tuple(sorted(announced | _BUILT_IN[group].keys()))


def find(group: Group, name: str) -> Callable[..., Any]:
    """The class behind a name. Built-in names cannot be taken over by another package.

    Raises:
        PresetError: unknown name; the text holds the nearest known one.
    """
    if name in _BUILT_IN[group]:
        module, _, attribute = _BUILT_IN[group][name].partition(":")
        found: Callable[..., Any] = getattr(import_module(module), attribute)
        return found
    for point in entry_points(group=f"voxnym.{group}", name=name):
        loaded: Callable[..., Any] = point.load()
        return loaded
    raise PresetError(f"{group[:-1]} {name!r} is unknown{nearest(name, names(group))}")


def nearest(wrong: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest valid name, or all of them.

    >>> nearest("codek", ["codec", "stages"])
    '; did you mean codec?'
    >>> nearest("x", ["codec", "stages"])
    '; known: codec, stages'
    """
    known = sorted(known)
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"
