"""`voxnym key`: make key files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

key_app = typer.Typer(
    help="Make key files, from which all pseudo-voices are drawn.", no_args_is_help=True
)


@key_app.callback()
def _all_commands() -> None:
    """Make key files, from which all pseudo-voices are drawn."""


@key_app.command("new", no_args_is_help=True)
def new(
    file: Annotated[Path, typer.Argument(help="The file to make; never replaced if it exists.")],
) -> None:
    """Write a new key: 256 random bits in a file that only you can read.

    The same key, person and recording give the same result again. Whoever has the key can tell
    which pseudo-voices belong together, so keep it apart from the recordings, or delete it when
    the project is over.
    """
    from voxnym.keys import Key

    key = Key.random()
    key.write(file)
    typer.echo(f"{file}: new key, fingerprint {key.fingerprint}; keep it secret", err=True)
