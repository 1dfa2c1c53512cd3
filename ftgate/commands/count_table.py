"""The table, the histogram and the JSON of ``ftgate count``."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from ftgate.render import fit, words
from ftgate.render.escape import quiet, visible

if TYPE_CHECKING:
    from ftgate.commands.count_tokens import Counts, FileCount

ROLES = ("system", "user", "assistant", "tool")
_PARTS = (*ROLES, "tools", "overhead")
_NUMBERS = ("examples", "invalid", "tokens", "by_role", "tools", "overhead")
_BARS = 12
_BAR_COLUMNS = 40
_EIGHTHS = " \u258f\u258e\u258d\u258c\u258b\u258a\u2589"


def as_text(counts: Counts, more: list[str], width: int) -> str:
    """Rows of data files, their total, prompts, and how tokens per example are distributed.

    ``more`` are the lines of bills and of the cookbook's rule, ``width`` the columns of the screen.
    """
    lines = _table(counts, width) if counts.counted else []
    if counts.lengths:
        lines += ["", _quantile_line(counts.lengths), *_histogram(counts.lengths, width)]
    if counts.problems:
        longest = max(len(visible(file.path)) for file in counts.problems)
        lines += [""] if lines else []
        lines += ["not counted (ftgate check says more):"]
        lines += [
            f"  {visible(file.path):<{longest}}  {visible(file.problem)}"
            for file in counts.problems
        ]
    if skipped := sum(file.invalid for file in counts.counted):
        lines += ["", f"{words.count(skipped, 'broken record')} not counted: see ftgate check"]
    lines += more
    encoding = counts.encoding
    source = f"tokens: {encoding.name} ({encoding.exactness}), engine: {counts.engine}"
    lines += ["", source + (f" \u00b7 {visible(counts.note)}" if counts.note else "")]
    return "\n".join(lines) + "\n"


def as_json(counts: Counts, more: dict[str, list[dict[str, Any]]]) -> str:
    """The same numbers for machines; ``more`` are bills and cookbook counts, by dataset."""
    document: dict[str, Any] = {
        "schema": "ftgate/count/1",
        "encoding": counts.encoding.name,
        "exactness": counts.encoding.exactness,
        "files": [_file(file) for file in counts.files],
        "total": sum(file.tokens for file in counts.counted if file.role != "prompt"),
        "complete": not counts.problems,
        "per_example": _quantiles(counts.lengths),
        "histogram": [
            {"from": low, "to": high, "examples": number}
            for low, high, number in _bins(counts.lengths)
        ],
        **more,
    }
    return quiet(json.dumps(document, indent=2)) + "\n"


def _file(file: FileCount) -> dict[str, Any]:
    """``tokens = sum(by_role) + tools + overhead``; null is unknown, not zero."""
    path = file.path.encode("utf-8", "backslashreplace").decode()
    if file.problem:
        unknown = dict.fromkeys(_NUMBERS)
        return {"path": path, "role": file.role or None, **unknown, "problem": file.problem}
    numbers = [file.examples, file.invalid, file.tokens]
    by_role = {role: file.by_role.get(role, 0) for role in ROLES}
    values = [*numbers, by_role, file.tools, file.overhead]
    return {
        "path": path,
        "role": file.role,
        **dict(zip(_NUMBERS, values, strict=True)),
        "problem": None,
    }


def _table(counts: Counts, width: int) -> list[str]:
    data = [file for file in counts.counted if file.role != "prompt"]
    names = [name for name in _PARTS if any(_parts(file)[name] for file in data)]
    head = ["file", "role", "examples", "tokens", *names]
    rows = [_cells(file, names) for file in data]
    if len(data) > 1:
        sums = (sum(_parts(file)[name] for file in data) for name in names)
        examples = sum(file.examples for file in data)
        tokens = sum(file.tokens for file in data)
        rows.append(["total", "", *(f"{each:,}" for each in (examples, tokens, *sums))])
    rows += [_cells(file, names) for file in counts.counted if file.role == "prompt"]
    blocks = fit.table(head, rows, width, right=range(2, len(head)))
    return [line for block in blocks for line in block]


def _cells(file: FileCount, names: list[str]) -> list[str]:
    start = [visible(file.path), file.role]
    if file.role == "prompt":
        return [*start, "", f"{file.tokens:,}", *("" for _ in names)]
    parts = _parts(file)
    return [*start, f"{file.examples:,}", f"{file.tokens:,}", *(f"{parts[n]:,}" for n in names)]


def _parts(file: FileCount) -> dict[str, int]:
    """What ``tokens`` is the sum of."""
    roles = {role: file.by_role.get(role, 0) for role in ROLES}
    return {**roles, "tools": file.tools, "overhead": file.overhead}


def _quantiles(lengths: Counter[int]) -> dict[str, int]:
    """min, p5, median, p95 and max of tokens per example; empty without examples."""
    total = sum(lengths.values())
    if not total:
        return {}
    shares = {"min": 0.0, "p5": 0.05, "median": 0.5, "p95": 0.95, "max": 1.0}
    found: dict[str, int] = {}
    for name, share in shares.items():
        rank, seen = share * (total - 1), 0
        for length in sorted(lengths):
            seen += lengths[length]
            if seen > rank:
                found[name] = length
                break
    return found


def _quantile_line(lengths: Counter[int]) -> str:
    parts = [f"{name} {number:,}" for name, number in _quantiles(lengths).items()]
    return "tokens per example: " + " \u00b7 ".join(parts)


def _bins(lengths: Counter[int]) -> list[tuple[int, int, int]]:
    """``(from, to, examples)`` in at most twelve equal bins with round edges; ``to`` is inside."""
    if not lengths:
        return []
    low, high = min(lengths), max(lengths)
    step = _round_step((high - low + 1) / _BARS)
    start = low // step * step
    counts: Counter[int] = Counter()
    for length, number in lengths.items():
        counts[(length - start) // step] += number
    return [
        (start + index * step, start + (index + 1) * step - 1, counts[index])
        for index in range((high - start) // step + 1)
    ]


def _round_step(width: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, 100 … that is at least ``width``."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            if factor * scale >= width:
                return factor * scale
        scale *= 10


def _histogram(lengths: Counter[int], screen: int) -> list[str]:
    bins = _bins(lengths)
    tallest = max(number for _, _, number in bins)
    width = len(f"{bins[-1][1]:,}")
    room = min(_BAR_COLUMNS, screen - 2 * width - len(f"{tallest:,}") - len("    \u2013  "))
    return [
        f"  {low:>{width},}\u2013{high:<{width},}  "
        f"{_bar(number, tallest, room):<{room}} {number:,}".rstrip()
        for low, high, number in bins
    ]


def _bar(number: int, tallest: int, room: int) -> str:
    """A bar with eighths of a column; what is not zero is never invisible."""
    eighths = max(number * room * 8 // tallest, 1) if number else 0
    return "\u2588" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
