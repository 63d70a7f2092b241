"""Models of voices on disk: arrays as safetensors, and a JSON card beside them; never pickle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.atomic import atomic_output
from voxnym.errors import InputError
from voxnym.voices.model import Fact, VoiceModel

FORMAT: Final = "voxnym-voices-1"
_LARGEST_CARD: Final = 1 << 20
_KINDS: Final = {
    "gmm": "voxnym.voices.gmm:GmmVoices",
    "pool": "voxnym.voices.pool_choice:PoolVoices",
    "porcupine": "voxnym.voices.porcupine:CurveVoices",
    "gan": "voxnym.voices.gan:GanVoices",
    "noise": "voxnym.voices.noise:NoiseVoices",
    "mean": "voxnym.voices.mean:MeanVoice",
    "mix": "voxnym.voices.mix:MixedVoices",
}


def write_model(path: Path, model: VoiceModel, about: Mapping[str, Fact] | None = None) -> Path:
    """Write `NAME.safetensors`, then `NAME.json`, each whole or not at all.

    Args:
        path: a name that ends in .json or .safetensors.
        model: fitted.
        about: kept in the card: corpora, licence, how well it was measured to do.

    Returns:
        The card.

    Raises:
        InputError: another ending, or numbers that are not finite.
    """
    from safetensors.numpy import save

    card = _card_path(path)
    arrays = {name: np.ascontiguousarray(array) for name, array in model.arrays().items()}
    for name, array in arrays.items():
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise InputError(f"{card.name}: {name} holds NaN or infinity")
    weights = save(arrays)
    told = {
        "format": FORMAT,
        "kind": model.kind,
        "embedder": model.embedder,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "facts": dict(model.facts()),
        "about": dict(about or {}),
    }
    text = json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False)
    for place, content in ((card.with_suffix(".safetensors"), weights), (card, text.encode())):
        with atomic_output(place, overwrite=True) as file:
            file.write(content)
    return card


def read_model(path: Path, embedder: str | None = None) -> VoiceModel:
    """A model as it was written.

    Args:
        path: of the card or the arrays, which lie beside each other.
        embedder: id that its vectors must be of; None where that does not matter.

    Raises:
        InputError: a file is missing, is something else, is not the one that the card was written
            for, or belongs to another embedder.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    card = _card_path(path)
    told = _told(card)
    try:
        content = card.with_suffix(".safetensors").read_bytes()
    except OSError as error:
        raise InputError(f"{card.with_suffix('.safetensors')}: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise InputError(f"{card}: the arrays beside it are not those it was written for")
    if embedder is not None and told["embedder"] != embedder:
        raise InputError(f"{card}: voices of embedder {told['embedder']!r}; expected {embedder!r}")
    try:
        arrays: dict[str, NDArray[np.generic]] = load(content)
    except SafetensorError as error:
        raise InputError(f"{card}: no safetensors ({error})") from error
    return _class_of(told["kind"], card).from_parts(told["embedder"], arrays, told["facts"])


def _class_of(kind: str, card: Path) -> type[VoiceModel]:
    if kind not in _KINDS:
        raise InputError(f"{card}: kind {kind!r}; expected one of {', '.join(_KINDS)}")
    module, _, name = _KINDS[kind].partition(":")
    found: type[VoiceModel] = getattr(import_module(module), name)
    return found


def _told(card: Path) -> dict[str, Any]:
    try:
        if card.stat().st_size > _LARGEST_CARD:
            raise InputError(f"{card}: too large for a card")
        told = json.loads(card.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{card}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{card}: not JSON ({error})") from error
    found = told.get("format") if isinstance(told, dict) else None
    if found != FORMAT:
        raise InputError(f"{card}: format {found!r}; expected {FORMAT!r}")
    kinds = {"kind": str, "embedder": str, "sha256": str, "facts": dict}
    for name, expected in kinds.items():
        if not isinstance(told.get(name), expected):
            raise InputError(f"{card}: {name} is missing or no {expected.__name__}")
    return dict(told)


def _card_path(path: Path) -> Path:
    if path.suffix not in (".json", ".safetensors"):
        raise InputError(f"{path.name}: expected a name that ends in .json or .safetensors")
    return path.with_suffix(".json")
