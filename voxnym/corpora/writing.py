"""A corpus of anonymous recordings, in the format that the original has."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

from voxnym.audio.atomic import atomic_output
from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus, KeptNames, Made, Naming
from voxnym.corpora.kaldi_write import kaldi_files
from voxnym.corpora.kept import Kept, TextOf, kept
from voxnym.corpora.lhotse_write import lhotse_files
from voxnym.corpora.manifest_write import manifest_files
from voxnym.errors import OutputError
from voxnym.records import Utterance

_LEVEL: Final = 6
_PORTION_BYTES: Final = 1 << 20


def same_text(utterance: Utterance) -> str | None:
    """The text of an utterance as the corpus has it."""
    return utterance.text


def write_corpus(
    corpus: Corpus,
    out: Path,
    made: Mapping[str, Made],
    names: Naming | None = None,
    *,
    text_of: TextOf = same_text,
    overwrite: bool = False,
) -> tuple[str, ...]:
    """Write the tables of a corpus for its anonymous recordings; the audio lies there already.

    Only recordings that were made are named, and only their utterances. Fields that we do not
    understand, features, word times and whatever else describes the original are left out. Times
    stay, inside the new lengths. The same corpus gives the same bytes at every run.

    Args:
        corpus: as it was read.
        out: the new folder; exists, and is not the corpus's own.
        made: by id of recording, what stands for it now.
        names: how ids are called; None to keep them.
        text_of: what is written as the text of an utterance, for redaction; None where it must
            not be written.
        overwrite: whether tables of an earlier run may be replaced.

    Returns:
        What was not written, one line each.

    Raises:
        OutputError: a file exists or cannot be written, a new path or name cannot be, or nothing
            was made.
    """
    if out.resolve() == corpus.home.resolve():
        raise OutputError(f"{printable(out)}: is the corpus's own folder; expected another one")
    naming = KeptNames() if names is None else names
    found = kept(corpus, made, naming, text_of)
    if not found.sessions:
        raise OutputError(f"{printable(corpus.home)}: no recording was made; nothing to write")
    # All are open until the last is complete, so that a refusal on the way leaves none.
    with ExitStack() as stack:
        for name, lines in _files(corpus, found, naming):
            file = stack.enter_context(atomic_output(out / name, overwrite))
            _write(file, lines, packed=name.endswith(".gz"))
    return found.notes


def _files(corpus: Corpus, found: Kept, names: Naming) -> Iterator[tuple[str, Iterable[bytes]]]:
    if corpus.kind == "kaldi":
        return kaldi_files(corpus, found)
    if corpus.kind == "lhotse":
        return lhotse_files(corpus, found, names)
    return manifest_files(corpus, found)


def _write(file: BinaryIO, lines: Iterable[bytes], packed: bool) -> None:
    if not packed:
        file.writelines(lines)
        return
    # Without the time and the name that are usual there: same bytes at every run.
    with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as unpacked:
        unpacked.writelines(_portions(lines))


def _portions(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger portions, which packs several times as fast."""
    held = bytearray()
    for line in lines:
        held += line
        if len(held) >= _PORTION_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)
