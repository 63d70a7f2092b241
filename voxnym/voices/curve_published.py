"""Occurrence normalisation of a curve as it was released, with its flaws, to compare with.

Not for use: cells are not equally common, neither on these vectors nor on others. See
`voxnym.voices.curve_cells` for the one that is.
"""

from __future__ import annotations

import numpy as np

from voxnym.errors import InputError
from voxnym.voices.curve import Curve, Floats


def published_codewords(curve: Curve, vectors: Floats, count: int) -> Floats:
    """Codewords that average equally many consecutive places on the curve, as released.

    Its flaws, kept: places within a segment are in the order of the data; a sum of a + f places is
    divided by a + 1, which pulls codewords to the origin; the fraction f is not carried on, so that
    the last places are never used; and vectors then go to the nearest codeword, whose cells are not
    these stretches of the curve.

    Args:
        curve: through the vectors.
        vectors: (rows, dims), more than codewords.
        count: of codewords.

    Returns:
        (count, dims); vectors belong to the nearest, `Curve(codewords).nearest_corner(vectors)`.

    Raises:
        InputError: too few vectors.

    Source: program of Vali and Bäckström, "Privacy PORCUPINE", Interspeech 2024, section 2.2.
    """
    places = curve.project_nearby(vectors)
    rows = len(places.points)
    if not 1 <= count < rows:
        raise InputError(f"{count} codewords for {rows} vectors: expected fewer")
    whole = rows // count
    fraction = rows / count - whole
    points = places.points[np.argsort(places.segment, kind="stable")]
    starts = whole * np.arange(count)
    sums = np.add.reduceat(points[: whole * count], starts, axis=0)
    # With a fraction of 0 the last chunk may have no next place; it would count for nothing.
    following = points[np.minimum(starts + whole, rows - 1)]
    return np.asarray((sums + fraction * following) / (whole + 1))
