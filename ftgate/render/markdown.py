"""Markdown for job summaries and comments on pull requests.

At most :data:`MAX_CHARS` characters: GitHub refuses a comment of more than 65,536, and drops the
whole job summary of a step that is over its limit. What does not fit is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.render.escape import visible
from ftgate.render.money import money_rows
from ftgate.render.phrases import decision
from ftgate.render.places import ordered, place, severity
from ftgate.render.words import count

if TYPE_CHECKING:
    from ftgate.report import DatasetReport, Report

MARK = "<!-- ftgate -->"
"""First line of every report: by it a comment is found again and updated."""

MAX_CHARS = 60_000
MAX_FINDINGS = 20
"""Of one dataset; they are sorted worst first."""

_SIGNS = {"pass": "✅", "fail": "❌", "undecided": "❓", "error": "💥"}
_WORST_FIRST = ("error", "fail", "undecided", "pass")
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~&#$]|:(?=//)")
_BLOCK = re.compile(r"\A(\s*\d{0,9})([-+=.)])")  # a list or an underline, where text begins a line
# Of a person, a team or an issue; and what GitHub makes a link without "://".
_MENTION = re.compile(r"(?<=[@#])(?=\w)|(?<=\bwww)(?=\.)|(?<=\bgh-)(?=\d)", re.I)


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """A table of verdicts, then each dataset that does not pass with its findings and money."""
    del color, width, verbose
    datasets = sorted(report.datasets, key=lambda each: _WORST_FIRST.index(each.outcome))
    blocks = [_head(report), *_table(datasets), *map(_details, datasets)]
    closing = f"<sub>ftgate {report.version}, judged for {report.as_of}</sub>\n"
    return "\n".join([*_fitting(blocks, MAX_CHARS - len(closing)), closing])


def _head(report: Report) -> str:
    outcomes = [dataset.outcome for dataset in report.datasets]
    counts = [f"{outcomes.count(each)} {each}" for each in _WORST_FIRST if each in outcomes]
    datasets = count(len(outcomes), "dataset")
    return f"{MARK}\n## {_SIGNS[report.outcome]} ftgate: {datasets}, {', '.join(counts)}\n"


def _table(datasets: list[DatasetReport]) -> Iterator[str]:
    if not datasets:
        return
    rows = [
        f"| {escaped(each.name)} | {_SIGNS[each.outcome]} {each.outcome} | {decision(each)} "
        f"| {each.examples:,} | {f'{each.tokens.total:,}' if each.tokens else ''} |\n"
        for each in datasets
    ]
    yield "| dataset | verdict | decision | examples | tokens |\n|---|---|---|--:|--:|\n" + "".join(
        _rows_fitting(rows)
    )


def _rows_fitting(rows: list[str]) -> list[str]:
    """Rows for a third of the room, so that the worst datasets still get their details."""
    kept, room = list[str](), MAX_CHARS // 3
    for row in rows:
        room -= len(row)
        if room < 0:
            return [*kept, f"| … and {len(rows) - len(kept):,} more | | | | |\n"]
        kept.append(row)
    return kept


def _details(dataset: DatasetReport) -> str:
    shown = "" if dataset.outcome == "pass" else " open"
    lines = [f"<details{shown}><summary><b>{_html(dataset.name)}</b></summary>\n"]
    if dataset.findings:
        lines += ["| | rule | finding |", "|---|---|---|", *_finding_rows(dataset), ""]
    lines += [f"- **{label or '…'}** {escaped(text)}" for label, text in _money(dataset)]
    if dataset.next_command:
        lines.append(f"- **next** {escaped(dataset.next_command)}")
    return "\n".join([*lines, "\n</details>\n"])


def _money(dataset: DatasetReport) -> list[tuple[str, str]]:
    return money_rows(dataset, verbose=False)


def _finding_rows(dataset: DatasetReport) -> Iterator[str]:
    findings = ordered(dataset.findings)
    for finding in findings[:MAX_FINDINGS]:
        where = place(finding)
        text = escaped(finding.message) + (f"<br>{escaped(where)}" if where else "")
        if finding.next_step:
            text += f"<br>→ {escaped(finding.next_step)}"
        yield f"| {severity(finding)} | {finding.code} {finding.name} | {text} |"
    if len(findings) > MAX_FINDINGS:
        yield f"| … | | and {count(len(findings) - MAX_FINDINGS, 'more finding')} |"


def _fitting(blocks: list[str], room: int) -> list[str]:
    """As many whole blocks as fit, the last line counting the rest."""
    kept: list[str] = []
    for number, block in enumerate(blocks):
        room -= len(block) + 1
        if room < 200:  # for the line below
            rest = len(blocks) - number
            return [*kept, f"… {count(rest, 'more dataset')}: see the report of the job.\n"]
        kept.append(block)
    return kept


def escaped(text: str) -> str:
    """Text from data as Markdown shows it: no markup, no link, no one mentioned."""
    plain = _BLOCK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", visible(text)))
    return _MENTION.sub("\u200b", plain)


def _html(text: str) -> str:
    plain = "".join(f"&#{ord(each)};" if each in "&<>[]`:" else each for each in visible(text))
    return _MENTION.sub("\u200b", plain)
