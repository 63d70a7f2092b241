"""`voxnym evaluate` and `voxnym attack`: how well people are hidden, and what is left."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from voxnym.cli import evaluate_options as options
from voxnym.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from voxnym.evaluation.plan import Plan
    from voxnym.evaluation.results import Evaluation
    from voxnym.evaluation.scene import Watch
    from voxnym.evaluation.subjects import Subject

PARTS = "parts"
_SEED_BITS = 31
_FILE_COLUMNS = 140


def evaluate(
    what: options.What = None,
    system: options.System = None,
    command: options.Command = None,
    anonymized: options.Anonymized = None,
    corpus: options.Corpus = None,
    protocol: options.Protocol = "small",
    out: options.Out = None,
    effort: options.EffortOption = options.Effort.standard,
    rule: options.RuleOption = None,
    network: options.Networks = None,
    recogniser: options.Recognisers = None,
    emotions: options.Emotions = None,
    seed: options.Seed = None,
    cache: options.CacheFolder = None,
    processes: options.Processes = 1,
    include_originals: options.Originals = False,
    compare: options.CompareFlag = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Attack a system, measure what is left, and write a report.

    `voxnym evaluate --system mcadams --corpus PATH --out report/` writes one page and one JSON.
    `voxnym evaluate parts --system world --corpus PATH` shows where identity escapes.
    `voxnym evaluate --compare mcadams world --corpus PATH --out report/` sets systems side by side.
    A killed run goes on where it stopped, with the same --out.
    """
    plan = _plan(corpus, protocol, out, effort, rule, network, seed, cache, processes)
    plan = replace(
        plan,
        recognisers=tuple(recogniser or ()),
        emotion_networks=tuple(emotions or ()),
        include_originals=include_originals,
    )
    words = what or []
    if compare:
        if system or command or anonymized:
            raise InputError("--compare takes its systems as arguments: --compare mcadams world")
        return _compare(plan, words, as_json, quiet)
    if words not in ([], [PARTS]):
        raise InputError(
            f"{' '.join(words)}: expected nothing or 'parts'; systems go after --system, or "
            "--compare for several"
        )
    subject = _subject(system, command, anonymized, plan)
    if words:
        return _parts(plan, subject, as_json, quiet)
    if out is None:
        raise InputError("--out is missing: expected a folder for the report")
    return _evaluate(plan, subject, as_json, quiet)


def attack(
    system: options.System = None,
    command: options.Command = None,
    anonymized: options.Anonymized = None,
    corpus: options.Corpus = None,
    protocol: options.Protocol = "small",
    out: options.Out = None,
    effort: options.EffortOption = options.Effort.standard,
    rule: options.RuleOption = None,
    network: options.Networks = None,
    seed: options.Seed = None,
    cache: options.CacheFolder = None,
    processes: options.Processes = 1,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Attack a system and show the ladder of attackers; no utility, no page."""
    from voxnym.evaluation.evaluate import privacy_of
    from voxnym.evaluation.report.tables import check_table, ladder_table

    plan = _plan(corpus, protocol, out, effort, rule, network, seed, cache, processes)
    subject = _subject(system, command, anonymized, plan)
    with _progress(quiet) as watch:
        evaluation = privacy_of(plan, subject, watch)
    _show(evaluation, as_json, lambda e: [ladder_table(e), check_table(e)])
    return 0


def _plan(
    corpus: Path | None,
    protocol: str,
    out: Path | None,
    effort: options.Effort,
    rules: list[options.Rule] | None,
    networks: list[str] | None,
    seed: int | None,
    cache: Path | None,
    processes: int,
) -> Plan:
    """What both commands are asked for."""
    from voxnym.evaluation.plan import Plan

    return Plan(
        corpus=corpus,
        protocol=protocol,
        effort=effort.value,
        rules=tuple(each.value for each in rules or [options.Rule.utterance]),
        networks=tuple(networks or ()),
        seed=_seed(seed, out),
        out=out,
        cache=cache,
        processes=processes,
    )


def _evaluate(plan: Plan, subject: Subject, as_json: bool, quiet: bool) -> int:
    import datetime

    from voxnym.cli.terminal import say
    from voxnym.evaluation.evaluate import evaluated
    from voxnym.evaluation.report.page import write_report
    from voxnym.evaluation.report.tables import check_table, ladder_table, use_table

    started = datetime.datetime.now(datetime.UTC)
    with _progress(quiet) as watch:
        evaluation = evaluated(plan, subject, watch).evaluation
    assert plan.out is not None
    page, plain = write_report(evaluation, plan.out)
    challenge = plan.challenge_files(evaluation, started)
    _show(evaluation, as_json, lambda e: [ladder_table(e), use_table(e), check_table(e)])
    if not quiet:
        say(f"report: {page} (for people), {plain} (for programs)")
        if challenge:
            say(f"files of the challenge: {challenge[0].parent} and beside")
    return 0


def _parts(plan: Plan, subject: Subject, as_json: bool, quiet: bool) -> int:
    import json

    from voxnym.evaluation.evaluate import parts_of
    from voxnym.evaluation.report.tables import parts_table

    with _progress(quiet) as watch:
        parts = parts_of(plan, subject, watch)
    if as_json:
        names = ("part", "original", "anonymized")
        rows = [dict(zip(names, part, strict=True)) for part in parts]
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    else:
        _print([parts_table(subject.name, parts)])
    return 0


def _compare(plan: Plan, systems: list[str], as_json: bool, quiet: bool) -> int:
    import dataclasses
    import json

    from voxnym.cli.terminal import say
    from voxnym.evaluation.compare_run import comparison_of
    from voxnym.evaluation.report.compare_page import write_comparison
    from voxnym.evaluation.report.tables import comparison_table, difference_table

    with _progress(quiet) as watch:
        comparison = comparison_of(plan, systems, watch)
    if as_json:
        sys.stdout.write(json.dumps(dataclasses.asdict(comparison), indent=1) + "\n")
    else:
        _print([comparison_table(comparison), difference_table(comparison)])
        for note in comparison.notes:
            say(note)
    if plan.out is not None:
        page, _ = write_comparison(comparison, plan.out)
        if not quiet:
            say(f"comparison: {page}")
    return 0


def _subject(
    system: str | None, command: str | None, anonymized: Path | None, plan: Plan
) -> Subject:
    from voxnym.evaluation.subjects import CommandSubject, PresetSubject
    from voxnym.preset import read_preset
    from voxnym.system import DEFAULT_SYSTEM

    if sum(each is not None for each in (system, command, anonymized)) > 1:
        raise InputError("--system, --command and --anonymized: expected only one of them")
    if command is not None:
        return CommandSubject(command)
    if anonymized is not None:
        return plan.folder(anonymized)
    return PresetSubject(read_preset(system or DEFAULT_SYSTEM))


def _seed(given: int | None, out: Path | None) -> int:
    """The seed given, that of the run in this folder, or a new one."""
    from voxnym.evaluation.plan import seed_of_run

    known = seed_of_run(out)
    if given is None:
        return known if known is not None else secrets.randbits(_SEED_BITS)
    return given


def _show(
    evaluation: Evaluation, as_json: bool, tables: Callable[[Evaluation], list[Table]]
) -> None:
    from voxnym.evaluation.report.json_form import to_json
    from voxnym.evaluation.report.words import headline, named_rate

    if as_json:
        sys.stdout.write(to_json(evaluation))
        return
    _print(tables(evaluation))
    best = evaluation.headline
    sys.stdout.write(headline(evaluation) + "\n")
    if best is not None:
        sys.stdout.write(f"{named_rate(best)}\n")
        if best.eer.indicative:
            sys.stdout.write(f"Indicative: {best.eer.indicative}\n")


def _print(tables: list[Table]) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout)
    if not console.is_terminal:
        # A file has no width of its own, and 80 columns would break every cell.
        console.width = _FILE_COLUMNS
    for table in tables:
        if table.row_count:
            console.print(table)


def _progress(quiet: bool) -> AbstractContextManager[Watch]:
    from voxnym.evaluation.watching import watching

    return watching(quiet)
