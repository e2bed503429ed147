"""CRC-32C, masked as event files carry it, of many records at once and by numpy alone.

A CRC is linear over GF(2): that of a message is the exclusive or of what each of its bytes gives by itself, which
depends on the byte and on how many bytes come after it. So all bytes of all records are looked up in one table and
summed up record by record.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
UInt8Array = npt.NDArray[np.uint8]
UInt32Array = npt.NDArray[np.uint32]
Int64Array = npt.NDArray[np.int64]

BLOCK_BYTES = 1024
"""Bytes at the end of a message that `shares` covers: a table of 1 MiB."""

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, its bits reversed
_MASK = 0xA282EAD8  # https://www.tensorflow.org/tutorials/load_data/tfrecord
_BLOCKS = 16
MAX_BYTES = BLOCK_BYTES * _BLOCKS
"""Longest message that `checksums` takes."""


@cache
def shares() -> UInt32Array:
    """Return what byte `b` with `d` bytes behind it gives to a CRC at [d, b], shape (BLOCK_BYTES, 256)."""
    table = np.empty((BLOCK_BYTES, 256), np.uint32)
    table[0] = np.arange(256)
    for _ in range(8):
        table[0] = (table[0] >> 1) ^ ((table[0] & 1) * np.uint32(_POLYNOMIAL))
    for distance in range(1, BLOCK_BYTES):
        table[distance] = _one_byte_on(table[distance - 1], table[0])
    return table


@cache
def _block_shares() -> UInt32Array:
    """Return what byte `b`, the i-th of a CRC, becomes when `n` whole blocks follow at [n, i, b]."""
    table = np.empty((_BLOCKS, 4, 256), np.uint32)
    table[0] = np.arange(256, dtype=np.uint32) << (8 * np.arange(4, dtype=np.uint32))[:, np.newaxis]
    first = shares()[0]
    one = table[0]
    for _ in range(BLOCK_BYTES):
        one = _one_byte_on(one, first)
    for blocks in range(1, _BLOCKS):
        table[blocks] = _replaced(table[blocks - 1], one)
    return table


def _one_byte_on(crc: UInt32Array, first: UInt32Array) -> UInt32Array:
    """Return the CRCs of the same messages with a zero byte behind them."""
    found: UInt32Array = (crc >> 8) ^ first[crc & 0xFF]
    return found


def _replaced(crc: UInt32Array, by: UInt32Array) -> UInt32Array:
    """Return for each CRC the sum of what its four bytes become; `by` is shape (4, 256)."""
    found: UInt32Array = by[0][crc & 0xFF] ^ by[1][crc >> 8 & 0xFF] ^ by[2][crc >> 16 & 0xFF] ^ by[3][crc >> 24]
    return found


@cache
def _zeros() -> UInt32Array:
    """Return the CRC of n zero bytes at [n], which a CRC's own beginning and end bring in; shape (MAX_BYTES + 1,)."""
    table = np.empty(MAX_BYTES + 1, np.uint32)
    entries, crc = _entries(), 0xFFFFFFFF
    for size in range(len(table)):
        table[size] = crc ^ 0xFFFFFFFF
        crc = (crc >> 8) ^ entries[crc & 0xFF]
    return table


@cache
def _entries() -> list[int]:
    entries: list[int] = shares()[0].tolist()
    return entries


def masked_checksum(data: bytes) -> int:
    """Return the masked CRC-32C of a few bytes."""
    entries, crc = _entries(), 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ entries[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def checksums(data: UInt8Array, begins: Int64Array, sizes: Int64Array) -> UInt32Array:
    """Return the CRC-32C of each message `data[begin:begin + size]`.

    Args:
        data: shape (bytes,).
        begins: shape (n,).
        sizes: shape (n,), from 0 to MAX_BYTES; their sum times 16 bytes is needed for a moment.
    """
    blocks = (sizes + BLOCK_BYTES - 1) // BLOCK_BYTES
    # The last block of a message is whole and the first one short, so that distances are those to a block's end.
    following = _counted_down(blocks)
    ends = np.repeat(begins + sizes, blocks) - following * BLOCK_BYTES
    block_sizes = np.minimum(BLOCK_BYTES, ends - np.repeat(begins, blocks))
    distances = _counted_down(block_sizes)
    places = np.repeat(ends, block_sizes) - 1 - distances
    crc = _summed(shares().reshape(-1)[distances * 256 + data[places]], block_sizes)
    far = following > 0
    if far.any():
        table = _block_shares().reshape(-1)
        base = following[far] * 1024
        near = crc[far]
        crc[far] = (
            table[base + (near & 0xFF)]
            ^ table[base + 256 + (near >> 8 & 0xFF)]
            ^ table[base + 512 + (near >> 16 & 0xFF)]
            ^ table[base + 768 + (near >> 24)]
        )
    return _summed(crc, blocks) ^ _zeros()[sizes]


def _counted_down(counts: Int64Array) -> Int64Array:
    """Return count - 1, ..., 1, 0 for each count, one after the other."""
    return np.repeat(np.cumsum(counts), counts) - 1 - np.arange(counts.sum())


def _summed(parts: UInt32Array, counts: Int64Array) -> UInt32Array:
    """Return the exclusive or of the first count of the parts, of the next count, and so on; 0 for a count of 0."""
    total = np.zeros(len(counts), np.uint32)
    some = counts > 0
    if some.any():
        total[some] = np.bitwise_xor.reduceat(parts, (np.cumsum(counts) - counts)[some])
    return total


def masked(crc: UInt32Array) -> UInt32Array:
    """Return CRCs as event files carry them: rotated and shifted, as a CRC of data that holds CRCs says little."""
    found: UInt32Array = np.add((crc >> 15) | (crc << 17), _MASK, dtype=np.uint32)
    return found


def unmasked(crc: UInt32Array) -> UInt32Array:
    """Return the CRCs that were masked."""
    rotated = np.subtract(crc, np.uint32(_MASK))
    found: UInt32Array = np.bitwise_or(rotated >> 17, rotated << 15, dtype=np.uint32)
    return found
