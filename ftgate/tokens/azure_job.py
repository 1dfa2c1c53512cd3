"""``trained_tokens`` in the JSON of an Azure fine-tuning job: a number of characters, not the bill.

Azure reports epochs x a quarter of the UTF-16 code units of the training file, line ends left out.
That is exact on the four files with a public job (seven jobs), emoji included, and 1.3 to 1.4 times
the bill on text. The bill is ``Training tokens billed`` in the events of the job.
"""

from __future__ import annotations

from typing import BinaryIO

CHARACTERS_PER_TOKEN = 4

_CHUNK_BYTES = 1 << 20
# UTF-8 bytes that start no code unit: continuations, and line ends, which are not counted.
_NOT_COUNTED = bytes(range(0x80, 0xC0)) + b"\r\n"
# Lead bytes of characters outside the basic plane: two code units each.
_PAIRS = bytes(range(0xF0, 0xF8))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def utf16_units(stream: BinaryIO) -> int:
    """UTF-16 code units of a UTF-8 file without its line ends and its byte order mark.

    No public job had a byte order mark: that it does not count is an assumption.
    """
    chunk = stream.read(_CHUNK_BYTES)
    units = -1 if chunk.startswith(_BYTE_ORDER_MARK) else 0
    while chunk:
        units += len(chunk.translate(None, _NOT_COUNTED))
        units += len(chunk) - len(chunk.translate(None, _PAIRS))
        chunk = stream.read(_CHUNK_BYTES)
    return units


def reported_tokens(units: int, epochs: int) -> int:
    """What the finished job says it trained on; rounded down before it is multiplied."""
    return epochs * (units // CHARACTERS_PER_TOKEN)
