"""A corpus from a folder or a file, whatever kind it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import KINDS, Corpus, Kind
from voxnym.corpora.kaldi_read import read_kaldi
from voxnym.corpora.kaldi_table import is_there
from voxnym.corpora.lhotse_read import is_lhotse, read_lhotse
from voxnym.corpora.lines import is_folder
from voxnym.corpora.manifest import is_manifest, read_manifest
from voxnym.corpora.tree import Tree
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


def read_corpus(
    path: Path, *, kind: Kind | None = None, root: Path | None = None, allow_pipes: bool = False
) -> Corpus:
    """Recordings and utterances of a corpus. No audio is read and no command is run.

    Args:
        path: folder of a corpus, or one file of lhotse's or ours.
        kind: "kaldi", "lhotse" or "manifest"; None to find out.
        root: folder below which the audio lies, if it is not below the corpus's own. Files
            elsewhere are refused, as are symbolic links.
        allow_pipes: whether recordings may come from commands; the caller runs them, and must
            trust whoever wrote the corpus.

    Returns:
        The corpus; its `notes` say what was left out.

    Raises:
        InputError: no corpus there, or something in it that cannot be right; names file and line.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(f"kind={printable(kind)!r}: expected one of {', '.join(KINDS)}")
    tree = Tree(path if is_folder(path) else path.parent, root)
    corpus = _read(path, kind or is_corpus(path), tree, allow_pipes)
    if not tree.absent:
        return corpus
    text = (
        f"{len(tree.absent)} of {len(corpus.recordings)} recordings are not there; relative paths "
        "count from the corpus's folder, or from the folder named with --root DIR"
    )
    return replace(corpus, notes=(*corpus.notes, text))


def _read(path: Path, kind: Kind | None, tree: Tree, allow_pipes: bool) -> Corpus:
    if kind == "kaldi":
        return read_kaldi(path, tree, allow_pipes)
    if kind == "lhotse":
        return read_lhotse(path, tree, allow_pipes)
    if kind == "manifest":
        return read_manifest(path, tree)
    raise InputError(
        f"{printable(path)}: no corpus; expected a folder with wav.scp (Kaldi), recordings.jsonl "
        "(lhotse) or manifest.csv, or such a file"
    )
