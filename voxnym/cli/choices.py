"""What the user chose on the command line, made into what a job needs."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from voxnym.cli.inputs import NO_INPUTS, Inputs
from voxnym.errors import InputError, OutputError
from voxnym.jobs.task import Recipe, Setting
from voxnym.keys import Key
from voxnym.records import Scope

if TYPE_CHECKING:
    from voxnym.corpora.names import PseudonymNames

PIPE = "-"


@dataclass(frozen=True)
class Choices:
    """Arguments of `voxnym anonymize` that decide what comes out, as they were given."""

    source: str
    out: str
    system: str | None = None
    key_file: Path | None = None
    per: Scope = "file"
    channels: Literal["mix", "separate"] = "mix"
    level: Literal["fixed", "keep"] | None = None
    format: str | None = None
    settings: tuple[str, ...] = ()
    surroundings: Literal["clean", "keep"] | None = None
    cover: Literal["tone", "silence"] = "tone"
    guard_s: float = 0.1
    keep: tuple[str, ...] = ()
    inputs: Inputs = NO_INPUTS

    def __post_init__(self) -> None:
        # An empty path means the current folder to pathlib, and an unset variable to a shell.
        if not self.source or not self.out:
            which = "OUT" if self.source else "IN"
            raise InputError(f"{which} is empty; expected a file, a folder, or - for a pipe")

    @property
    def is_folder(self) -> bool:
        """Whether IN is a folder or a corpus: many recordings, into a folder."""
        if self.source == PIPE:
            return False
        return _is_folder(Path(self.source)) or self.corpus is not None

    @cached_property
    def corpus(self) -> str | None:
        """What kind of corpus IN is; None for recordings.

        Raises:
            InputError: options of a corpus without one.
        """
        return None if self.source == PIPE else self.inputs.kind_of(Path(self.source))

    @property
    def source_path(self) -> Path | None:
        """The recording; None for a pipe.

        Raises:
            InputError: there is none.
        """
        if self.source == PIPE:
            return None
        path = Path(self.source)
        try:
            path.stat()
        except OSError as error:
            raise InputError(
                f"{path}: cannot be read ({error.strerror}); check the path"
            ) from error
        return path

    def target_path(self, names: PseudonymNames | None = None) -> Path | None:
        """The output file; None for a pipe. An existing folder gets a file of the same name.

        Args:
            names: gives that file a pseudonym instead.

        Raises:
            InputError: the extension is no output format.
            OutputError: a pipe cannot be named in a folder.
        """
        from voxnym.audio.formats import format_for, format_named

        if self.out == PIPE:
            return None
        target = Path(self.out)
        if _is_folder(target):
            if self.source_path is None:
                raise OutputError(f"{target}: is a folder; give the name of a file")
            target /= names.path(PurePath(self.source_path.name)) if names else (
                self.source_path.name
            )  # fmt: skip
            if self.format is not None:
                target = target.with_suffix(format_named(self.format).extensions[0])
        elif self.out.endswith(("/", os.sep)):
            raise OutputError(f"{self.out}: no such folder; make it first")
        if self.format is None:
            format_for(target)
        return target

    @property
    def forbidden(self) -> Path | None:
        """Where nothing may be written that names originals."""
        if self.out == PIPE:
            return None
        return Path(self.out)

    def recipe(self) -> Recipe:
        """System, key and settings, checked.

        Raises:
            VoxnymError: an unknown system, setting or format, or a bad key file.
        """
        from voxnym.audio.formats import format_named
        from voxnym.system import DEFAULT_SYSTEM, load

        inputs = self.inputs
        if self.per == "speaker" and self.source == PIPE and not (inputs.speaker or inputs.turns):
            raise InputError("--per speaker: a pipe has no name; give --speaker NAME")
        if inputs.speaker is not None and not inputs.speaker.strip():
            raise InputError("--speaker '': expected a name")
        if inputs.redact is not None and "subtitles" in self.keep:
            raise InputError(
                "--keep subtitles with --redact: subtitles inside a film are not redacted; give "
                "them with --transcript instead"
            )
        key = self._key()
        settings = tuple(_setting(text) for text in self.settings)
        name = self.system or DEFAULT_SYSTEM
        preset = load(name, key=key, settings=dict(settings)).preset
        # The card says nothing about the sound; a corrected sentence must not redo a corpus.
        text = repr(dataclasses.replace(preset, card=type(preset.card)()))
        return Recipe(
            system=name,
            system_text=text,
            key=key.secret,
            scope=self.per,
            channels=self.channels,
            level=self.level,
            format=None if self.format is None else format_named(self.format).name,
            settings=settings,
            surroundings=self.surroundings,
            cover=self.cover,
            guard_s=self.guard_s,
            kept_streams=tuple(sorted(set(self.keep))),
        )

    def _key(self) -> Key:
        if self.key_file is None:
            return Key.random()
        if (
            self.is_folder
            and self.out != PIPE
            and self.key_file.resolve().is_relative_to(Path(self.out).resolve())
        ):
            raise OutputError(
                f"{self.key_file}: the key lies in the output folder, and whoever gets that "
                "can repeat every voice; move the key out of it"
            )
        return Key.read(self.key_file)


def _is_folder(path: Path) -> bool:
    # pathlib raises for names that are too long and for folders that are locked.
    try:
        return path.is_dir()
    except OSError:
        return False


def _setting(text: str) -> tuple[str, Setting]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputError(f"--set {text}: expected PART.PARAMETER=VALUE")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value
    if isinstance(parsed, list):
        parsed = tuple(parsed)
    return name.strip(), parsed
