"""`voxnym train attacker`: Lightning's command line with our parts and our configurations."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.cli import ArgsType, LightningArgumentParser, LightningCLI

from voxnym.audio.formats import printable
from voxnym.errors import InputError
from voxnym.training.attacker import SpeakerAttacker
from voxnym.training.safe_checkpoint import SafeCheckpoint
from voxnym.training.speech import AnonymizedSpeech

CONFIGS = Path(__file__).with_name("configs")
LAST = "last"
_FLAGS = ("-c", "--config")


class AttackerCLI(LightningCLI):
    """Arguments of the command; people are counted in the speech."""

    def parse_arguments(self, parser: LightningArgumentParser, args: ArgsType) -> None:
        """Only what is handed over counts: ours is one command of several."""
        assert args is None or isinstance(args, list)
        self.config = parser.parse_args(args)

    def instantiate_trainer(self, **settings: Any) -> lightning.Trainer:
        """A trainer whose checkpoints hold no pickle."""
        return super().instantiate_trainer(**{**settings, "plugins": [SafeCheckpoint()]})

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Where results go, and whether to go on."""
        parser.add_argument("--out", type=str, default="attacker", help="folder for the results")
        parser.add_argument(
            "--resume", type=bool, default=False, help="go on from the last epoch in that folder"
        )
        parser.link_arguments("data.people", "model.people", apply_on="instantiate")
        parser.link_arguments("out", "trainer.default_root_dir")
        parser.add_lightning_class_args(ModelCheckpoint, "checkpoint")
        parser.set_defaults(
            {
                "checkpoint.filename": LAST,
                "checkpoint.save_top_k": 1,
                "checkpoint.enable_version_counter": False,
            }
        )
        parser.link_arguments("out", "checkpoint.dirpath")


def train_attacker(arguments: Sequence[str]) -> Path:
    """Train as the arguments say.

    Args:
        arguments: of the command; names of our own configurations are understood after -c.

    Returns:
        The card of the trained network; its weights lie beside it.

    Raises:
        InputError: no speech, or a training in the folder that was not asked to go on.
    """
    with warnings.catch_warnings():
        # Lightning calls jsonargparse in a way that the latter means to drop; no user can help it.
        warnings.simplefilter("ignore", DeprecationWarning)
        cli = AttackerCLI(
            SpeakerAttacker,
            AnonymizedSpeech,
            args=with_our_configs(arguments),
            run=False,
            save_config_callback=None,
            trainer_defaults={"enable_model_summary": False},
            seed_everything_default=0,
        )
    out = Path(cli.config["out"])
    last = out / f"{LAST}.ckpt"
    if last.exists() and not cli.config["resume"]:
        raise InputError(
            f"{printable(last)}: a training lies there; add --resume true to go on with it, or "
            "name another folder with --out"
        )
    cli.trainer.fit(cli.model, cli.datamodule, ckpt_path=last if last.exists() else None)
    assert isinstance(cli.model, SpeakerAttacker)
    return cli.model.export(out / "attacker.json")


def with_our_configs(arguments: Sequence[str]) -> list[str]:
    """The same arguments, where a configuration that is no file but one of ours has its path.

    Raises:
        InputError: neither a file nor one of ours.
    """
    found = list(arguments)
    for place, word in enumerate(found):
        if word in _FLAGS and place + 1 < len(found):
            found[place + 1] = _config(found[place + 1])
        elif word.startswith("--config="):
            found[place] = f"--config={_config(word.removeprefix('--config='))}"
    return found


def _config(name: str) -> str:
    if Path(name).exists():
        return name
    ours = sorted(file.name for file in CONFIGS.glob("*.yaml"))
    for known in ours:
        if name in (known, known.removesuffix(".yaml")):
            return str(CONFIGS / known)
    raise InputError(f"{printable(name)}: no such file; ours are {', '.join(ours)}")
