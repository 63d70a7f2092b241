"""`voxnym anonymize`: a recording, a folder or a pipe, in nobody's voice."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

from voxnym.cli import options
from voxnym.errors import OutputError

if TYPE_CHECKING:
    from voxnym.cli.choices import Choices
    from voxnym.jobs.run import Orders
    from voxnym.jobs.summary import Summary, Watch
    from voxnym.jobs.task import Recipe

PIPE = "-"


def anonymize(
    source: options.In,
    out: options.Out,
    system: options.SystemName = None,
    key: options.KeyFile = None,
    per: options.PerOption = options.Per.file,
    speaker: options.SpeakerName = None,
    speaker_from: options.SpeakerFromOption = options.Origin.file,
    channels: options.ChannelsOption = options.Channels.mix,
    level: options.LevelOption = None,
    format: options.FormatName = None,
    workers: options.Workers = None,
    overwrite: options.Overwrite = False,
    dry_run: options.DryRun = False,
    json: options.LogPath = None,
    set_: options.Settings = None,
    quiet: options.QuietOption = False,
) -> int:
    """Anonymize recordings: the same words, in sync, in nobody's voice.

    Reads wav, rf64, w64, aiff, flac, ogg, opus, mp3, au and caf. The output has the same rate,
    channels and length, a new container and no tags. Names of files and folders are kept.
    Recordings that fail leave no output; exit code 1 says that some of a folder failed, 2 that
    nothing was done.
    """
    from voxnym.cli.choices import Choices

    choices = Choices(
        source, out, system, key, per.value, speaker, speaker_from.value, channels.value,
        level.value if level else None, format, tuple(set_ or ()),
    )  # fmt: skip
    return _run(choices, workers, overwrite, dry_run, json, quiet)


def _run(
    choices: Choices,
    workers: int | None,
    overwrite: bool,
    dry_run: bool,
    json: str | None,
    quiet: bool,
) -> int:
    from contextlib import ExitStack

    from voxnym.cli.report import Opening, report
    from voxnym.cli.terminal import say
    from voxnym.jobs.log import Log
    from voxnym.jobs.progress import progress
    from voxnym.jobs.run import Orders

    if json == PIPE and choices.out == PIPE:
        raise OutputError("--json -: standard output already takes the recording; give a file")
    _stop_cleanly()
    recipe = choices.recipe()
    orders = Orders(workers=workers, overwrite=overwrite, dry_run=dry_run)
    with ExitStack() as stack:
        watches: list[Watch] = [] if quiet else [Opening(choices)]
        watches.append(stack.enter_context(progress(quiet)))
        log = None if json is None else stack.enter_context(Log(json, choices.forbidden))
        if log is not None:
            watches.append(log)
        summary = _work(choices, recipe, orders, watches)
        if log is not None:
            log.summary(summary, recipe.system)
    report(summary, choices, quiet=quiet)
    if log is not None and log.error is not None:
        say(f"error: {log.error}")
        return summary.exit_code or 1
    return summary.exit_code


def _work(choices: Choices, recipe: Recipe, orders: Orders, watches: list[Watch]) -> Summary:
    from voxnym.jobs.run import run_folder
    from voxnym.jobs.single import run_single

    if choices.is_folder:
        if choices.out == PIPE:
            raise OutputError(f"{choices.source}: is a folder; give a folder for the output")
        return run_folder(
            Path(choices.source),
            Path(choices.out),
            recipe,
            speaker=choices.speaker,
            speaker_from=choices.speaker_from,
            orders=orders,
            watches=watches,
        )
    return run_single(
        choices.source_path,
        choices.target_path,
        recipe,
        speaker=choices.speaker,
        speaker_from=choices.speaker_from,
        orders=orders,
        watches=watches,
    )


def _stop_cleanly() -> None:
    """Let a polite request to end tidy up like Ctrl-C does."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What nohup made deaf for a hang-up stays so.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
