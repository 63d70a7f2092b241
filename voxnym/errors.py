"""Errors that VoxNym raises on purpose.

VoxnymError
├── InputError      a recording or an argument that is refused
├── OutputError     a result that cannot be written
├── KeyFileError    a key file that is missing, open to others, or not one
├── PresetError     a system description that is wrong
├── MissingExtraError an optional package that is not installed
└── RenderError     anonymizing itself failed; nothing was written
"""

from __future__ import annotations


class VoxnymError(Exception):
    """Root of all errors raised on purpose; the command line shows its text as one line."""

    exit_code = 2


class InputError(VoxnymError):
    """A recording or an argument that is refused; says what was found and what to do."""


class OutputError(VoxnymError):
    """The result cannot be written."""


class KeyFileError(VoxnymError):
    """A key file that is missing, readable by others, or not a key file."""


class PresetError(VoxnymError):
    """A system description with an unknown name or a wrong value."""


class MissingExtraError(VoxnymError):
    """An optional package is not installed; the text holds the line that installs it."""


class RenderError(VoxnymError):
    """Anonymizing failed; by rule there is no output then."""
