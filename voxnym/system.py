"""A system: one codec and the stages that change what it takes apart; itself an Anonymizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voxnym.errors import PresetError
from voxnym.keys import Key
from voxnym.preset import Preset, preset_names, read_preset
from voxnym.protocols import Codec, Stage
from voxnym.protocols import Stream as Stream
from voxnym.records import Audio, Block, Survey, Who

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DEFAULT_SYSTEM", "Core", "System", "load", "preset_names", "read_preset"]

DEFAULT_SYSTEM = "world"


class Core:
    """Codec and stages at work on one voice, at the codec's rate, without any levelling."""

    def __init__(self, system: System, who: Who, survey: Survey) -> None:
        self._codec = system.codec.start(survey)
        self._transforms = [
            stage.start(system.generator(name, who), survey)
            for name, stage in zip(system.preset.stages, system.stages, strict=True)
        ]

    def process(self, block: Block, last: bool) -> Block:
        """(n,) samples in, those that are ready out; over a recording as many as came in."""
        speech = self._codec.analyze(block, last)
        for transform in self._transforms:
            speech = transform(speech, last)
        return self._codec.synthesize(speech, last)


@dataclass(frozen=True)
class System:
    """A codec, stages in order, and the key that every random choice comes from.

    Args:
        preset: where codec and stages come from; its card says what the system hides.
        codec: takes speech apart and puts it together.
        stages: change the parts, in order.
        key: secret; the same key and person give the same pseudo-voice.

    Raises:
        PresetError: a stage does not fit the codec.
    """

    preset: Preset
    codec: Codec
    stages: tuple[Stage, ...]
    key: Key = field(repr=False)

    def __post_init__(self) -> None:
        for name, stage in zip(self.preset.stages, self.stages, strict=True):
            if stage.kinds is not None and self.codec.kind not in stage.kinds:
                raise PresetError(
                    f"{self.preset.name}: stage {name} works on content of kind "
                    f"{', '.join(sorted(stage.kinds))}; codec {self.preset.codec} "
                    f"makes {self.codec.kind}"
                )
            missing = (stage.reads | stage.writes) - self.codec.parts
            if missing:
                raise PresetError(
                    f"{self.preset.name}: stage {name} needs {', '.join(sorted(missing))}, "
                    f"which codec {self.preset.codec} does not model"
                )

    @property
    def name(self) -> str:
        """The preset's name."""
        return self.preset.name

    @property
    def needs(self) -> frozenset[str]:
        """Fields of Survey that any part uses."""
        return self.codec.needs.union(*(stage.needs for stage in self.stages))

    @property
    def look_ahead(self) -> float:
        """Seconds that codec and stages look ahead: the delay of live output.

        Resampling and the limiter add to it: 5 ms at the codec's rate, some 60 to 210 ms at others.
        """
        return self.codec.look_ahead + sum(stage.look_ahead for stage in self.stages)

    def __call__(self, audio: Audio, who: Who) -> Audio:
        """Anonymize a whole recording in memory, as the command line does with files.

        Channels are mixed down, since by default a recording holds one voice at a time; the
        loudness is set to -23 LUFS (short or near-silent ones: see `voxnym.recording.level`).

        Args:
            audio: any rate, 1 to 8 channels, finite samples.
            who: for whom the pseudo-voice is drawn.

        Returns:
            Same rate, channels and length.

        Raises:
            InputError: samples that are not finite, or too many channels.
        """
        from voxnym.recording.source import AudioSource
        from voxnym.render import RenderOptions, render

        with render(self, AudioSource(audio), who, options=RenderOptions()) as rendering:
            return rendering.audio()

    def generator(self, stage: str, who: Who) -> np.random.Generator:
        """Random numbers of one stage for one person, the same at every call."""
        variant = f"/{who.variant}" if who.variant else ""
        return self.key.generator(f"stage/{stage}{variant}", who)

    def core(self, who: Who, survey: Survey) -> Core:
        """Codec and stages at work on one voice, at the codec's rate."""
        return Core(self, who, survey)

    def open(self, rate: int, who: Who, survey: Survey | None = None) -> Stream:
        """Begin live use: one channel at `rate` Hz, delayed by `look_ahead` seconds or so.

        Args:
            rate: Hz.
            who: for whom the pseudo-voice is drawn.
            survey: facts of the voice, where known from before; otherwise running estimates.
        """
        from voxnym.live import LiveStream

        return LiveStream(self, rate, who, survey or Survey())


def load(
    name: str | Path, *, key: Key | None = None, settings: Mapping[str, Any] | None = None
) -> System:
    """Build a system by the name of a preset, or from a TOML file of one's own.

    Args:
        name: see `preset_names()`, or a path that ends in .toml.
        key: where pseudo-voices come from; None draws a random key that nobody can repeat.
        settings: parameters that replace the preset's, as {"stage.parameter": value}.

    Raises:
        PresetError: unknown name or setting, wrong value, or parts that do not fit together.

    >>> load("mcadams", settings={"content_mcadams.coeficient": 0.8})
    Traceback (most recent call last):
    voxnym.errors.PresetError: content_mcadams.coeficient is unknown; did you mean coefficient?
    """
    preset = read_preset(name, settings)
    codec = preset.build("codecs", preset.codec)
    stages = tuple(preset.build("stages", stage) for stage in preset.stages)
    return System(preset, codec, stages, key or Key.random())
