"""Somebody else's anonymized recordings beside their originals, found by names of files."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Final

from voxnym.audio.formats import READABLE, printable
from voxnym.errors import InputError
from voxnym.evaluation.clips import Clip

SOUNDS: Final = READABLE | frozenset(
    (".m4a", ".mp4", ".mkv", ".mka", ".webm", ".aac", ".sph", ".mp2", ".spx", ".wv", ".wma", ".amr")
)
"""Extensions by which results are found; texts and tables beside them are passed over."""
_SHOWN: Final = 5


def pair_outputs(
    originals: Mapping[str, Clip], folder: Path, needed: Iterable[str] | None = None
) -> dict[str, Path]:
    """The result for each utterance.

    A result belongs to an utterance if its name, without the extension, is the utterance's id, or
    the name of the file that the utterance fills. Where several files of the results have that
    name, the folders above decide (`bdl/a0002` and `slt/a0002`).

    Args:
        originals: where each utterance lies, by id.
        folder: the results, in any container, in any folders below.
        needed: ids that must have a result; None for all.

    Returns:
        Utterance id to file, for all that have one, sorted by id.

    Raises:
        InputError: no such folder, a needed result that is missing, several for one utterance, or
            one for several utterances.
    """
    if not folder.is_dir():
        raise InputError(f"{printable(folder)}: no such folder; expected the results")
    by_stem = _by_stem(folder)
    wanted = frozenset(originals if needed is None else needed)
    takers: dict[Path, list[str]] = defaultdict(list)
    for id in sorted(originals):
        path = _result(id, originals[id], by_stem, folder)
        if path is not None:
            takers[path].append(id)
    found: dict[str, Path] = {}
    for path, ids in takers.items():
        owner = _owner(path, ids, originals, folder, wanted)
        if owner is not None:
            found[owner] = path
    _check_missing(folder, wanted, found)
    return dict(sorted(found.items()))


def _by_stem(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            if path.suffix.lower() in SOUNDS and not name.startswith("."):
                found[path.stem].append(path)
    return found


def _result(
    id: str, original: Clip, by_stem: Mapping[str, Sequence[Path]], folder: Path
) -> Path | None:
    fitting = by_stem.get(id, ())
    if not fitting and original.start == 0 and original.end is None and original.channel is None:
        fitting = by_stem.get(original.path.stem, ())
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    depth = [_shared_folders(path.relative_to(folder), original.path) for path in fitting]
    best = [path for path, shared in zip(fitting, depth, strict=True) if shared == max(depth)]
    if len(best) > 1:
        names = " and ".join(printable(path.relative_to(folder)) for path in best[:2])
        raise InputError(
            f"{printable(folder)}: {len(best)} results for {printable(id)}, {names}; expected one"
        )
    return best[0]


def _owner(
    path: Path,
    ids: Sequence[str],
    originals: Mapping[str, Clip],
    folder: Path,
    wanted: frozenset[str],
) -> str | None:
    """Whose result it is, if several utterances could claim it; None where nobody needs to know."""
    inside = path.relative_to(folder)
    depth = {id: (path.stem == id, _shared_folders(inside, originals[id].path)) for id in ids}
    best = [id for id in ids if depth[id] == max(depth.values())]
    if len(best) == 1:
        return best[0]
    if wanted.isdisjoint(best):
        return None
    raise InputError(
        f"{printable(path)}: fits {printable(best[0])} and {printable(best[1])}; expected one "
        "result for each utterance, under its id or with its folder's name"
    )


def _shared_folders(result: PurePath, original: PurePath) -> int:
    """How many folders just above the two files have the same names."""
    count = 0
    for ours, theirs in zip(result.parts[-2::-1], original.parts[-2::-1], strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def _check_missing(folder: Path, needed: Iterable[str], found: Mapping[str, Path]) -> None:
    wanted = sorted(set(needed))
    missing = [id for id in wanted if id not in found]
    if missing:
        more = ", …" if len(missing) > _SHOWN else ""
        raise InputError(
            f"{printable(folder)}: no result for {len(missing)} of {len(wanted)} utterances: "
            f"{', '.join(map(printable, missing[:_SHOWN]))}{more}; expected files with the names "
            "of the originals"
        )
