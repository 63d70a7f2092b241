"""The report as one page: no script, no outside requests, sound and plots inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voxnym.errors import MissingExtraError
from voxnym.evaluation.report import plots, words
from voxnym.evaluation.report.json_form import NAME as JSON_NAME
from voxnym.evaluation.report.json_form import to_json
from voxnym.evaluation.results import Attack, Evaluation, headline_rate

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE_NAME = "report.html"
_LINES = 7
_ORDER = ("voice", "content", "prosody", "durations", "words", "surroundings")
_KNOWLEDGE = ("unprotected", "ignorant", "lazy-informed", "semi-informed", "informed")


@dataclass(frozen=True)
class Picture:
    """A plot with what stands under it."""

    svg: str
    caption: str


def write_report(evaluation: Evaluation, folder: Path) -> tuple[Path, Path]:
    """Write the page and the JSON into a folder, each whole or not at all.

    Raises:
        OutputError: they cannot be written.
        MissingExtraError: Matplotlib or Jinja is not installed.
    """
    from voxnym.audio.atomic import atomic_output

    folder.mkdir(parents=True, exist_ok=True)
    page, plain = folder / PAGE_NAME, folder / JSON_NAME
    for path, text in ((page, report_page(evaluation)), (plain, to_json(evaluation))):
        with atomic_output(path, overwrite=True) as file:
            file.write(text.encode())
    return page, plain


def report_page(evaluation: Evaluation) -> str:
    """The page as text.

    Raises:
        MissingExtraError: Matplotlib or Jinja is not installed.
    """
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            e=evaluation,
            best=evaluation.headline,
            rows=ladder(evaluation),
            several_rules=len({attack.rule for attack in evaluation.attacks}) > 1,
            indicative=next((a.eer.indicative for a in evaluation.attacks), ""),
            heard=list(_grown(evaluation)),
            sizes=sorted({g.utterances for a in _grown(evaluation) for g in a.growth}),
            risks=list(words.risks(evaluation)),
            pictures=list(pictures(evaluation)),
        )
    )


def environment() -> Environment:
    """Templates with every value escaped.

    Raises:
        MissingExtraError: Jinja is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtraError('reports need Jinja: pip install "voxnym[report]"') from error
    made = Environment(
        loader=PackageLoader("voxnym.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shown"] = words.shown
    made.filters["short"] = words.short
    made.filters["sentence"] = words.sentence
    made.filters["label"] = label
    made.globals.update(
        named_rate=words.named_rate,
        headline=words.headline,
        linking=words.linking,
        headline_rate=headline_rate,
        difference=difference,
    )
    return made


_LABELS = {
    "rocch_eer": "EER of the convex hull",
    "min_cllr": "min Cllr",
    "tpr_at_1": "recognized at 1 % false alarms",
    "tpr_at_0.1": "recognized at 0.1 % false alarms",
    "linkability": "linkability D_sys",
    "zebra_population": "ZEBRA, population",
    "zebra_worst": "ZEBRA, worst case (log10 LR)",
    "rank_1": "right person first",
    "disclosure_mean": "rank disclosure, mean",
    "disclosure_max": "rank disclosure, largest",
    "local_mean": "disclosed by one utterance, mean",
    "local_max": "disclosed by one utterance, largest",
    "G_VD": "gain of voice distinctiveness, G_VD",
    "DeID": "de-identification, DeID",
    "folded_eer": "folded EER, min(e, 1 - e)",
}


def label(name: str) -> str:
    """What a measure is called in print."""
    return _LABELS.get(name, name.replace("_", " "))


def ladder(evaluation: Evaluation) -> list[Attack]:
    """Attackers as tables show them: by what they hear, then by what they know, strongest first."""
    return sorted(
        evaluation.attacks,
        key=lambda attack: (
            _ORDER.index(attack.hears),
            attack.rule,
            _KNOWLEDGE.index(attack.knowledge),
            headline_rate(attack).value,
        ),
    )


def _grown(evaluation: Evaluation) -> Iterator[Attack]:
    """Attackers whose gain by several utterances is worth a row."""
    for attack in ladder(evaluation):
        wanted = attack.hears in ("voice", "content", "prosody") and not attack.void
        if attack.growth and wanted and attack.knowledge != "unprotected":
            yield attack


def difference(after: float, before: float) -> str:
    """A signed difference.

    >>> difference(43.8, 21.0), difference(20, 21)
    ('+22.8', '−1.0')
    """
    return f"{after - before:+.1f}".replace("-", "−")


def pictures(evaluation: Evaluation) -> Iterator[Picture]:
    """All plots that the evaluation has data for."""
    best = evaluation.headline
    voices = [a for a in ladder(evaluation) if a.hears == "voice" and a.det and not a.void]
    if voices:
        yield Picture(
            plots.det_plot(voices[:_LINES], "Detection error trade-off"),
            "Detection error trade-off: the nearer a line is to the upper right, the less its "
            "attacker finds out. On the falling diagonal it would guess.",
        )
    if best and best.target_density:
        yield Picture(
            plots.density_plot(best, "Similarity scores of the strongest attacker"),
            f"Scores of {best.attacker}: the more the two hills overlap, the better people are "
            "hidden.",
        )
    grown = [attack for attack in voices if attack.growth]
    if grown:
        yield Picture(
            plots.growth_plot(grown[:_LINES], "Linking by number of utterances"),
            "How often the right person comes first: what one utterance hides, thirty together "
            "may tell.",
        )
    if evaluation.cloud is not None:
        yield Picture(
            plots.cloud_plot(evaluation.cloud, "Embeddings in the plane"),
            "Embeddings of the same utterances before and after (t-SNE; one colour a person). "
            "For the eye only: distances between far groups mean nothing.",
        )
    for name, rows in evaluation.similarity.items():
        yield Picture(
            plots.matrix_plot(rows, f"Voice similarity, {name}"),
            f"Voice similarity, {name}: a dark diagonal on light ground means voices that keep "
            "apart. 0.5: as likely one person as two.",
        )
