"""The command `voxnym`: arguments in, records out; one file per command.

Heavy packages are imported inside the commands, so that `voxnym --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from voxnym.cli.anonymize import anonymize as _anonymize
from voxnym.cli.evaluate import attack as _attack
from voxnym.cli.evaluate import evaluate as _evaluate
from voxnym.cli.inspect import inspect as _inspect
from voxnym.cli.key import key_app
from voxnym.cli.listening_test import listening_app
from voxnym.cli.names import names as _names
from voxnym.cli.systems import systems as _systems
from voxnym.cli.terminal import mend_streams, say
from voxnym.cli.train import train_app
from voxnym.errors import VoxnymError

INTERRUPTED = 130

app = typer.Typer(
    name="voxnym",
    help="Make recordings of speech anonymous: the same words, in sync, in nobody's voice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command("anonymize", no_args_is_help=True)(_anonymize)
app.command("evaluate", no_args_is_help=True)(_evaluate)
app.command("attack", no_args_is_help=True)(_attack)
app.command("inspect", no_args_is_help=True)(_inspect)
app.command("names", no_args_is_help=True)(_names)
app.command("systems")(_systems)
app.add_typer(key_app, name="key")
app.add_typer(listening_app, name="listening-test")
app.add_typer(train_app, name="train")

# Typer keeps the class of all usage errors to itself, but shows one of its children.
_USAGE: type[Exception] = next(
    kind
    for kind in typer.BadParameter.__mro__
    if issubclass(kind, Exception) and kind.__name__ == "ClickException"
)


def _version(wanted: bool) -> None:
    if wanted:
        from voxnym import __version__

        typer.echo(f"voxnym {__version__}")
        raise typer.Exit


@app.callback()
def _all_commands(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What comes before the command's name."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; always ends with SystemExit.

    Exit codes: 0 all fine, 1 some recordings of a folder failed, 2 nothing done (a refused
    recording or wrong usage), 130 interrupted.
    """
    mend_streams()
    try:
        code = app(args=arguments, prog_name="voxnym", standalone_mode=False)
    except _USAGE as error:
        # Without arguments the help has been shown, and there is nothing to add.
        text = "" if type(error).__name__ == "NoArgsIsHelpError" else _usage(error)
        if not text:
            raise SystemExit(2) from None
        _fail(f"{text.rstrip('.')}; see: voxnym --help")
    except VoxnymError as error:
        _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted")
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # Nobody reads any more; the interpreter would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("VOXNYM_DEBUG"):
            raise
        _fail(f"unexpected {type(error).__name__}: {error} (VOXNYM_DEBUG=1 shows where)")
    raise SystemExit(code if isinstance(code, int) else 0)


def _usage(error: Exception) -> str:
    message = getattr(error, "format_message", None)
    return str(message() if message else error)


def _fail(text: str, code: int = 2) -> None:
    say(f"error: {text}")
    raise SystemExit(code) from None
