"""The pieces of a fix as a unified diff for people.

Text from data is hostile and may be private: unless it is asked for, words stand there as x's, but
for those that every record has, and the middle of a long line is left out. Control characters are
escaped. Such a diff is read, not applied.
"""

from __future__ import annotations

import re
from collections import deque

from ftgate.fixing.piece import Piece
from ftgate.render.escape import visible

CONTEXT = 3
"""Unchanged lines shown around a change, as diff and git do."""
HEAD_BYTES, TAIL_BYTES = 60, 30
"""What is shown of a long line: enough to know it again, and its end, where most repairs are."""

_PLAIN_WORDS = frozenset(
    [
        "messages",
        "role",
        "content",
        "system",
        "user",
        "assistant",
        "tool",
        "tools",
        "weight",
        "prompt",
        "completion",
        "text",
        "input",
        "output",
        "instruction",
        "conversations",
        "from",
        "value",
        "contents",
        "parts",
        "chosen",
        "rejected",
        "true",
        "false",
        "null",
        "preferred",
        "non",
    ]
)
"""Keys and words of the schemas, which give nothing away."""

_NO_NEWLINE = "\\ No newline at end of file"


class Diff:
    """Takes the pieces of one file, in order; :meth:`text` is the diff.

    No more of a line is kept than is shown. ``full`` shows whole lines.
    """

    def __init__(self, name: str, *, full: bool = False) -> None:
        self._name = visible(name)
        self._old, self._new = _Lines(full), _Lines(full)
        self._changed = False
        self._hunks = _Hunks()

    def add(self, piece: Piece) -> None:
        """Take the next piece. A line is compared when it has ended in both files."""
        self._old.take(piece.old)
        self._new.take(piece.text)
        self._changed = self._changed or piece.changed
        if not self._old.unfinished and not self._new.unfinished:
            self._compare()

    def text(self) -> str:
        """The whole diff, after the last piece; empty when nothing changes."""
        self._old.finish()
        self._new.finish()
        self._compare()
        lines = self._hunks.finish()
        if not lines:
            return ""
        return "\n".join([f"--- {self._name}", f"+++ {self._name}", *lines, ""])

    def _compare(self) -> None:
        removed, added = self._old.pop(), self._new.pop()
        if self._changed:
            self._hunks.change(removed, added)
        else:
            for line in removed:
                self._hunks.same(line)
        self._changed = False


class _Lines:
    """Bytes in, lines as they are shown out."""

    def __init__(self, full: bool) -> None:
        self._full = full
        self._shown: list[str] = []
        self._head, self._tail, self._size = b"", b"", 0

    @property
    def unfinished(self) -> bool:
        """Whether the last line has not ended yet."""
        return self._size > 0

    def take(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        *ended, rest = data.split(b"\n")
        for line in ended:
            self._hold(line)
            self._end()
        self._hold(rest)

    def finish(self) -> None:
        """End a last line that has no line feed."""
        if self._size:
            self._end()
            self._shown[-1] += f"\n{_NO_NEWLINE}"

    def pop(self) -> list[str]:
        """The lines since the last call."""
        shown, self._shown = self._shown, []
        return shown

    def _hold(self, data: bytes) -> None:
        room = len(data) if self._full else max(0, HEAD_BYTES + TAIL_BYTES - len(self._head))
        self._head += data[:room]
        self._tail = (self._tail + data[room:])[-TAIL_BYTES:]
        self._size += len(data)

    def _end(self) -> None:
        left_out = self._size - HEAD_BYTES - TAIL_BYTES
        if self._full or left_out <= 0:
            text = self._text(self._head)
        else:
            ends = (self._head[HEAD_BYTES:] + self._tail)[-TAIL_BYTES:]
            head = self._text(self._head[:HEAD_BYTES])
            text = f"{head} … {left_out:,} bytes … {self._text(ends)}"
        self._shown.append(text)
        self._head, self._tail, self._size = b"", b"", 0

    def _text(self, line: bytes) -> str:
        text = line.decode("utf-8", "replace")
        return visible(text if self._full else re.sub(r"[^\W_]+", _masked, text))


def _masked(word: re.Match[str]) -> str:
    return word[0] if word[0] in _PLAIN_WORDS else "x" * len(word[0])


class _Hunks:
    """Lines that stay and lines that change, in order → hunks."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._hunk: list[str] = []
        self._before: deque[str] = deque(maxlen=CONTEXT)
        self._after = 0  # unchanged lines at the end of the open hunk
        self._old = self._new = 0  # lines passed
        self._starts = (0, 0)

    def same(self, line: str) -> None:
        """A line of both files."""
        self._old += 1
        self._new += 1
        if not self._hunk:
            self._before.append(line)
            return
        self._hunk.append(f" {line}")
        self._after += 1
        if self._after > 2 * CONTEXT:
            self._close()

    def change(self, removed: list[str], added: list[str]) -> None:
        """Lines of the old file and what stands for them in the new one."""
        if not self._hunk:
            known = len(self._before)
            self._starts = (self._old - known, self._new - known)
            self._hunk = [f" {line}" for line in self._before]
            self._before.clear()
        self._hunk += [f"-{line}" for line in removed]
        self._hunk += [f"+{line}" for line in added]
        self._old += len(removed)
        self._new += len(added)
        self._after = 0

    def finish(self) -> list[str]:
        """All hunks with their headers."""
        if self._hunk:
            self._close()
        return self._done

    def _close(self) -> None:
        surplus = max(0, self._after - CONTEXT)
        kept = self._hunk[: len(self._hunk) - surplus]
        self._before.extend(line[1:] for line in self._hunk[-surplus:] if surplus)
        old, new = (self._old - surplus, self._new - surplus)
        sizes = (old - self._starts[0], new - self._starts[1])
        places = (
            f"{start + (size > 0)},{size}" for start, size in zip(self._starts, sizes, strict=True)
        )
        self._done.append("@@ -{} +{} @@".format(*places))
        self._done += kept
        self._hunk, self._after = [], 0
