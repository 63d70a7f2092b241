"""A look at somebody's own results: how far each output is from its input and from the others.

One embedder that was never trained on the system, and no attacker: it finds results that went
wrong, and shows nothing about privacy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.formats import printable
from voxnym.errors import InputError
from voxnym.records import Audio

if TYPE_CHECKING:
    from voxnym.protocols import Embedder

Floats = NDArray[np.float32]
Recording = Path | Callable[[], Audio]
"""A file, of which at most the first minute of speech is read, or a function that gives audio."""

FORMAT: Final = "voxnym-check-1"
INDICATIVE: Final = (
    "indicative only: one embedder that never heard this system, no trained attacker, and as many "
    "people as you gave; a large distance is no proof of privacy (voxnym evaluate attacks a system)"
)
_SHORTENED: Final = "only the first 60 s of speech (in the first 10 min) were compared"
_ROWS: Final = 1024
_LINES: Final = 20
_SAME: Final = 1e-6


@dataclass(frozen=True)
class Distance:
    """How one output lies. Distances are 1 - cosine: 0 the same, 1 unrelated, 2 opposite.

    Args:
        name: of the output.
        own: to its own input.
        rank: how many inputs are as near to it or nearer, its own included; 1 says that it is
            nearest to its own.
        nearest_input: name of the input that is nearest to it.
        nearest_output: name of the output that is nearest to it; None where there is one output.
        to_output: distance to that one.
    """

    name: str
    own: float
    rank: int
    nearest_input: str
    nearest_output: str | None
    to_output: float | None


@dataclass(frozen=True)
class OutputCheck:
    """Distances of all outputs, for one embedder.

    Args:
        embedder: its id.
        outputs: in the order given.
        found: how many outputs have their own input as the nearest one; where k inputs are
            equally near, the own one counts 1 / k.
        chance: share that guessing finds, 1 / outputs; 1 for a single output.
        inputs_apart: median distance of different inputs to each other; None for one.
        left_out: (name, why) of pairs that could not be compared.
        notes: what to mind.
    """

    embedder: str
    outputs: tuple[Distance, ...]
    found: float
    chance: float
    inputs_apart: float | None
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = (INDICATIVE,)

    @property
    def nearest(self) -> Distance:
        """The output that is nearest to its own input."""
        return min(self.outputs, key=lambda each: each.own)

    @property
    def closest_pair(self) -> tuple[str, str, float] | None:
        """The two outputs that are nearest to each other; None where there is one."""
        pairs = [
            (each.to_output, each.name, each.nearest_output)
            for each in self.outputs
            if each.to_output is not None and each.nearest_output is not None
        ]
        if not pairs:
            return None
        distance, first, second = min(pairs)
        return first, second, distance


def check_outputs(
    inputs: Sequence[Recording],
    outputs: Sequence[Recording],
    embedder: Embedder,
    names: Sequence[str] | None = None,
) -> OutputCheck:
    """Compare outputs with their inputs and with each other.

    Pairs of which a side holds no speech that the embedder takes are left out, and listed.

    Args:
        inputs: originals.
        outputs: what became of them, in the same order.
        embedder: tells voices apart.
        names: what the pairs are called; the outputs' file names, or numbers, where None.

    Raises:
        InputError: not as many outputs as inputs, none, or nothing that could be compared.
    """
    called = tuple(names) if names is not None else tuple(_names(outputs))
    if not inputs or len(inputs) != len(outputs) or len(called) != len(outputs):
        raise InputError(
            f"{len(inputs)} inputs, {len(outputs)} outputs, {len(called)} names: expected as many "
            "of each, and at least one"
        )
    kept, ins, outs, left_out, is_whole = _vectors(called, inputs, outputs, embedder)
    found, distances = _compare(kept, ins, outs)
    notes = (INDICATIVE,) if is_whole else (INDICATIVE, _SHORTENED)
    return OutputCheck(embedder.id, distances, found, 1 / len(kept), _apart(ins), left_out, notes)


def check_lines(check: OutputCheck) -> Iterator[str]:
    """What was found, as text, a line at a time; single outputs only where they are few."""
    shown = [each for each in check.outputs if len(check.outputs) <= _LINES]
    yield f"voices as {check.embedder} hears them (distance: 0 the same voice, 1 unrelated)"
    width = max((len(printable(each.name)) for each in shown), default=0)
    for each in shown:
        other = "" if each.to_output is None else f"{each.to_output:.2f} from the next output; "
        yield (
            f"  {printable(each.name):<{width}}  {each.own:.2f} from its input; {other}its input "
            f"is no. {each.rank} of {len(check.outputs)} by nearness"
        )
    nearest = check.nearest
    yield f"nearest to its original: {printable(nearest.name)} ({nearest.own:.2f})"
    if pair := check.closest_pair:
        yield (
            f"nearest to each other: {printable(pair[0])} and {printable(pair[1])} ({pair[2]:.2f})"
        )
        yield (
            f"originals found as the nearest: {check.found:g} of {len(check.outputs)} (guessing: "
            f"{check.chance * len(check.outputs):g})"
        )
    if check.inputs_apart is not None:
        yield f"for comparison: inputs are {check.inputs_apart:.2f} apart (median)"
    for name, why in check.left_out:
        yield f"left out: {printable(name)}: {printable(why)}"
    yield from check.notes


def check_json(check: OutputCheck) -> str:
    """The same as JSON."""
    pair = check.closest_pair
    whole = {
        "format": FORMAT,
        "indicative": True,
        **asdict(check),
        "left_out": [{"name": name, "why": why} for name, why in check.left_out],
        "nearest_to_its_input": check.nearest.name,
        "closest_pair": None if pair is None else {"names": pair[:2], "distance": pair[2]},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _names(outputs: Sequence[Recording]) -> Iterator[str]:
    for number, output in enumerate(outputs, start=1):
        yield output.name if isinstance(output, Path) else str(number)


def _vectors(
    names: Sequence[str],
    inputs: Sequence[Recording],
    outputs: Sequence[Recording],
    embedder: Embedder,
) -> tuple[list[str], Floats, Floats, tuple[tuple[str, str], ...], bool]:
    """Names, vectors before and after, what was left out, whether all was heard to its end."""
    kept: list[str] = []
    vectors: list[tuple[Floats, Floats]] = []
    left_out: list[tuple[str, str]] = []
    is_whole = True
    for name, before, after in zip(names, inputs, outputs, strict=True):
        try:
            (one, first), (two, second) = _heard(before), _heard(after)
            vectors.append((_unit(embedder, one), _unit(embedder, two)))
        except InputError as error:
            left_out.append((name, str(error)))
            continue
        kept.append(name)
        is_whole &= first and second
    if not kept:
        raise InputError(f"nothing could be compared; {left_out[0][0]}: {left_out[0][1]}")
    ins, outs = (np.stack(side) for side in zip(*vectors, strict=True))
    return kept, ins, outs, tuple(left_out), is_whole


def _heard(recording: Recording) -> tuple[Audio, bool]:
    if not isinstance(recording, Path):
        return recording(), True
    from voxnym.audio.open import open_source
    from voxnym.evaluation.first_speech import first_speech

    first = first_speech(open_source(recording))
    return first.audio, first.is_whole


def _unit(embedder: Embedder, audio: Audio) -> Floats:
    if not audio.samples.any():
        raise InputError("nothing but silence")
    vector = np.asarray(embedder(audio), np.float32)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0:
        raise InputError(f"{embedder.id} gave no direction for it")
    return vector / np.float32(length)


def _compare(
    names: Sequence[str], inputs: Floats, outputs: Floats
) -> tuple[float, tuple[Distance, ...]]:
    found = 0.0
    distances: list[Distance] = []
    for start in range(0, len(names), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(names)))
        to_inputs = 1 - outputs[rows] @ inputs.T
        to_outputs = 1 - outputs[rows] @ outputs.T
        to_outputs[np.arange(rows.size), rows] = np.inf
        for row, place in enumerate(rows.tolist()):
            own = float(to_inputs[row, place])
            near = to_inputs[row] <= own + _SAME
            # Nobody nearer: it is a guess among those that are equally near.
            if not (to_inputs[row] < own - _SAME).any():
                found += 1 / int(near.sum())
            other = int(to_outputs[row].argmin()) if len(names) > 1 else None
            distances.append(
                Distance(
                    names[place],
                    max(own, 0.0),
                    int(near.sum()),
                    names[int(to_inputs[row].argmin())],
                    None if other is None else names[other],
                    None if other is None else max(float(to_outputs[row, other]), 0.0),
                )
            )
    return found, tuple(distances)


def _apart(inputs: Floats) -> float | None:
    """Median distance of different inputs; of the first thousand, where there are more."""
    some = inputs[:_ROWS]
    if len(some) < 2:
        return None
    upper = np.triu_indices(len(some), 1)
    return max(float(np.median((1 - some @ some.T)[upper])), 0.0)
