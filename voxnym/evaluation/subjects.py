"""What is attacked: a system, any Anonymizer, somebody's command, or a folder of results."""

from __future__ import annotations

import hashlib
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from voxnym.errors import InputError, RenderError
from voxnym.keys import Key
from voxnym.protocols import Anonymizer
from voxnym.records import Audio, Utterance, Who

if TYPE_CHECKING:
    from voxnym.preset import Preset

COMMAND_LIMIT_S = 600.0


class Subject(Protocol):
    """A way to anonymize, as an attacker can use it. Must be picklable."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def id(self) -> str:
        """Hexadecimal digest that differs whenever the output may differ."""
        ...

    @property
    def is_fresh(self) -> bool:
        """Whether it draws anew for every key; else there is one output for each utterance."""
        ...

    def __call__(self, audio: Audio, utterance: Utterance, who: Who, key: Key) -> Audio:
        """Anonymize one utterance, (1, n) samples in and about as many out."""
        ...


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Untouched:
    """Nothing is done: the control that must come out as the originals do."""

    name: str = "identity"
    is_fresh: bool = True

    @property
    def id(self) -> str:
        """Digest of the name."""
        return _digest("untouched")

    def __call__(self, audio: Audio, utterance: Utterance, who: Who, key: Key) -> Audio:
        """The audio itself."""
        return audio


@dataclass(frozen=True)
class PresetSubject:
    """A system of ours.

    Args:
        preset: read and checked.
        is_copy: take speech apart and put it together without any stage: how much of the
            measured privacy is only damage by the codec.
    """

    preset: Preset
    is_copy: bool = False
    is_fresh: bool = True

    @property
    def name(self) -> str:
        """Name of the preset."""
        return f"{self.preset.name} without stages" if self.is_copy else self.preset.name

    @property
    def id(self) -> str:
        """Digest of version, parts and parameters."""
        from voxnym import __version__

        preset = self.preset
        parameters = sorted((part, sorted(v.items())) for part, v in preset.parameters.items())
        return _digest(
            __version__,
            preset.codec,
            () if self.is_copy else preset.stages,
            preset.level,
            preset.surroundings,
            parameters,
        )

    def __call__(self, audio: Audio, utterance: Utterance, who: Who, key: Key) -> Audio:
        """Anonymize as `voxnym anonymize` does."""
        from voxnym.system import System

        preset = self.preset
        codec = preset.build("codecs", preset.codec)
        if self.is_copy:
            from dataclasses import replace

            return System(replace(preset, stages=()), codec, (), key)(audio, who)
        stages = tuple(preset.build("stages", stage) for stage in preset.stages)
        return System(preset, codec, stages, key)(audio, who)


@dataclass(frozen=True)
class AnonymizerSubject:
    """Any Anonymizer, made by a function of a key.

    Args:
        name: what reports call it.
        make: a function at the top of a module (it travels to worker processes).
        version: part of the digest; change it with the code behind `make`.
    """

    name: str
    make: Callable[[Key], Anonymizer]
    version: str
    is_fresh: bool = True

    @property
    def id(self) -> str:
        """Digest of name, function and version."""
        return _digest("anonymizer", self.name, self.make.__qualname__, self.version)

    def __call__(self, audio: Audio, utterance: Utterance, who: Who, key: Key) -> Audio:
        """What the Anonymizer makes of it."""
        return self.make(key)(audio, who)


@dataclass(frozen=True)
class CommandSubject:
    """Somebody's program that reads one WAV file and writes another.

    Args:
        command: as one would type it, with {in} and {out} for the two files, and {seed} where the
            program takes a number that decides its random choices (0 to 2^31 - 1).
        version: part of the digest; change it with the program.

    Raises:
        InputError: no {in} or no {out}.
    """

    command: str
    version: str = ""

    def __post_init__(self) -> None:
        for place in ("{in}", "{out}"):
            if place not in self.command:
                raise InputError(f"command {self.command!r}: expected {place} in it")

    @property
    def name(self) -> str:
        """The program's own name."""
        return Path(shlex.split(self.command)[0]).name

    @property
    def id(self) -> str:
        """Digest of the command line and version."""
        return _digest("command", self.command, self.version)

    @property
    def is_fresh(self) -> bool:
        """Taken as given: a program may draw by itself."""
        return True

    def __call__(self, audio: Audio, utterance: Utterance, who: Who, key: Key) -> Audio:
        """Run the program on a temporary file in a folder that only this user may enter."""
        import soundfile

        from voxnym.audio.read import read_audio

        seed = int.from_bytes(key.digest("command", who.scope, who.name)[:4], "big") >> 1
        with tempfile.TemporaryDirectory(prefix="voxnym-") as folder:
            places = {
                "in": str(Path(folder) / "in.wav"),
                "out": str(Path(folder) / "out.wav"),
                "seed": str(seed),
            }
            soundfile.write(places["in"], audio.samples.T, audio.rate, subtype="PCM_16")
            words = [_filled(word, places) for word in shlex.split(self.command)]
            try:
                ended = subprocess.run(  # noqa: S603  the user gave the command
                    words, capture_output=True, timeout=COMMAND_LIMIT_S, check=False
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise RenderError(f"{self.name}: {error}") from error
            if ended.returncode != 0 or not Path(places["out"]).exists():
                said = ended.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
                raise RenderError(
                    f"{self.name}: ended with {ended.returncode} and "
                    f"{'an' if Path(places['out']).exists() else 'no'} output {' '.join(said)}"
                )
            return read_audio(places["out"])


def _filled(word: str, places: Mapping[str, str]) -> str:
    for name, value in places.items():
        word = word.replace(f"{{{name}}}", value)
    return word


@dataclass(frozen=True)
class FolderSubject:
    """Somebody's results beside their originals; nothing can be drawn anew.

    Args:
        name: what reports call it.
        files: utterance id to the file with the result.
    """

    name: str
    files: Mapping[str, Path]
    is_fresh: bool = False

    @property
    def id(self) -> str:
        """Digest of all files' bytes."""
        return _folder_digest(tuple(sorted((id, str(path)) for id, path in self.files.items())))

    def __call__(self, audio: Audio, utterance: Utterance, who: Who, key: Key) -> Audio:
        """The result that lies there.

        Raises:
            InputError: there is none for this utterance.
        """
        from voxnym.audio.read import read_audio

        path = self.files.get(utterance.id)
        if path is None:
            raise InputError(f"{self.name}: no result for utterance {utterance.id}")
        return read_audio(path)


@lru_cache(maxsize=8)
def _folder_digest(files: tuple[tuple[str, str], ...]) -> str:
    digest = hashlib.sha256()
    for name, path in files:
        digest.update(name.encode() + hashlib.sha256(Path(path).read_bytes()).digest())
    return digest.hexdigest()
