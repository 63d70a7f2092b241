"""`voxnym train`: train networks of attackers; arguments go to Lightning's command line."""

from __future__ import annotations

import sys

import typer

from voxnym.errors import MissingExtraError

train_app = typer.Typer(
    help="Train networks for the evaluation. Needs the extra `train`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_EXTRA = 'training needs Lightning and jsonargparse; run pip install "voxnym[train]"'


@train_app.callback()
def _train() -> None:
    """Train networks for the evaluation. Needs the extra `train`."""


@train_app.command(
    "attacker",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def attacker(context: typer.Context) -> None:
    """Train the verification network on anonymized speech.

    For example: voxnym train attacker -c attacker-small.yaml --data.path anonymized/ --out out/

    --help lists everything that can be set.
    """
    try:
        import jsonargparse  # noqa: F401
        import lightning  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(_EXTRA) from error
    from voxnym.training.command import train_attacker

    path = train_attacker(context.args)
    sys.stdout.write(f"{path}\n")
