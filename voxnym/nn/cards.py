"""A trained ECAPA network on disk: weights as safetensors, and a JSON card beside them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import torch

from voxnym.errors import InputError
from voxnym.nn.ecapa import Ecapa, EcapaConfig

FORMAT = "voxnym-ecapa-1"
_LARGEST = 65_536


@dataclass(frozen=True)
class Card:
    """What is known of a trained network.

    Args:
        sizes: of the network.
        sha256: of the weights file, hexadecimal.
        about: anything else that the one who trained it wants known.
    """

    sizes: EcapaConfig
    sha256: str
    about: Mapping[str, str] = field(default_factory=dict)


def write_card(path: Path, network: Ecapa, about: Mapping[str, str] | None = None) -> Card:
    """Write `NAME.safetensors`, then `NAME.json`, each whole or not at all.

    The network hears `voxnym.nn.fbank.Fbank`.

    Args:
        path: of the card or the weights: a name that ends in .json or .safetensors.
        network: trained.
        about: kept in the card.

    Raises:
        InputError: another ending, or weights that are not finite.
    """
    from safetensors.torch import save

    place = card_path(path)
    state = {
        name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()
    }
    _check_finite(state, place)
    weights = save(state)
    card = Card(network.config, hashlib.sha256(weights).hexdigest(), dict(about or {}))
    text = json.dumps({"format": FORMAT, **asdict(card)}, indent=2, sort_keys=True)
    _write(place.with_suffix(".safetensors"), weights)
    _write(place, text.encode())
    return card


def read_card(path: Path) -> tuple[Ecapa, Card]:
    """A network with its weights, ready to use, and what is known of it.

    Args:
        path: of the card or the weights, which lie beside each other.

    Raises:
        InputError: a file is missing, is something else, is not the one that the card was written
            for, or holds weights that are not finite.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    path = card_path(path)
    card = _parsed(path)
    place = path.with_suffix(".safetensors")
    try:
        weights = place.read_bytes()
    except OSError as error:
        raise InputError(f"{place}: cannot be read ({error.strerror})") from error
    if hashlib.sha256(weights).hexdigest() != card.sha256:
        raise InputError(f"{place}: not the weights that {path.name} was written for")
    network = Ecapa(card.sizes)
    try:
        state = load(weights)
        network.load_state_dict(state)
    except (SafetensorError, RuntimeError) as error:
        raise InputError(f"{place}: the weights do not fit the card: {error}") from error
    _check_finite(state, place)
    return network.eval(), card


def card_path(path: Path) -> Path:
    """The card beside weights, or the card itself.

    Raises:
        InputError: another ending than .json or .safetensors.

    >>> card_path(Path("small.safetensors")).name
    'small.json'
    """
    if path.suffix not in (".json", ".safetensors"):
        raise InputError(f"{path}: expected a name that ends in .json or .safetensors")
    return path.with_suffix(".json")


def _parsed(path: Path) -> Card:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InputError(f"{path}: no JSON: {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(f"{path}: no card of format {FORMAT}")
    sizes, about = found.get("sizes"), found.get("about", {})
    names = {each.name for each in fields(EcapaConfig)}
    if not isinstance(sizes, dict) or sizes.keys() != names or not isinstance(about, dict):
        raise InputError(f"{path}: expected sizes with {', '.join(sorted(names))}, and about")
    if not all(_is_size(name, value) for name, value in sizes.items()):
        raise InputError(f"{path}: sizes that are no whole numbers")
    words = {str(key): str(value) for key, value in about.items()}
    return Card(EcapaConfig(**sizes), str(found.get("sha256")), words)


def _is_size(name: str, value: object) -> bool:
    is_list = name in ("kernels", "dilations")
    if isinstance(value, list) != is_list:
        return False
    values = value if isinstance(value, list) else [value]
    # Nobody's memory should be filled because a file says so.
    return all(type(each) is int and each <= _LARGEST for each in values)


def _check_finite(state: Mapping[str, torch.Tensor], path: Path) -> None:
    for name, value in state.items():
        if not torch.isfinite(value).all():
            raise InputError(f"{path}: {name} is not finite")


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    temporary.write_bytes(content)
    temporary.replace(path)
