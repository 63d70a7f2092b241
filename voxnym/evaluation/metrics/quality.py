"""Intelligibility and quality beside a reference that runs in step: STOI and PESQ.

They compare moment by moment. For separation and noise reduction that is their use; a changed voice
differs everywhere, so what they say of anonymized speech is no quality.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError, MissingExtraError

Measure = Literal["STOI", "ESTOI", "PESQ wide", "PESQ narrow"]

PESQ_RATES_HZ: Final = {"PESQ wide": 16_000, "PESQ narrow": 8_000}


@dataclass(frozen=True)
class Closeness:
    """How close a signal is to its reference.

    Args:
        value: STOI: up to 1; PESQ: 1 to 4.64, a mean opinion score.
        measure: which.
        unit: "1" or "MOS".
    """

    value: float
    measure: Measure
    unit: str


def stoi(
    reference: ArrayLike, signal: ArrayLike, rate: int, *, extended: bool = False
) -> Closeness:
    """Short-time objective intelligibility of a signal in step with its clean reference.

    Args:
        reference: (n,) samples of clean speech.
        signal: (n,) samples of the same moments.
        rate: Hz.
        extended: compare whole spectra and not each band by itself, for noise that comes and goes.

    Raises:
        InputError: different lengths, silence, or less than 0.4 s of speech.
        MissingExtraError: pystoi is not installed.

    Source: Taal et al., IEEE TASLP 19(7), 2011; Jensen and Taal, IEEE TASLP 24(11), 2016.
    """
    try:
        from pystoi import stoi as measure
    except ModuleNotFoundError as error:
        raise MissingExtraError('STOI needs pystoi: pip install "voxnym[quality]"') from error
    clean, heard = _in_step(reference, signal)
    with warnings.catch_warnings():
        # The library answers 1e-5 for too little speech, and only warns.
        warnings.simplefilter("error")
        try:
            value = float(measure(clean, heard, rate, extended=extended))
        except RuntimeWarning as warning:
            raise InputError("too little speech for STOI: expected 0.4 s or more") from warning
    return Closeness(value, "ESTOI" if extended else "STOI", "1")


def pesq(reference: ArrayLike, signal: ArrayLike, rate: int) -> Closeness:
    """Perceptual evaluation of speech quality of a signal in step with its reference.

    Args:
        reference: (n,) samples of clean speech.
        signal: (n,) samples of the same moments.
        rate: 16 000 Hz for the wide band, 8 000 Hz for the telephone's.

    Raises:
        InputError: another rate, different lengths, silence, or nothing that the measure takes for
            speech.
        MissingExtraError: pesq is not installed.

    Source: ITU-T P.862 (2001), P.862.2 (2007).
    """
    try:
        import pesq as package
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            'PESQ needs its package and a C compiler: pip install "voxnym[pesq]"'
        ) from error
    name: Measure = "PESQ wide" if rate == PESQ_RATES_HZ["PESQ wide"] else "PESQ narrow"
    if rate != PESQ_RATES_HZ[name]:
        raise InputError(f"rate={rate}: PESQ is for 16000 or 8000 Hz")
    clean, heard = _in_step(reference, signal)
    try:
        value = float(package.pesq(rate, clean, heard, "wb" if name == "PESQ wide" else "nb"))
    except package.PesqError as error:
        raise InputError(f"PESQ refuses: {error}") from error
    return Closeness(value, name, "MOS")


def _in_step(
    reference: ArrayLike, signal: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    clean, heard = np.asarray(reference, np.float64), np.asarray(signal, np.float64)
    if clean.ndim != 1 or clean.shape != heard.shape:
        raise InputError(
            f"{clean.shape} and {heard.shape}: expected two signals of one channel and one length, "
            "in step with each other"
        )
    if not (np.isfinite(clean).all() and np.isfinite(heard).all()):
        raise InputError("samples that are not finite")
    if not clean.any() or not heard.any():
        raise InputError("silence has no quality")
    return clean, heard
