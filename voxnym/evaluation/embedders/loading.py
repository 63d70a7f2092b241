"""An embedder by its name."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

from voxnym.errors import InputError
from voxnym.protocols import Embedder

_HUB = "hf:"
_CARDS = (".json", ".safetensors")


def load_embedder(name: str | Path) -> Embedder:
    """An embedder by its name.

    Args:
        name: "dvector", "mfcc", the path of a trained attacker's weights (`….safetensors`) or of
            the card beside them (`….json`), or "hf:" and a model's name on a hub or its folder.

    Raises:
        InputError: no such embedder; the text names the nearest one.
        MissingExtraError: it needs a package that is not installed.
    """
    known: dict[str, Callable[[], Embedder]] = {"dvector": _dvector, "mfcc": _mfcc}
    text = str(name)
    if text in known:
        return known[text]()
    if text.startswith(_HUB):
        from voxnym.evaluation.embedders.hf import HubVoice

        return HubVoice(text.removeprefix(_HUB))
    if text.endswith(_CARDS):
        from voxnym.evaluation.embedders.ecapa import EcapaVoice

        return EcapaVoice(Path(name))
    near = difflib.get_close_matches(text.lower(), known, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(
        f"embedder {text!r}: expected {', '.join(known)}, FILE.safetensors or hf:MODEL{hint}"
    )


def _dvector() -> Embedder:
    from voxnym.evaluation.embedders.dvector import DVector

    return DVector()


def _mfcc() -> Embedder:
    from voxnym.evaluation.embedders.mfcc import MelCepstra

    return MelCepstra()
