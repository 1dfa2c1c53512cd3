"""``ftgate count --rule cookbook``: the numbers of OpenAI's notebook beside our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ftgate.render import words
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftgate.commands.count_tokens import Counts, SetCount
    from ftgate.tokens.cookbook import Cookbook, Spread


@dataclass(frozen=True, slots=True)
class SetCookbook:
    """The notebook's numbers of one dataset, and our tokens of one epoch of it."""

    name: str
    book: Cookbook
    own_tokens: int


def cookbook_sets(counts: Counts) -> list[SetCookbook]:
    """Read the training files again, by the notebook's rule; sets without chat are left out."""
    from ftgate.tokens.engines import open_counter

    counter = open_counter(counts.encoding.name, size_bytes=0)
    found = ((one, _read(one, counter.count)) for one in counts.sets if one.train)
    return [
        SetCookbook(one.name, book, one.train.tokens) for one, book in found if book and one.train
    ]


def _read(one: SetCount, count: Callable[[str], int]) -> Cookbook | None:
    from ftgate.readers.compressed import open_data
    from ftgate.readers.jsonl import read_jsonl
    from ftgate.tokens.cookbook import Tally

    tally = Tally(count)
    for path in one.train_paths:
        with open_data(path) as stream:
            for line in read_jsonl(stream):
                tally.add(line.record)
    return tally.result()


def as_lines(books: list[SetCookbook]) -> list[str]:
    """One paragraph per dataset."""
    from ftgate.tokens.cookbook import MAX_EXAMPLE_TOKENS

    lines: list[str] = []
    for one in books:
        book, limit = one.book, f"{MAX_EXAMPLE_TOKENS:,}"
        charged = f"{book.tokens_per_epoch:,} an epoch x {book.epochs} epochs = {book.charged:,}"
        rows = [
            ("examples", f"{book.examples:,}, {book.over_limit:,} over {limit} tokens"),
            ("tokens", f"{charged} (at most {limit} per example)"),
            ("an example", _spread(book.total)),
            ("answers", _spread(book.answers)),
            ("ftgate", f"{one.own_tokens:,} an epoch: what OpenAI bills, 1 per example and not 3"),
        ]
        if book.crashes:
            rows.append(("note", f"the notebook stops at {words.count(book.crashes, 'record')}"))
        lines += ["", f"OpenAI cookbook, for comparison: {visible(one.name)}"]
        lines += [f"  {label:<10} {text}" for label, text in rows]
    if books:
        lines += ["  p10 and p90 are what the notebook prints as p5 and p95"]
    return lines


def _spread(spread: Spread) -> str:
    return " \u00b7 ".join(f"{name} {value:,}" for name, value in spread._asdict().items())


def as_dict(one: SetCookbook) -> dict[str, Any]:
    """JSON values."""
    book = one.book
    return {
        "dataset": one.name,
        "examples": book.examples,
        "per_example": book.total._asdict(),
        "answers": book.answers._asdict(),
        "over_limit": book.over_limit,
        "tokens_per_epoch": book.tokens_per_epoch,
        "epochs": book.epochs,
        "charged_tokens": book.charged,
        "crashes": book.crashes,
        "ftgate_tokens_per_epoch": one.own_tokens,
    }
