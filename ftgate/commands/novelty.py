"""``--show-records`` without ``--diff``: the new words of answers that teach facts.

Reports carry no text of the data. Whoever asks to see it gets up to five lines per dataset, read
again from the files, with the words that the conversation does not contain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ftgate.commands.failures import readers_of
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from ftgate.commands.failures import Reader
    from ftgate.gate import CheckOptions
    from ftgate.model import Judgement
    from ftgate.report import Report

SHOWN = 5


def as_text(report: Report, paths: Sequence[str], options: CheckOptions) -> Iterator[str]:
    """A line for each shown answer: its place, why it was judged a fact, and its new words.

    ``paths`` and ``options`` are those of the report. Raises UnreadableError when a file has gone.
    """
    for dataset, reader in zip(report.datasets, readers_of(paths, options), strict=True):
        if dataset.goal is None:
            continue
        facts = [one for one in dataset.goal.judgements if one.knowledge][:SHOWN]
        for path in dict.fromkeys(one.path for one in facts):
            yield from _lines(path, [one for one in facts if one.path == path], reader)


def _lines(path: str, facts: Sequence[Judgement], reader: Reader) -> Iterator[str]:
    from ftgate.content.evidence import novel_terms

    wanted = {one.line: one for one in facts}
    for line in reader.lines(path):
        if fact := wanted.pop(line.number, None):
            example = reader.judge.judge(line).example
            terms = novel_terms(example.turns) if example else []
            yield f"{visible(path)}:{fact.line}: {fact.reason}: {visible(', '.join(terms))}\n"
        if not wanted:
            return
