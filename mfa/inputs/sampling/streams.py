"""The unit cube: which share of its law each factor draws in each sample.

Every number depends on the seed, the factor's name and the sample's place in the design, and on nothing else: not on
the other factors, the chunk, the process or the machine. All of it is arithmetic of 64-bit integers with a single
division at the end, so the bits are the same everywhere.

- ``lhs``: Latin hypercube. The stratum of sample i is a keyed permutation of 0 to n - 1, taken at i (a Feistel network
  on the next power of four, walked until it falls below n), so that no permutation is ever stored.
- ``sobol``: Sobol sequence, scrambled bit by bit with a key for each factor (nested uniform scrambling).
- ``random``: independent draws.

References
----------
McKay, Beckman and Conover (1979), A comparison of three methods for selecting values of input variables in the analysis
of output from a computer code, Technometrics 21(2). Sobol (1967), On the distribution of points in a cube and the
approximate evaluation of integrals, USSR Computational Mathematics and Mathematical Physics 7(4). Joe and Kuo (2008),
Constructing Sobol sequences with better two-dimensional projections, SIAM Journal on Scientific Computing 30(5). Owen
(1995), Randomly permuted (t,m,s)-nets and (t,s)-sequences. Black and Rogaway (2002), Ciphers with arbitrary finite
domains. Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

METHODS = ("lhs", "sobol", "random")
SCHEME = "mfa-1"
"""Part of every key: a later scheme draws other numbers and says so."""
MOST_SAMPLES = 2**30
SOBOL_BITS = 32
_ROUNDS, _FEW, _ROUNDS_OF_FEW = 8, 64, 24
"""Rounds of the network; a small domain needs more of them to give all permutations alike."""
_BELOW_ONE = 1.0 - 2.0**-53
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mixed(words: Words) -> Words:
    """Scramble 64-bit words one by one: the output function of SplitMix64, a bijection.

    Examples
    --------
    The first number of SplitMix64 with seed 0:

    >>> hex(int(mixed(np.array([0x9E3779B97F4A7C15], dtype=np.uint64))[0]))
    '0xe220a8397b1dcdaf'
    """
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    return words ^ (words >> np.uint64(31))


def factor_keys(seed: int, names: Sequence[str], purpose: str, count: int = 1) -> Words:
    """Keys of factors: array [count, factor].

    Examples
    --------
    >>> one, two = factor_keys(1, ["a"], "lhs"), factor_keys(1, ["b", "a"], "lhs")
    >>> bool(one[0, 0] == two[0, 1])
    True
    """
    return _keys(int(seed), tuple(names), purpose, count)


@functools.lru_cache(maxsize=8)
def _keys(seed: int, names: tuple[str, ...], purpose: str, count: int) -> Words:
    """Keys of factors, made once: a design asks for the same ones with every part of it."""
    keys = np.empty((count, len(names)), dtype=np.uint64)
    for column, name in enumerate(names):
        text = f"{SCHEME}|{purpose}|{seed}|{name}".encode()
        digest = b"".join(hashlib.sha256(text + bytes([part])).digest() for part in range((count + 3) // 4))
        keys[:, column] = np.frombuffer(digest, dtype="<u8")[:count]
    keys.flags.writeable = False
    return keys


def words_at(key: Words, place: Words) -> Words:
    """The word at a place of the stream of a key; the two broadcast."""
    return mixed(key + (place + np.uint64(1)) * _GOLDEN)


def open_shares(words: Words) -> Floats:
    """Words as shares strictly between 0 and 1, in steps of 2^-53."""
    return np.minimum(((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53, _BELOW_ONE)


def permuted(keys: Words, size: int, places: Words) -> Words:
    """Where keyed permutations of 0 to size - 1 send places.

    Parameters
    ----------
    keys : array [round, factor]
    size : int
    places : array [place, 1] or [place, factor]

    Returns
    -------
    array [place, factor]

    Examples
    --------
    >>> keys = factor_keys(1, ["a"], "lhs", count=24)
    >>> sorted(permuted(keys, 5, np.arange(5, dtype=np.uint64)[:, None])[:, 0].tolist())
    [0, 1, 2, 3, 4]
    """
    half = np.uint64(max(1, ((size - 1).bit_length() + 1) // 2))
    found = _feistel(keys, half, np.broadcast_to(places, (len(places), keys.shape[1])))
    outside = np.nonzero(found >= size)
    while len(outside[0]):
        again = _feistel(keys[:, outside[1]], half, found[outside])
        found[outside] = again
        still = again >= size
        outside = (outside[0][still], outside[1][still])
    return found


def _feistel(keys: Words, half: np.uint64, words: Words) -> Words:
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = words >> half, words & mask
    for key in keys:
        left, right = right, left ^ (mixed(mixed(right ^ key) + key) & mask)
    return (left << half) | right


def latin_hypercube(seed: int, names: Sequence[str], size: int, start: int, stop: int) -> Floats:
    """Samples start to stop of a Latin hypercube of a given size: array [sample, factor]."""
    places = np.arange(start, stop, dtype=np.uint64)[:, None]
    rounds = _ROUNDS if size > _FEW else _ROUNDS_OF_FEW
    stratum = permuted(factor_keys(seed, names, "lhs", rounds), size, places)
    inside = open_shares(words_at(factor_keys(seed, names, "jitter"), stratum))
    return np.minimum((stratum.astype(np.float64) + inside) / size, _BELOW_ONE)


def random_numbers(seed: int, names: Sequence[str], start: int, stop: int) -> Floats:
    """Samples start to stop of independent draws: array [sample, factor]."""
    places = np.arange(start, stop, dtype=np.uint64)[:, None]
    return open_shares(words_at(factor_keys(seed, names, "random"), places))


def sobol_sequence(seed: int, names: Sequence[str], dimensions: Sequence[int], start: int, stop: int) -> Floats:
    """Samples start to stop of a scrambled Sobol sequence: array [sample, factor].

    Parameters
    ----------
    dimensions : sequence of int
        Dimension of the sequence that each factor uses.
    """
    import copy
    import warnings

    if not names:
        return np.empty((stop - start, 0))
    sequence = copy.deepcopy(_sequence(max(dimensions) + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # balance is spoken of where the design is made
        if start:
            sequence.fast_forward(start)
        points = sequence.random(stop - start)[:, list(dimensions)]
    words = (points * 2.0**SOBOL_BITS).astype(np.uint64)
    scrambled = owen_scrambled(factor_keys(seed, names, "sobol"), words)
    return (scrambled.astype(np.float64) + 0.5) * 2.0**-SOBOL_BITS


@functools.lru_cache(maxsize=4)
def _sequence(dimensions: int) -> Any:
    """Sequence at its first point; reading the direction numbers takes longer than a chunk of points."""
    from scipy.stats import qmc

    return qmc.Sobol(dimensions, scramble=False, bits=SOBOL_BITS)


def owen_scrambled(keys: Words, words: Words) -> Words:
    """Flip each bit of 32-bit words by a coin that depends on the key and on the bits above it: [sample, factor]."""
    result = np.zeros_like(words)
    for level in range(SOBOL_BITS):
        above = words >> np.uint64(SOBOL_BITS - level)
        coin = words_at(keys + np.uint64(level), above) >> np.uint64(63)
        bit = (words >> np.uint64(SOBOL_BITS - 1 - level)) & np.uint64(1)
        result |= (bit ^ coin) << np.uint64(SOBOL_BITS - 1 - level)
    return result


def unit_cube(
    method: str, seed: int, names: Sequence[str], dimensions: Sequence[int], size: int, start: int, stop: int
) -> Floats:
    """Shares of samples start to stop of a design, without rank correlation.

    Parameters
    ----------
    method : {"lhs", "sobol", "random"}
    seed : int
    names : sequence of str
        Factors.
    dimensions : sequence of int
        Dimension of each factor in a Sobol sequence.
    size : int
        Samples of the whole design.
    start, stop : int
        Samples wanted.

    Returns
    -------
    array [sample, factor], 1, in ]0, 1[

    Examples
    --------
    Each fifth of the range is met once by five samples:

    >>> shares = unit_cube("lhs", 7, ["a", "b"], [0, 1], 5, 0, 5)
    >>> np.sort(np.floor(shares * 5), axis=0).T
    array([[0., 1., 2., 3., 4.],
           [0., 1., 2., 3., 4.]])
    """
    if method == "lhs":
        return latin_hypercube(seed, names, size, start, stop)
    if method == "sobol":
        return sobol_sequence(seed, names, dimensions, start, stop)
    return random_numbers(seed, names, start, stop)
