"""Converts whole files line by line, and keeps account of what did not come along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from ftgate.convert import convert
from ftgate.convert.chat import CannotSayError, Writer, json_text
from ftgate.formats import Format, detect
from ftgate.formats.as_chat import from_json
from ftgate.readers.jsonl import Line, read_jsonl

LINES = 20
"""First places kept of each kind."""
MAX_KEYS = 100
"""Keys that are told apart; data may have one of its own in every record."""
_OTHER_KEYS = "other keys"
_HARMLESS = {"byte-order-mark"}


@dataclass(slots=True)
class Places:
    """How often, and the first lines."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one more; a line is listed once."""
        self.count += 1
        if len(self.lines) < LINES and line not in self.lines[-1:]:
            self.lines.append(line)


@dataclass(slots=True)
class Account:
    """What became of every line: converted, refused (with the reason) or blank.

    ``lost`` are the keys that were left behind; ``refusals`` the first ``(line, why)``.
    """

    converted: int = 0
    refused: int = 0
    blank: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    lost: dict[str, Places] = field(default_factory=dict)
    refusals: list[tuple[int, str]] = field(default_factory=list)

    def lose(self, keys: list[str], line: int) -> None:
        """Note the keys that one record lost."""
        for key in keys:
            known = key in self.lost or len(self.lost) < MAX_KEYS
            self.lost.setdefault(key if known else _OTHER_KEYS, Places()).add(line)

    def refuse(self, why: str, line: int) -> None:
        """Note a record that cannot be converted."""
        self.refused += 1
        if len(self.refusals) < LINES:
            self.refusals.append((line, why))


def convert_stream(
    stream: BinaryIO,
    write: Writer,
    account: Account,
    *,
    source: Format | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """The converted lines in order; ``account`` is filled on the way. Memory is one line.

    ``source`` overrides detection; ``progress`` is told the number of each line.
    """
    for line in read_jsonl(stream):
        if progress is not None:
            progress(line.number)
        if line.blank:
            account.blank += 1
            continue
        try:
            yield _convert(line, write, account, source)
        except CannotSayError as error:
            account.refuse(str(error), line.number)


def _convert(line: Line, write: Writer, account: Account, source: Format | None) -> bytes:
    for problem in line.problems:
        if problem.kind not in _HARMLESS:
            raise CannotSayError(f"{problem.kind}: {problem.detail}")
    record = from_json(line.raw.decode("utf-8-sig"))  # unlike orjson exact for any integer
    if record is None:
        raise CannotSayError("nested too deeply")
    found = source or detect(record)
    if found is None:
        raise CannotSayError("unknown schema: name it with --from")
    written, lost = convert(record, found, write)
    text = json_text(written)
    account.converted += 1
    account.sources[found.name] = account.sources.get(found.name, 0) + 1
    account.lose(lost, line.number)
    return f"{text}\n".encode()
