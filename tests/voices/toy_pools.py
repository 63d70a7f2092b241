"""Pools of people whose answers are known beforehand."""

import numpy as np

from voxnym.voices.pool import Pool


def orthogonal(women: int, men: int) -> Pool:
    """Speaker i has the i-th unit vector; women come first."""
    count = women + men
    genders = ("f",) * women + ("m",) * men
    return Pool(np.eye(count), tuple(f"s{i:03}" for i in range(count)), genders, "toy")


def interleaved(count: int) -> Pool:
    """Speaker i has the i-th unit vector; women and men in turn, so that positions differ."""
    genders = tuple("fm"[i % 2] for i in range(count))
    return Pool(np.eye(count), tuple(f"s{i:03}" for i in range(count)), genders, "toy")


def gaussian(people: int = 60, dims: int = 6, each: int = 1, *, apart: float = 4.0, seed: int = 0):
    """Women and men around two means, dimensions of different spread, several vectors each."""
    rng = np.random.default_rng(seed)
    spread = np.linspace(2.0, 0.5, dims)
    genders = ["fm"[i % 2] for i in range(people)]
    centres = rng.standard_normal((people, dims)) * spread
    centres[:, -1] += np.where(np.array(genders) == "f", apart, -apart) / 2
    rows = np.repeat(np.arange(people), each)
    vectors = centres[rows] + 0.3 * rng.standard_normal((rows.size, dims)) * (each > 1)
    return Pool(vectors, tuple(f"p{i:03}" for i in rows), tuple(genders[i] for i in rows), "toy")


def unit(people: int = 60, dims: int = 6, **more) -> Pool:
    """The same, all vectors of length 1."""
    pool = gaussian(people, dims, **more)
    vectors = pool.vectors + 5.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Pool(vectors, pool.speakers, pool.genders, pool.embedder)


def draws(model, count, wish, seed=0):
    """(count, dims) voices, each from a generator of its own."""
    return np.array(
        [model.draw(np.random.default_rng([seed, i]), wish).vector for i in range(count)]
    )


def first_numbers(count, seed=0):
    """(count,) the first number of each of those generators."""
    return np.array([np.random.default_rng([seed, i]).random() for i in range(count)])
