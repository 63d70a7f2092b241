"""VoxNym makes recordings of speech anonymous: the same words, in sync, in nobody's voice.

>>> import voxnym
>>> from voxnym.testing import toy_speech
>>> anonymize = voxnym.load("mcadams")
>>> anonymous = anonymize(toy_speech(seconds=1.0), voxnym.Who(utterance="toy"))
>>> anonymous.samples.shape, anonymous.rate
((1, 16000), 16000)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voxnym.audio.read import read_audio
    from voxnym.audio.write import write_audio
    from voxnym.errors import VoxnymError
    from voxnym.keys import Key
    from voxnym.protocols import Anonymizer, Codec, Embedder, Stage, Stream
    from voxnym.records import Audio, Span, Speech, Survey, Utterance, Who
    from voxnym.system import System, load, preset_names

__version__ = "0.1.0"

__all__ = [
    "Anonymizer",
    "Audio",
    "Codec",
    "Embedder",
    "Key",
    "Span",
    "Speech",
    "Stage",
    "Stream",
    "Survey",
    "System",
    "Utterance",
    "VoxnymError",
    "Who",
    "load",
    "preset_names",
    "read_audio",
    "write_audio",
]

# Names load on first use, so that `import voxnym` and the command line start at once.
_HOMES = {
    "voxnym.audio.read": ("read_audio",),
    "voxnym.audio.write": ("write_audio",),
    "voxnym.errors": ("VoxnymError",),
    "voxnym.keys": ("Key",),
    "voxnym.protocols": ("Anonymizer", "Codec", "Embedder", "Stage", "Stream"),
    "voxnym.records": ("Audio", "Span", "Speech", "Survey", "Utterance", "Who"),
    "voxnym.system": ("System", "load", "preset_names"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module 'voxnym' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
