"""What the readers of this room yield: a stretch of the file and the lines that replace it."""

from __future__ import annotations

from collections import Counter
from typing import Literal, NamedTuple

Holds = Literal["records", "invalid", "unclear", "rest", "nothing"]

MARK = "byte order mark"
CARRIAGE_RETURN = "CRLF line ending"
BLANK = "blank line"
COMMA = "trailing comma"
COMMENT = "comment"
ARRAY = "JSON array"
SPREAD = "pretty-printed record"
JOINED = "joined line"
FINAL_NEWLINE = "missing newline at the end"
DUPLICATE = "duplicate"
INVALID = "invalid line"
REFUSED = "refused record"
TOO_LONG = "over-long example"
NEAR_DUPLICATE = "near-duplicate"

FORMS = (ARRAY, SPREAD, JOINED, MARK, CARRIAGE_RETURN, COMMENT, COMMA, BLANK, FINAL_NEWLINE)
DROPS = (DUPLICATE, NEAR_DUPLICATE, INVALID, REFUSED, TOO_LONG)
"""The repairs that lose a record or a line that might have been one."""
KINDS = (*FORMS, *DROPS)
"""All repairs, in the order in which a report tells them."""

PLURALS = {ARRAY: "JSON arrays", FINAL_NEWLINE: "missing newlines at the end"}


class Piece(NamedTuple):
    """A stretch of the file.

    ``old`` of all pieces together is the file. ``new`` are the lines that replace it, without their
    endings; None keeps ``old`` as it stands. ``holds`` says what the new lines are: ``invalid``
    ones have no repair, ``unclear`` ones have more than one reading (an array among records), and
    ``rest`` continues a line that is too long to be held.
    """

    old: bytes
    new: tuple[bytes, ...] | None
    holds: Holds = "nothing"
    repairs: Counter[str] = Counter()  # noqa: RUF012 - never mutated

    @property
    def text(self) -> bytes:
        """What stands in the fixed file."""
        if self.new is None:
            return self.old
        return b"".join([line + b"\n" for line in self.new])

    @property
    def changed(self) -> bool:
        """Whether this is not what stood in the file."""
        return self.new is not None and self.text != self.old
