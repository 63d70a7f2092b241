"""`voxnym anonymize`: a recording, a folder, a corpus or a pipe, in nobody's voice."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

from voxnym.cli import options
from voxnym.cli.check import Check, network, report_distances
from voxnym.errors import InputError, OutputError

if TYPE_CHECKING:
    from voxnym.cli.choices import Choices
    from voxnym.jobs.run import Orders
    from voxnym.jobs.shard import Shard
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
    turns: options.Turns = None,
    redact: options.Redact = None,
    redact_with: options.RedactWith = options.Cover.tone,
    redact_guard: options.RedactGuard = 0.1,
    transcript: options.Transcript = None,
    rename: options.Rename = False,
    mapping: options.Mapping = None,
    channels: options.ChannelsOption = options.Channels.mix,
    level: options.LevelOption = None,
    surroundings: options.SurroundingsOption = None,
    format: options.FormatName = None,
    keep: options.Keep = None,
    corpus: options.CorpusOption = None,
    root: options.Root = None,
    allow_pipes: options.AllowPipes = False,
    engine: options.EngineOption = options.Engine.processes,
    address: options.Address = None,
    shard: options.ShardOption = None,
    workers: options.Workers = None,
    overwrite: options.Overwrite = False,
    dry_run: options.DryRun = False,
    json: options.LogPath = None,
    set_: options.Settings = None,
    check: Check = False,
    quiet: options.QuietOption = False,
) -> int:
    """Anonymize recordings: the same words, in sync, in nobody's voice.

    Reads wav, rf64, w64, aiff, flac, ogg, opus, mp3, au, caf and, with the extra [media], m4a,
    aac, mp4, mov, mkv, mka and webm. The output has the same rate, channels and length, a new
    container and no tags. Names of files and folders are kept without --rename. Recordings that
    fail leave no output; exit code 1 says that some of a folder failed, 2 that nothing was done.
    """
    from voxnym.cli.choices import Choices
    from voxnym.cli.inputs import Inputs
    from voxnym.jobs.run import Orders

    inputs = Inputs(
        speaker, speaker_from.value, turns, redact, transcript, rename, mapping,
        corpus.value if corpus else None, root, allow_pipes,
    )  # fmt: skip
    choices = Choices(
        source, out, system, key, per.value, channels.value,
        level.value if level else None, format, tuple(set_ or ()),
        surroundings.value if surroundings else None, redact_with.value, redact_guard,
        tuple(each.value for each in keep or ()), inputs,
    )  # fmt: skip
    orders = Orders(
        workers, overwrite, dry_run,
        engine=engine.value, address=address, shard=_shard(shard),
    )  # fmt: skip
    if not check:
        return _run(choices, orders, json, quiet).exit_code
    if choices.out == PIPE:
        raise InputError("--check: standard output takes the recording; give a file or folder")
    embedder = network()
    summary = _run(choices, orders, json, quiet)
    if not summary.interrupted and not dry_run:
        report_distances(summary, embedder)
    return summary.exit_code


def _shard(text: str | None) -> Shard | None:
    if text is None:
        return None
    from voxnym.jobs.shard import Shard

    return Shard.parse(text)


def _run(choices: Choices, orders: Orders, json: str | None, quiet: bool) -> Summary:
    from contextlib import ExitStack

    from voxnym.cli.report import Opening, report
    from voxnym.cli.terminal import say
    from voxnym.jobs.log import Log
    from voxnym.jobs.progress import progress

    if json == PIPE and choices.out == PIPE:
        raise OutputError("--json -: standard output already takes the recording; give a file")
    if orders.shard is not None and (not choices.is_folder or choices.key_file is None):
        raise InputError(
            "--shard: needs a folder or corpus, and a key that all shards have: give --key"
        )
    if orders.address is not None and orders.engine != "ray":
        raise InputError("--address: is of a Ray cluster; give --engine ray, too")
    _stop_cleanly()
    recipe = choices.recipe()
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
        raise SystemExit(summary.exit_code or 1)
    return summary


def _work(choices: Choices, recipe: Recipe, orders: Orders, watches: list[Watch]) -> Summary:
    from voxnym.keys import Key

    if choices.is_folder and choices.out == PIPE:
        raise OutputError(f"{choices.source}: is a folder; give a folder for the output")
    key, inputs = Key(recipe.key), choices.inputs
    names = inputs.names(key)
    inputs.check_mapping(Path(choices.out))
    if not choices.is_folder:
        return _single(choices, recipe, orders, watches)
    from voxnym.jobs.plan import plan_folder
    from voxnym.jobs.plan_corpus import plan_corpus
    from voxnym.jobs.run import run_plan

    source, out, request = Path(choices.source), Path(choices.out), inputs.request(names)
    if choices.corpus is None:
        plan = plan_folder(source, out, recipe, request)
    else:
        plan = plan_corpus(
            source, out, recipe, request, root=inputs.root, allow_pipes=inputs.allow_pipes
        )
    if not orders.dry_run:
        inputs.write_mapping(names, out)
    return run_plan(plan, out, key, orders=orders, watches=watches)


def _single(choices: Choices, recipe: Recipe, orders: Orders, watches: list[Watch]) -> Summary:
    from voxnym.jobs.single import Facts, run_single
    from voxnym.keys import Key

    inputs = choices.inputs
    names = inputs.names(Key(recipe.key))
    target = choices.target_path(names)
    facts = Facts(
        inputs.speaker, inputs.speaker_from, inputs.turns, inputs.redact, inputs.transcript, names
    )
    summary = run_single(choices.source_path, target, recipe, facts, orders=orders, watches=watches)
    if summary.count("done") and target is not None:
        inputs.write_mapping(names, target)
    return summary


def _stop_cleanly() -> None:
    """Let a polite request to end tidy up like Ctrl-C does."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What nohup made deaf for a hang-up stays so.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
