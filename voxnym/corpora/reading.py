"""A corpus from a folder or a file, whatever kind it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import KINDS, LAYOUTS, Corpus, Kind, Layout
from voxnym.corpora.emodb import is_emodb, read_emodb
from voxnym.corpora.kaldi_read import read_kaldi
from voxnym.corpora.kaldi_table import is_there
from voxnym.corpora.lhotse_read import is_lhotse, read_lhotse
from voxnym.corpora.librispeech import is_librispeech, read_librispeech
from voxnym.corpora.lines import is_folder
from voxnym.corpora.manifest import is_manifest, read_manifest
from voxnym.corpora.ravdess import is_ravdess, read_ravdess
from voxnym.corpora.tree import Tree
from voxnym.corpora.vctk import is_vctk, read_vctk
from voxnym.errors import InputError


def is_corpus(path: Path) -> Kind | None:
    """What kind of corpus lies there, if any; only names and a first line are looked at.

    A folder is "kaldi" if it holds wav.scp, "lhotse" if it holds `recordings*.jsonl` or
    `cuts*.jsonl`, "manifest" if it holds manifest.csv or manifest.jsonl; in that order. A file is
    "lhotse" or "manifest" by its first line.
    """
    if is_there(path / "wav.scp"):
        return "kaldi"
    if is_lhotse(path):
        return "lhotse"
    return "manifest" if is_manifest(path) else None


def published_layout(path: Path) -> Layout | None:
    """Which published corpus lies in a folder without any table that we understand, if any.

    It goes by names of folders and files. `is_corpus` does not, so that plain recordings with such
    names are anonymized as plain recordings.
    """
    if not is_folder(path):
        return None
    known: tuple[tuple[Layout, Callable[[Path], bool]], ...] = (
        ("librispeech", is_librispeech),
        ("vctk", is_vctk),
        ("emodb", is_emodb),
        ("ravdess", is_ravdess),
    )
    return next((name for name, looks_so in known if looks_so(path)), None)


def read_corpus(
    path: Path,
    *,
    kind: Kind | Layout | None = None,
    root: Path | None = None,
    allow_pipes: bool = False,
) -> Corpus:
    """Recordings and utterances of a corpus. No audio is read and no command is run.

    Args:
        path: folder of a corpus, or one file of lhotse's or ours.
        kind: "kaldi", "lhotse" or "manifest", or a published corpus as it was unpacked:
            "librispeech", "vctk", "emodb" or "ravdess"; None to find out.
        root: folder below which the audio lies, if it is not below the corpus's own. Files
            elsewhere are refused, as are symbolic links.
        allow_pipes: whether recordings may come from commands; the caller runs them, and must
            trust whoever wrote the corpus.

    Returns:
        The corpus; its `notes` say what was left out.

    Raises:
        InputError: no corpus there, or something in it that cannot be right; names file and line.
    """
    if kind is not None and kind not in KINDS + LAYOUTS:
        known = ", ".join(KINDS + LAYOUTS)
        raise InputError(f"kind={printable(kind)!r}: expected one of {known}")
    tree = Tree(path if is_folder(path) else path.parent, root)
    corpus = _read(path, kind or is_corpus(path) or published_layout(path), tree, allow_pipes)
    if not tree.absent:
        return corpus
    text = (
        f"{len(tree.absent)} of {len(corpus.recordings)} recordings are not there; relative paths "
        "count from the corpus's folder, or from the folder named with --root DIR"
    )
    return replace(corpus, notes=(*corpus.notes, text))


_PUBLISHED: Final[dict[Layout, Callable[[Tree], Corpus]]] = {
    "librispeech": read_librispeech,
    "vctk": read_vctk,
    "emodb": read_emodb,
    "ravdess": read_ravdess,
}


def _read(path: Path, kind: Kind | Layout | None, tree: Tree, allow_pipes: bool) -> Corpus:
    if kind == "kaldi":
        return read_kaldi(path, tree, allow_pipes)
    if kind == "lhotse":
        return read_lhotse(path, tree, allow_pipes)
    if kind == "manifest":
        return read_manifest(path, tree)
    if kind is not None:
        return _PUBLISHED[kind](tree)
    raise InputError(
        f"{printable(path)}: no corpus; expected a folder with wav.scp (Kaldi), recordings.jsonl "
        "(lhotse) or manifest.csv, or such a file"
    )
