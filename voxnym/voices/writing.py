"""Pseudo-voices as files for other programs: NumPy's npz, and Kaldi's ark with its scp.

Nothing else is needed to write either: Kaldi's binary vectors are a few bytes and the numbers.

Source: Kaldi's documentation, "Kaldi I/O mechanisms" (archives, scripts, binary mode), and its
    `Vector::Write`: a space, "FV" or "DV" and a space, then byte 4, the length in 32 bits, and
    the numbers, little-endian.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from voxnym.audio.atomic import atomic_output
from voxnym.errors import InputError, OutputError
from voxnym.records import Gender
from voxnym.voices.model import PseudoVoice

FORMAT: Final = "voxnym-pseudo-voices-1"
KALDI_NAME: Final = "pseudo_xvector"
"""Files are called as those of the released generator, so that recipes find them."""


@dataclass(frozen=True, eq=False)
class Issued:
    """A pseudo-voice and whose it is.

    Args:
        utterance: or file, or person: what the voice was drawn for.
        speaker: pseudonym of the person.
        voice: drawn.
    """

    utterance: str
    speaker: str
    voice: PseudoVoice


def write_npz(path: Path, issued: Sequence[Issued], embedder: str, overwrite: bool = False) -> None:
    """Write arrays by name, which `numpy.load` reads without pickle.

    `vectors` (rows, dims) in double precision; by row `utterances`, `speakers`, `genders`, `tries`
    and `unmet`; and `about`, JSON with format and embedder.

    Args:
        path: of the file.
        issued: in the order of the rows.
        embedder: id of what the vectors are of.
        overwrite: whether an existing file may be replaced.

    Raises:
        InputError: none, an utterance twice, vectors of different lengths or not finite.
        OutputError: it cannot be written.
    """
    vectors = _vectors(issued)
    about = json.dumps({"format": FORMAT, "embedder": embedder})
    with atomic_output(path, overwrite) as file:
        np.savez(
            file,
            vectors=vectors,
            utterances=np.array([one.utterance for one in issued]),
            speakers=np.array([one.speaker for one in issued]),
            genders=np.array([one.voice.gender for one in issued]),
            tries=np.array([one.voice.tries for one in issued]),
            unmet=np.array([one.voice.unmet for one in issued]),
            about=np.array(about),
        )


def read_npz(path: Path) -> tuple[list[Issued], str]:
    """What `write_npz` wrote.

    Returns:
        The voices, and the id of their embedder.

    Raises:
        InputError: it cannot be read, or is something else.
    """
    try:
        # Without pickle, nothing in the file can run.
        with np.load(path, allow_pickle=False) as file:
            parts = {name: file[name] for name in file.files}
        about = json.loads(str(parts["about"]))
        rows = zip(
            *(parts[name] for name in (
                "utterances", "speakers", "vectors", "genders", "tries", "unmet",
            )),
            strict=True,
        )  # fmt: skip
        issued = [
            Issued(str(name), str(who), PseudoVoice(vector, _gender(sex), int(tries), str(unmet)))
            for name, who, vector, sex, tries, unmet in rows
        ]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: no file of pseudo-voices ({error})") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InputError(f"{path}: another format; expected {FORMAT!r}")
    _vectors(issued)
    return issued, str(about.get("embedder"))


def write_kaldi(folder: Path, issued: Sequence[Issued], overwrite: bool = False) -> Path:
    """Write pseudo_xvector.ark and .scp, and spk2gender where all genders are known.

    All are sorted, as Kaldi asks. The scp has the ark's bare name, since a path would tell of this
    machine: start Kaldi in the folder, or put its path before the name with sed.

    Args:
        folder: made where it is missing.
        issued: in any order.
        overwrite: whether existing files may be replaced.

    Returns:
        The scp.

    Raises:
        InputError: none, an utterance twice, vectors of different lengths or not finite, or one
            speaker with voices of two genders.
        OutputError: a name that is empty or has blanks, or what cannot be written.
    """
    _vectors(issued)
    for name in {name for one in issued for name in (one.utterance, one.speaker)}:
        if not name or name.split() != [name]:
            raise OutputError(f"{folder}: name {name!r}; Kaldi expects one without blanks")
    # Kaldi compares bytes.
    ordered = sorted(issued, key=lambda one: one.utterance.encode())
    ark, lines = io.BytesIO(), []
    for one in ordered:
        ark.write(f"{one.utterance} ".encode())
        lines.append(f"{one.utterance} {KALDI_NAME}.ark:{ark.tell()}\n")
        ark.write(_kaldi_vector(one))
    contents = {f"{KALDI_NAME}.ark": ark.getvalue(), f"{KALDI_NAME}.scp": "".join(lines).encode()}
    genders = _spk2gender(issued)
    if all(gender != "unknown" for gender in genders.values()):
        told = (f"{who} {genders[who]}\n" for who in sorted(genders, key=str.encode))
        contents["spk2gender"] = "".join(told).encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with atomic_output(folder / name, overwrite) as file:
            file.write(content)
    return folder / f"{KALDI_NAME}.scp"


def _kaldi_vector(one: Issued) -> bytes:
    numbers = one.voice.vector.astype("<f4")
    return b"\0BFV \4" + struct.pack("<i", numbers.size) + numbers.tobytes()


def _spk2gender(issued: Sequence[Issued]) -> dict[str, Gender]:
    genders: dict[str, Gender] = {}
    for one in issued:
        if genders.setdefault(one.speaker, one.voice.gender) != one.voice.gender:
            raise InputError(f"{one.speaker}: pseudo-voices of two genders; Kaldi knows one each")
    return genders


def _vectors(issued: Sequence[Issued]) -> np.ndarray:
    """(rows, dims) all vectors, checked."""
    if not issued:
        raise InputError("no pseudo-voices; expected one or more")
    if len({one.utterance for one in issued}) != len(issued):
        raise InputError("an utterance has two pseudo-voices; expected one each")
    lengths = {one.voice.vector.shape for one in issued}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        raise InputError(f"pseudo-voices of shapes {sorted(lengths)}; expected one length")
    vectors = np.stack([np.asarray(one.voice.vector, np.float64) for one in issued])
    if not np.isfinite(vectors).all():
        raise InputError("pseudo-voices hold NaN or infinity")
    return vectors


def _gender(told: object) -> Gender:
    if told == "f":
        return "f"
    return "m" if told == "m" else "unknown"
