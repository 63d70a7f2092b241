"""Plots as SVG text that stands inside a page: drawn once, no script, readable in the dark."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from voxnym.errors import MissingExtraError
from voxnym.evaluation.results import Attack, Cloud

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

INSTALL = 'plots need Matplotlib: pip install "voxnym[report]"'
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")
"""Okabe and Ito's colours, which people with any colour vision tell apart."""
_STYLES = ("-", "--", "-.", ":")
_PROBABILITIES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
_INK = "currentColor"
_MARK = "#123456"


def drawn(draw: Callable[[Axes], None], title: str, size: tuple[float, float] = (5.2, 3.6)) -> str:
    """One plot as SVG text without a size of its own; ink takes the page's colour.

    Args:
        draw: fills the axes.
        title: read aloud by screen readers.
        size: inches.

    Raises:
        MissingExtraError: Matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error

    look: dict[str, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": title,
        "font.size": 9,
        "axes.edgecolor": _MARK,
        "axes.labelcolor": _MARK,
        "text.color": _MARK,
        "xtick.color": _MARK,
        "ytick.color": _MARK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.alpha": 0.25,
        "legend.frameon": False,
    }
    with mpl.rc_context(cast(Any, look)):
        canvas = Figure(figsize=size, layout="constrained")
        canvas.patch.set_alpha(0)
        axes = canvas.add_subplot()
        axes.patch.set_alpha(0)
        draw(axes)
        FigureCanvasSVG(canvas)
        return _inline(canvas, title)


def _inline(canvas: Canvas, title: str) -> str:
    from html import escape

    text = io.StringIO()
    canvas.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :].replace(_MARK, _INK)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # Names of XML vocabularies look like requests to whoever checks the page for them.
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = svg.replace("xlink:href", "href")
    head = f'<svg role="img" aria-label="{escape(title, quote=True)}"'
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    return svg.replace("<svg", head, 1)


def det_plot(attacks: Sequence[Attack], title: str) -> str:
    """Detection error trade-off on normal-deviate axes, one line for each attacker."""
    from scipy.special import ndtri

    def draw(axes: Axes) -> None:
        low, high = 0.0005, 0.9
        for number, attack in enumerate(attacks):
            alarm, miss = np.clip(np.array(attack.det).T, low, high)
            axes.plot(
                ndtri(alarm),
                ndtri(miss),
                color=COLOURS[number % len(COLOURS)],
                linestyle=_STYLES[number // len(COLOURS) % len(_STYLES)],
                label=attack.title,
            )
        ticks = ndtri(np.array(_PROBABILITIES))
        labels = [f"{100 * each:g}" for each in _PROBABILITIES]
        axes.set_xticks(ticks, labels)
        axes.set_yticks(ticks, labels)
        axes.set_xlim(ndtri(low), ndtri(high))
        axes.set_ylim(ndtri(low), ndtri(high))
        axes.plot([-4, 4], [4, -4], color="#999999", linewidth=0.6)
        axes.set_xlabel("other people taken for the person, %")
        axes.set_ylabel("person not recognized, %")
        axes.grid()
        axes.legend(fontsize=7, loc="upper right")

    return drawn(draw, title, (5.2, 4.6))


def density_plot(attack: Attack, title: str) -> str:
    """How scores of the same person and of different people lie."""

    def draw(axes: Axes) -> None:
        for points, colour, label in (
            (attack.target_density, COLOURS[1], "same person"),
            (attack.nontarget_density, COLOURS[0], "different people"),
        ):
            x, y = np.array(points).T
            axes.fill_between(x, y, alpha=0.35, color=colour, label=label, linewidth=0)
            axes.plot(x, y, color=colour, linewidth=1)
        axes.set_xlabel(f"score of {attack.attacker}")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_ylim(bottom=0)
        axes.legend(fontsize=8)

    return drawn(draw, title, (5.2, 2.6))


def growth_plot(attacks: Sequence[Attack], title: str) -> str:
    """How often the right person comes first, by how many utterances are at hand."""

    def draw(axes: Axes) -> None:
        among = {growth.among for attack in attacks for growth in attack.growth}
        for number, attack in enumerate(attacks):
            axes.plot(
                [growth.utterances for growth in attack.growth],
                [100 * growth.linked for growth in attack.growth],
                marker="o",
                markersize=4,
                color=COLOURS[number % len(COLOURS)],
                label=attack.title,
            )
        if len(among) == 1:
            axes.axhline(100 / among.pop(), color="#999999", linestyle=":", label="guessing")
        sizes = sorted({growth.utterances for a in attacks for growth in a.growth})
        axes.set_xscale("log")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set_ylim(0, 100)
        axes.set_xlabel("utterances of a person")
        axes.set_ylabel("right person first, %")
        axes.grid()
        axes.legend(fontsize=7)

    return drawn(draw, title)


def matrix_plot(rows: Sequence[Sequence[float]], title: str) -> str:
    """A voice similarity matrix: dark on the diagonal alone means distinct voices."""

    def draw(axes: Axes) -> None:
        image = axes.imshow(np.array(rows), vmin=0, vmax=1, cmap="Blues", interpolation="nearest")
        axes.set_xlabel("person")
        axes.set_ylabel("person")
        axes.set_xticks([])
        axes.set_yticks([])
        assert axes.figure is not None
        axes.figure.colorbar(image, ax=axes, label="similarity", shrink=0.8)

    return drawn(draw, title, (3.4, 2.8))


def cloud_plot(cloud: Cloud, title: str) -> str:
    """Embeddings in the plane; colour is the person, the shape says whether anonymized."""

    def draw(axes: Axes) -> None:
        points = np.array(cloud.points)
        people, anonymized = np.array(cloud.people), np.array(cloud.anonymized)
        for chosen, marker, label in (
            (~anonymized, "o", "original"),
            (anonymized, "x", "anonymized"),
        ):
            axes.scatter(
                points[chosen, 0],
                points[chosen, 1],
                c=people[chosen],
                cmap="hsv",
                vmin=0,
                vmax=max(int(people.max()), 1),
                s=12,
                linewidths=0.8,
                marker=marker,
                label=label,
            )
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.legend(fontsize=8)

    return drawn(draw, title, (5.2, 4.2))


Point = tuple[str, float, tuple[float, float], float, tuple[float, float]]


def trade_plot(points: Sequence[Point], utility: str, better: str, title: str) -> str:
    """Privacy against utility, intervals as crosses.

    Args:
        points: (system, EER %, its interval, utility, its interval).
        utility: name and unit of the second axis.
        better: "lower" or "higher".
        title: of the plot.
    """

    def draw(axes: Axes) -> None:
        for number, (system, rate, (low, high), value, (least, most)) in enumerate(points):
            colour = COLOURS[number % len(COLOURS)]
            axes.errorbar(
                rate,
                value,
                xerr=[[rate - low], [high - rate]],
                yerr=[[value - least], [most - value]],
                fmt="o",
                color=colour,
                capsize=2,
                linewidth=1,
            )
            axes.annotate(
                system, (rate, value), xytext=(6, 5), textcoords="offset points", fontsize=8
            )
        for each in (10, 20, 30, 40):
            axes.axvline(each, color="#999999", linewidth=0.5, linestyle=":")
        axes.set_xlim(0, 52)
        axes.set_xlabel("equal error rate of the strongest attacker, % (higher is more private)")
        axes.set_ylabel(f"{utility} ({better} is better)")
        axes.grid(axis="y")

    return drawn(draw, title)


def embedded(
    original: np.ndarray, anonymized: np.ndarray, people: Sequence[int], seed: int
) -> Cloud:
    """t-SNE of original and anonymized embeddings together.

    Args:
        original: (utterances, dims).
        anonymized: (utterances, dims), the same utterances.
        people: number of the person of each utterance.
        seed: of the layout.

    Raises:
        MissingExtraError: scikit-learn is not installed.

    Source: van der Maaten and Hinton, Visualizing data using t-SNE, 2008.
    """
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    both = np.concatenate([original, anonymized])
    perplexity = min(30.0, max((both.shape[0] - 1) / 3, 1.0))
    model = TSNE(2, perplexity=perplexity, metric="cosine", init="random", random_state=seed)
    flat = model.fit_transform(both)
    return Cloud(
        tuple((round(float(x), 3), round(float(y), 3)) for x, y in flat),
        (*people, *people),
        (False,) * len(original) + (True,) * len(anonymized),
    )
