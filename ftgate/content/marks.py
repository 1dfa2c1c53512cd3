"""What is kept of each example to find repetitions later: digests and signatures, never text.

Marks of two pieces of a file, or of two files, are joined end to end, so any split of a file gives
the same marks. What they say together is found by :mod:`ftgate.content.duplicates`.

Up to ``WHOLE_BYTES`` every example of a role is marked. Of more, a share is: examples with equal
prompts are chosen together, signatures are of the examples with the smallest record digests.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import unicodedata
import zlib
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.model import Example

if TYPE_CHECKING:
    from ftgate.content.shingles import Signer

SMALL_BYTES = 2_000_000
"""Data of all files of a set that is compared without numpy, in about a tenth of a second."""

WHOLE_BYTES = 32_000_000
"""Data of one role that is searched whole: about 0.8 seconds of CPU time."""

ANSWER_BYTES = 16_000_000
"""Data of one role whose answers are all looked at. Of more, so much is: 10,000 examples know a
share of one half to within half a point, and one of 1% to within a tenth (standard errors)."""

TEMPLATE_BYTES = 250_000
"""Data of which skeletons are taken; 150 examples know a share to within four points."""

SHORT_CHARS = 40
"""An answer up to this long may be a class label."""

LONG_CHARS = 200
"""An answer from this long on is not repeated by chance."""

WINDOW_CHARS = 1000
"""Signatures are of so much of the prompt's end and of the answer's beginning."""

SHORT, LONG = 1, 2  # the lowest two bits of an answer's digest say how long it is
WORDY = 1  # the lowest bit of a prompt's: at least three words, so no mere greeting

SHOWN = 5  # places kept of each kind of repetition

ReadTexts = Callable[[int, list[int]], Iterable[tuple[str, str]]]
"""Index of a file and lines in it, ascending → what was said before each answer, and the answer."""

_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_SPACE = bytes(range(33))
_END_CHARS = 64
_FOLDED_CHARS = 200


class Search(NamedTuple):
    """How far repetitions are looked for.

    ``share`` (0-1) of the examples is marked, of ``template_share`` the skeleton is taken, and the
    answers of ``answer_share`` are looked at.
    ``grams`` keeps word sequences that tell a leak into another split. ``common`` are shingles of
    text that most examples share, which says nothing about any two of them. A ``small`` set is
    not signed: it is compared by its texts, which ``kept`` has by line when it was read in this
    process.
    """

    share: float = 1.0
    template_share: float = 1.0
    answer_share: float = 1.0
    grams: bool = False
    common: tuple[int, ...] = ()
    small: bool = False
    kept: dict[int, tuple[str, str]] | None = None


WHOLE = Search()
"""Every example, in a set without another split."""


def share_of(size_bytes: int, whole_bytes: int) -> float:
    """The share (0-1) of so much data that is within the budget."""
    return min(1.0, whole_bytes / size_bytes) if size_bytes else 1.0


def limit_of(share: float) -> int:
    """The share of all 64-bit digests is below this number."""
    return round(share * 2**64)


def _ints() -> array[int]:
    return array("I")


def _longs() -> array[int]:
    return array("Q")


@dataclass(slots=True)
class Marks:
    """Columns of numbers, one row per marked example.

    ``lines``, ``prompts`` and ``answers`` belong together (a prompt of 0 is none), so do
    ``signed``, ``records`` and ``bands`` (:data:`~ftgate.content.shingles.BANDS` values a row),
    ``templated`` and ``templates``, ``gram_lines`` and ``grams``. Lines count from 1; the others
    are digests.
    """

    lines: array[int] = field(default_factory=_ints)
    prompts: array[int] = field(default_factory=_longs)
    answers: array[int] = field(default_factory=_longs)
    signed: array[int] = field(default_factory=_ints)
    records: array[int] = field(default_factory=_longs)
    bands: array[int] = field(default_factory=_ints)
    templated: array[int] = field(default_factory=_ints)
    templates: array[int] = field(default_factory=_longs)
    gram_lines: array[int] = field(default_factory=_ints)
    grams: array[int] = field(default_factory=_longs)

    def merge(self, other: Marks) -> None:
        """Add the marks of later lines, or of another file."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))

    def columns(self) -> dict[str, array[int]]:
        """The columns that are not empty, by name."""
        return {name: column for name in self.__slots__ if (column := getattr(self, name))}

    def shift(self, lines: int) -> None:
        """Count lines from so many lines earlier."""
        for name in ("lines", "signed", "templated", "gram_lines"):
            moved = array("I", [line + lines for line in getattr(self, name)])
            setattr(self, name, moved)

    def to_json(self) -> dict[str, str]:
        """JSON values for the cache."""
        return {name: base64.b64encode(getattr(self, name)).decode() for name in self.__slots__}

    @classmethod
    def from_json(cls, data: dict[str, str]) -> Marks:
        """Inverse of :meth:`to_json`."""
        marks = cls()
        for each in fields(cls):
            getattr(marks, each.name).frombytes(base64.b64decode(data[each.name]))
        return marks


class Part(NamedTuple):
    """One file: its name, whether it is held out, its number of examples and their marks."""

    name: str
    held_out: bool
    examples: int
    marks: Marks


class Marker:
    """Marks the examples of one stream; :meth:`close` ends it."""

    def __init__(self, search: Search) -> None:
        from ftgate.content.skeleton import skeleton

        self.marks = Marks()
        self._skeleton = skeleton
        self._search = search
        self._whole = search.share == 1
        self._signed_below = limit_of(search.share)
        self._templated_below = limit_of(search.template_share)
        self._prompts_below = round(search.share * 2**32)
        self._signer: Signer | None = None  # numpy takes a while to load, and few hooks need it

    def add(self, line: int, digest: int, example: Example) -> None:
        """Mark one example; ``digest`` is that of its bytes, 64 bits."""
        if not example.turns:
            return
        at = answer_at(example)
        record = digest  # of a sample, bytes tell the records apart: fewer prompts are digested
        if self._whole:
            record = self._mark(line, digest, example, at)
        elif self._chosen(example.turns[at - 1][1] if at else ""):
            self._mark(line, digest, example, at)
        if self._search.kept is not None:
            self._search.kept[line] = parts_of(example)
        if digest < self._signed_below and not self._search.small:
            self._sign(line, record, window_of(*parts_of(example)))
        if digest < self._templated_below:
            skeleton = self._skeleton(*parts_of(example)).encode(*_AS_UTF8)
            self.marks.templated.append(line)
            self.marks.templates.append(_number(skeleton))

    def close(self) -> Marks:
        """The marks of all examples added."""
        if self._signer is not None:
            self._signer.flush()
        return self.marks

    def _mark(self, line: int, digest: int, example: Example, at: int) -> int:
        """Digest the prompt and the answer, which begins at a turn; returns what the two make."""
        before = example.turns[:at]
        prompt = digest if example.images else _prompt_digest(before, example.tools)
        answer = _answer_digest(example.turns[at:], example.calls)
        marks = self.marks
        marks.lines.append(line)
        marks.prompts.append(prompt)
        marks.answers.append(answer)
        return mixed(prompt, answer)

    def _chosen(self, prompt: str) -> bool:
        """Whether examples with this prompt are in the share: told by its two ends."""
        ends = normal(prompt[:_END_CHARS] + prompt[-_END_CHARS:])
        return zlib.crc32(ends) < self._prompts_below

    def _sign(self, line: int, record: int, text: str) -> None:
        if self._signer is None:
            from ftgate.content.shingles import Signer

            self._signer = Signer(self.marks, self._search)
        self._signer.add(line, record, text)


_AS_UTF8 = ("utf-8", "surrogatepass")


def answer_at(example: Example) -> int:
    """Index of the turn that is taught: after it, and before it, is what it was said to."""
    if example.prompt is not None:
        return len(example.prompt.turns)
    for index in range(len(example.turns) - 1, -1, -1):
        if example.turns[index][0] == "assistant":
            return index
    return len(example.turns)


def parts_of(example: Example) -> tuple[str, str]:
    """What was said before the answer, without the system prompt, and the answer with its calls."""
    at = answer_at(example)
    before = [text for role, text in example.turns[:at] if role not in ("system", "developer")]
    after = [text for _, text in example.turns[at:]]
    return "\n".join(before), "\n".join((*after, *example.calls))


def window_of(prompt: str, answer: str) -> str:
    """What is signed of an example: where the prompt ends and the answer begins."""
    return f"{prompt[-WINDOW_CHARS:]}\n{answer[:WINDOW_CHARS]}"


def mixed(prompt: int, answer: int) -> int:
    """Digest of an example from those of its two parts."""
    return (prompt ^ answer * 0x9E3779B97F4A7C15) % 2**64


def normal(text: str) -> bytes:
    """A text without what makes no other text of it: letter case and white space.

    Beyond ASCII, case and composition are folded in short texts only: in long ones it is slow, and
    nothing but case hardly ever differs.
    """
    if len(text) <= _FOLDED_CHARS and not text.isascii():
        text = unicodedata.normalize("NFC", text.casefold())
    return text.encode(*_AS_UTF8).translate(_LOWER, _SPACE)


def _prompt_digest(turns: list[tuple[str, str]], tools: list[Any] | None) -> int:
    """Digest of everything before the answer; 0 when nothing was asked."""
    if not any(role != "system" and text and not text.isspace() for role, text in turns):
        return 0
    said = [_system(text) if role == "system" else _said(role, text) for role, text in turns]
    if tools:
        said.append(repr(tools).encode(*_AS_UTF8))
    wordy = len(turns) > 2 or len(turns[-1][1].split(None, 2)) > 2
    return (_number(b"\x1e".join(said)) & ~WORDY) | (WORDY if wordy else 0)


def _answer_digest(turns: list[tuple[str, str]], calls: list[str]) -> int:
    said = [normal(text) for _, text in turns]
    said += [normal(call) for call in calls]
    length = sum(len(text) for _, text in turns)
    kind = SHORT if 0 < length <= SHORT_CHARS else LONG if length >= LONG_CHARS else 0
    return (_number(b"\x1e".join(said)) & ~3) | kind


def _said(role: str, text: str) -> bytes:
    return role.encode() + b"\x1f" + normal(text)


@functools.lru_cache(maxsize=64)
def _system(text: str) -> bytes:
    return hashlib.sha256(normal(text)).digest()


def _number(data: bytes) -> int:
    """A 64-bit digest that is the same on every machine."""
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
