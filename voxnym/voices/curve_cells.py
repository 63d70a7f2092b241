"""A curve cut into cells that are equally common, so that no cell tells more than another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.curve import Curve, Floats, Indices


@dataclass(frozen=True, eq=False)
class CurveCells:
    """Cells along a curve: vectors to numbers of cells, and back to what stands for a cell.

    Args:
        curve: through the vectors.
        edges: (cells - 1,) complex, ascending: `Places.order` at which the next cell begins.
        values: (cells, dims) what stands for each cell.

    Raises:
        InputError: sizes that do not fit, edges out of order, or values that are not finite.
    """

    curve: Curve
    edges: NDArray[np.complex128]
    values: Floats

    def __post_init__(self) -> None:
        edges = np.asarray(self.edges, np.complex128)
        values = np.asarray(self.values, np.float64)
        if values.ndim != 2 or edges.ndim != 1 or len(values) != edges.size + 1:
            raise InputError(
                f"{edges.shape} edges, values of shape {values.shape}: expected one edge less than "
                "there are cells"
            )
        if values.shape[1] != self.curve.dims:
            raise InputError(f"values of {values.shape[1]} dims on a curve of {self.curve.dims}")
        if not (np.isfinite(edges).all() and np.isfinite(values).all()):
            raise InputError("cells hold NaN or infinity")
        if (np.sort(edges) != edges).any():
            raise InputError("edges of cells are not in ascending order")
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "values", values)

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.values)

    def code(self, vectors: Floats) -> Indices:
        """(rows,) number of the cell that each of (rows, dims) vectors lies in."""
        order = self.curve.project(vectors).order
        return np.searchsorted(self.edges, order, side="right").astype(np.intp)


def even_cells(curve: Curve, vectors: Floats, count: int) -> CurveCells:
    """Cut a curve where each cell has equally many of these vectors, up to one.

    Vectors that share a corner are told apart by how far ahead of it they lie. What stands for a
    cell is the mean of its vectors: that is nearer to them than the mean of their places on the
    curve.

    Args:
        curve: through the vectors.
        vectors: (rows, dims), at least as many as cells, as few of them equal as possible.
        count: of cells, 2 or more.

    Raises:
        InputError: too few vectors, or so many equal ones that a cell stays empty.

    Source: occurrence normalisation of Vali and Bäckström, "Privacy PORCUPINE", Interspeech 2024,
        section 2.2, as quantiles of the position along the curve.
    """
    order = curve.project(vectors).order
    if not 2 <= count <= order.size:
        raise InputError(f"{count} cells for {order.size} vectors: expected 2 or more, and as many")
    starts = np.arange(1, count) * order.size // count
    edges = np.sort(order)[starts]
    codes = np.searchsorted(edges, order, side="right")
    sizes = np.bincount(codes, minlength=count)
    if not sizes.all():
        raise InputError(
            f"{int((sizes == 0).sum())} of {count} cells stay empty, since many vectors are equal; "
            "use fewer cells"
        )
    sums = np.zeros((count, curve.dims))
    np.add.at(sums, codes, np.asarray(vectors, np.float64))
    return CurveCells(curve, edges, sums / sizes[:, None])
