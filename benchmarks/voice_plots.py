"""Pictures of made voices beside real ones: how alike they are, and where they lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from voice_methods import METHODS, ByGender, unit

from voxnym.evaluation.metrics.distribution_laws import pair_cosines
from voxnym.records import Gender

REAL = "real, held out"
SHOWN = ("averages, as B1", "DPX as published", "DPX improved")
COLOURS = {REAL: "#222222", "averages, as B1": "#D55E00", "DPX as published": "#56B4E9",
           "DPX improved": "#009E73"}  # fmt: skip
MARKS = {REAL: "o", "averages, as B1": "s", "DPX improved": "^"}
TITLES: dict[Gender, str] = {"f": "women", "m": "men"}
POINTS = 400

Floats = NDArray[np.float64]


def draw_plots(folder: Path, pool: ByGender, held: ByGender, rng: np.random.Generator) -> None:
    """Write `similarities.png` and `places.png`.

    Args:
        folder: made if it is not there.
        pool: what voices are made from.
        held: real people to compare with; as many voices are made.
        rng: makes them.
    """
    import matplotlib

    matplotlib.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    sets: dict[str, ByGender] = {REAL: held}
    sets |= {name: METHODS[name](pool, held, rng) for name in SHOWN}
    _similarities(folder / "similarities.png", sets)
    _places(folder / "places.png", {name: sets[name] for name in MARKS})


def _similarities(file: Path, sets: dict[str, ByGender]) -> None:
    """Density of the cosines of all pairs within each set."""
    import matplotlib.pyplot as plt
    from scipy.stats import gaussian_kde

    figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True, layout="constrained")
    places = np.linspace(0.2, 1.0, POINTS)
    for panel, (gender, title) in zip(panels, TITLES.items(), strict=True):
        for name, voices in sets.items():
            density = gaussian_kde(pair_cosines(voices[gender]))(places)
            style = "--" if name == REAL else "-"
            panel.plot(places, density, style, color=COLOURS[name], label=name, linewidth=1.8)
        panel.set(title=title, xlabel="cosine of two different voices", xlim=(0.2, 1.0))
        panel.set_ylim(0, 14)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("density (averages go on above)")
    panels[0].legend(frameon=False)
    figure.savefig(file, dpi=120)
    plt.close(figure)


def _places(file: Path, sets: dict[str, ByGender]) -> None:
    """t-SNE of all sets at once for each gender, with the law of each coordinate beside it."""
    import matplotlib.pyplot as plt
    from matplotlib.gridspec import GridSpec
    from sklearn.manifold import TSNE

    figure = plt.figure(figsize=(11, 5.4))
    grid = GridSpec(
        2, 5, figure, width_ratios=(4, 1, 0.4, 4, 1), height_ratios=(1, 4), wspace=0.05, hspace=0.05
    )
    for number, (gender, title) in enumerate(TITLES.items()):
        rows = np.concatenate([unit(voices[gender]) for voices in sets.values()])
        found = TSNE(2, perplexity=20, init="pca", random_state=0).fit_transform(rows)
        parts = np.split(found, np.cumsum([len(v[gender]) for v in sets.values()])[:-1])
        main = figure.add_subplot(grid[1, 3 * number])
        above = figure.add_subplot(grid[0, 3 * number], sharex=main)
        beside = figure.add_subplot(grid[1, 3 * number + 1], sharey=main)
        for name, points in zip(sets, parts, strict=True):
            main.scatter(*points.T, s=16, marker=MARKS[name], color=COLOURS[name], alpha=0.7,
                         label=name, linewidths=0)  # fmt: skip
            above.plot(*_law(points[:, 0], found[:, 0]), color=COLOURS[name])
            beside.plot(*_law(points[:, 1], found[:, 1])[::-1], color=COLOURS[name])
        above.set_title(title)
        for panel in (main, above, beside):
            panel.set(xticks=[], yticks=[])
        for panel in (above, beside):
            panel.set_axis_off()
        if number == 0:
            figure.legend(
                *main.get_legend_handles_labels(), loc="lower center", ncols=3, frameon=False
            )
    figure.savefig(file, dpi=120, bbox_inches="tight")
    plt.close(figure)


def _law(values: Floats, everybody: Floats) -> tuple[Floats, Floats]:
    from scipy.stats import gaussian_kde

    places = np.linspace(everybody.min(), everybody.max(), POINTS)
    return places, np.asarray(gaussian_kde(values)(places))
