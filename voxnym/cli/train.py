"""`voxnym train`: networks of attackers, whose arguments go to Lightning, and quantizers."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from voxnym.errors import MissingExtraError

train_app = typer.Typer(
    help="Train networks and quantizers. Most need the extra `train`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_EXTRA = 'training needs Lightning and jsonargparse; run pip install "voxnym[train]"'


@train_app.callback()
def _train() -> None:
    """Train networks and quantizers. Most need the extra `train`."""


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


class QuantizerKind(StrEnum):
    """What is trained."""

    curve = "curve"
    spacefill = "spacefill"
    plain = "plain"
    ema = "ema"
    noise = "noise"
    attention = "attention"


class Sharing(StrEnum):
    """Who is on a curve together."""

    joint = "joint"
    separate = "separate"


@train_app.command("quantizer")
def quantizer(
    vectors: Annotated[
        Path,
        typer.Argument(help="npz or safetensors file with vectors, speakers, genders, embedder."),
    ],
    out: Annotated[
        Path,
        typer.Option(help="File to write: .json for a curve, else .safetensors."),
    ],
    kind: Annotated[
        QuantizerKind,
        typer.Option(
            help="curve: pseudo-voices, for the stage voice_porcupine; needs no extra. "
            "The others: codewords for networks."
        ),
    ] = QuantizerKind.curve,
    bits: Annotated[int, typer.Option(help="There are 2^bits cells or codewords.")] = 4,
    seed: Annotated[int, typer.Option(help="Equal ones give equal results.")] = 0,
    updates: Annotated[int, typer.Option(help="Of 64 vectors each, at each stage.")] = 5120,
    sharing: Annotated[
        Sharing, typer.Option(help="Of a curve: one for all, or one for each gender.")
    ] = Sharing.joint,
    embedder: Annotated[
        str | None, typer.Option(help="What made the vectors, where the file does not say.")
    ] = None,
) -> None:
    """Fit a quantizer of voices to vectors of many people.

    For example: voxnym train quantizer vectors.npz --bits 4 --out curve.json
    """
    from voxnym.training.quantizer_command import QuantizerOrder, train_quantizer

    order = QuantizerOrder(
        vectors, out, kind.value, bits, seed, updates, sharing.value, embedder=embedder
    )
    sys.stdout.write(f"{train_quantizer(order)}\n")
