"""What the user said of the recordings: labels, transcripts, names, kind of corpus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from voxnym.errors import InputError, OutputError

if TYPE_CHECKING:
    from voxnym.corpora.corpus import Kind, Layout
    from voxnym.corpora.names import PseudonymNames
    from voxnym.jobs.request import Request
    from voxnym.jobs.who import SpeakerFrom
    from voxnym.keys import Key

CorpusChoice = Literal[
    "folder", "kaldi", "lhotse", "manifest", "librispeech", "vctk", "emodb", "ravdess"
]


@dataclass(frozen=True)
class Inputs:
    """Arguments of `voxnym anonymize` about what is in the recordings, as they were given."""

    speaker: str | None = None
    speaker_from: SpeakerFrom = "file"
    turns: Path | None = None
    redact: Path | None = None
    transcript: Path | None = None
    rename: bool = False
    mapping: Path | None = None
    corpus: CorpusChoice | None = None
    root: Path | None = None
    allow_pipes: bool = False

    def __post_init__(self) -> None:
        if self.mapping is not None and not self.rename:
            raise InputError("--mapping: nothing is renamed; give --rename, too")
        for path in (self.turns, self.redact, self.transcript):
            if path is not None and not path.exists():
                raise InputError(f"{path}: no such file or folder; check the path")

    def kind_of(self, source: Path) -> Kind | Layout | None:
        """What kind of corpus IN is; None for plain recordings.

        Raises:
            InputError: options of a corpus without one.
        """
        from voxnym.corpora.reading import is_corpus

        kind = is_corpus(source) if self.corpus is None else self.corpus
        if kind is None or kind == "folder":
            if self.root is not None or self.allow_pipes:
                raise InputError(f"{source}: no corpus; --root and --allow-pipes are for one")
            return None
        return kind

    def names(self, key: Key) -> PseudonymNames | None:
        """Pseudonyms under the key, if names are to be replaced."""
        from voxnym.corpora.names import PseudonymNames

        return PseudonymNames(key) if self.rename else None

    def request(self, names: PseudonymNames | None) -> Request:
        """The same for a folder of recordings or a corpus.

        Raises:
            InputError: labels that are refused.
        """
        from voxnym.corpora.label_book import LabelBook
        from voxnym.jobs.request import Request

        if self.transcript is not None and not self.transcript.is_dir():
            raise InputError(
                f"{self.transcript}: one transcript for a folder of recordings; give a folder in "
                "which each has the name of its recording"
            )
        return Request(
            self.speaker,
            self.speaker_from,
            None if self.turns is None else LabelBook.open(self.turns, "turns"),
            None if self.redact is None else LabelBook.open(self.redact, "redactions"),
            self.transcript,
            names,
        )

    def write_mapping(self, names: PseudonymNames | None, out: Path) -> None:
        """Write the way back, where it is wanted.

        Raises:
            OutputError: a place that would be published, or that cannot be written.
        """
        from voxnym.corpora.mapping import write_mapping

        if self.mapping is None or names is None:
            return
        write_mapping(self.mapping, names.mapping, out)

    def check_mapping(self, out: Path) -> None:
        """Refuse a mapping that cannot be written, before any work.

        Raises:
            OutputError: it lies in the output.
        """
        from voxnym.corpora.mapping import check_mapping_place

        if self.mapping is not None:
            if self.mapping.is_dir():
                raise OutputError(f"{self.mapping}: is a folder; give the name of a file")
            check_mapping_place(self.mapping, out)


NO_INPUTS = Inputs()
