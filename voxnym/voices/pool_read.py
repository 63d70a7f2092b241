"""Pools from files of vectors: NumPy's npz, or safetensors; never pickle."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.pool import Pool

_GENDERS: Mapping[str, Gender] = {"f": "f", "m": "m", "unknown": "unknown"}


def read_pool(path: Path, embedder: str | None = None) -> Pool:
    """Vectors with whose they are.

    An npz file has arrays `vectors` (rows, dims), and if known `speakers` and `genders` (rows,) and
    `embedder`; a safetensors file has the tensor `vectors`, and the others as JSON in its header.

    Args:
        path: ends in .npz or .safetensors.
        embedder: id of what made the vectors, where the file does not say.

    Returns:
        Each row is a person of its own where the file does not say who it is.

    Raises:
        InputError: it cannot be read, something in it is missing or does not fit, or it names
            another embedder.
    """
    readers = {".npz": _npz, ".safetensors": _safetensors}
    if path.suffix not in readers:
        raise InputError(f"{path.name}: expected a name that ends in .npz or .safetensors")
    vectors, told = readers[path.suffix](path)
    if vectors.ndim != 2 or not np.issubdtype(vectors.dtype, np.floating):
        raise InputError(f"{path}: vectors of shape {vectors.shape}: expected (rows, dims), floats")
    known = str(told.get("embedder", embedder or ""))
    if not known:
        raise InputError(f"{path}: does not say which embedder made the vectors; name it")
    if embedder is not None and known != embedder:
        raise InputError(f"{path}: vectors of embedder {known!r}; expected {embedder!r}")
    speakers = _column(path, told, "speakers", len(vectors))
    genders = _column(path, told, "genders", len(vectors))
    wrong = sorted(set(genders or ()) - _GENDERS.keys())
    if wrong:
        raise InputError(f"{path}: gender {wrong[0]!r}; expected f, m or unknown")
    return Pool(
        vectors.astype(np.float64),
        tuple(speakers or (f"{row:06d}" for row in range(len(vectors)))),
        tuple(_GENDERS[name] for name in genders or ["unknown"] * len(vectors)),
        known,
    )


def _column(path: Path, told: Mapping[str, object], name: str, rows: int) -> list[str] | None:
    found = told.get(name)
    if found is None:
        return None
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) != rows:
        raise InputError(f"{path}: {name} do not fit {rows} vectors; expected one for each")
    return [str(each) for each in found]


def _npz(path: Path) -> tuple[NDArray[np.generic], dict[str, object]]:
    try:
        # Without pickle, nothing in the file can run.
        with np.load(path, allow_pickle=False) as file:
            told = {name: file[name].tolist() for name in file.files if name in _TOLD}
            return file["vectors"], told
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: no npz file with vectors ({error})") from error


def _safetensors(path: Path) -> tuple[NDArray[np.generic], dict[str, object]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
            told = {name: json.loads(header[name]) for name in _TOLD if name in header}
            return np.asarray(file.get_tensor("vectors")), told
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"{path}: no safetensors file with vectors ({error})") from error


_TOLD = ("speakers", "genders", "embedder")
