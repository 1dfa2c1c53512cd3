"""One dataset as text: verdict first, then evidence, money, and one command to run next.

At most :data:`MAX_LINES` lines: a hook's output has to fit on one screen. When there is more to
say, the least severe findings give way to one line that counts them.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.money import money_rows
from ftgate.render.phrases import DECISIONS
from ftgate.render.places import ordered, place, severity
from ftgate.render.style import OUTCOME_COLORS, SEVERITY_COLORS, columns, paint, spread

if TYPE_CHECKING:
    from ftgate.model import Finding
    from ftgate.report import DatasetReport

MAX_LINES = 25
_LABEL = 13  # columns of "alternative" and its gap
_MIN_FINDINGS = 3
_MIN_MESSAGE = 30  # columns below which wrapping makes a message unreadable


@dataclass(frozen=True, slots=True)
class Screen:
    """How text is laid out: columns, colours, and whether everything is wanted."""

    width: int
    color: bool
    verbose: bool


def dataset_lines(dataset: DatasetReport, screen: Screen) -> list[str]:
    """The lines of one dataset, without a line limit when ``screen.verbose``."""
    head = _header(dataset, screen)
    reasons = _reasons(dataset, screen)
    findings = _findings(dataset, screen)
    tail = [
        line
        for label, text in _once(_rows(dataset, screen))
        for line in labelled(label, text, screen)
    ]
    if not screen.verbose:
        room = MAX_LINES - len(head) - len(tail)
        reasons = _first(reasons, max(room - _MIN_FINDINGS, 1), "reason")
        findings = _first(findings, room - sum(map(len, reasons)), "finding")
    return [*head, *_flat(reasons), *_flat(findings), *tail]


def labelled(label: str, text: str, screen: Screen) -> list[str]:
    """``  label     text``, wrapped under itself."""
    return textwrap.wrap(
        text,
        width=screen.width,
        initial_indent=f"  {label:<{_LABEL}}",
        subsequent_indent=" " * (_LABEL + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _header(dataset: DatasetReport, screen: Screen) -> list[str]:
    word = paint(dataset.outcome.upper(), OUTCOME_COLORS[dataset.outcome], color=screen.color)
    left = f"{visible(dataset.name)}: {word} \u2014 {DECISIONS[dataset.decision]}"
    facts = [words.count(dataset.examples, "example")]
    if dataset.tokens is not None:
        encoding = dataset.tokens.encoding
        facts.append(words.count(dataset.tokens.total, "token"))
        facts.append(f"{encoding.name} ({encoding.exactness})")
    return spread(left, " \u00b7 ".join(facts), screen.width)


def _reasons(dataset: DatasetReport, screen: Screen) -> list[list[str]]:
    """What decided, unless a finding of the same rule says it with its places below."""
    shown = {finding.code for finding in dataset.findings}
    return [
        textwrap.wrap(
            visible(reason.text),
            width=screen.width,
            initial_indent="  ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for reason in dataset.reasons
        if reason.code not in shown
    ]


def _findings(dataset: DatasetReport, screen: Screen) -> list[list[str]]:
    findings = ordered(dataset.findings)
    names = max((len(finding.name) for finding in findings), default=0)
    decisive = {reason.code for reason in dataset.reasons}
    return [
        _finding(finding, names, screen, advise=screen.verbose or finding.code in decisive)
        for finding in findings
    ]


def _finding(finding: Finding, names: int, screen: Screen, *, advise: bool) -> list[str]:
    code = paint(finding.code, SEVERITY_COLORS[severity(finding)], color=screen.color)
    column = len(finding.code) + names + 5
    lines = _wrapped(visible(finding.message), column, screen)
    where = place(finding)
    if where and column + columns(lines[-1]) + columns(where) + 3 <= screen.width:
        lines[-1] += f"   {where}"
    elif where:
        lines.append(where)
    if advise and finding.next_step:
        lines.extend(_wrapped("\u2192 " + visible(finding.next_step), column, screen))
    head = f"  {code} {finding.name:<{names}}  {lines[0]}"
    return [head, *(" " * column + line for line in lines[1:])]


def _wrapped(text: str, column: int, screen: Screen) -> list[str]:
    """``text`` in lines that fit to the right of ``column``; at least one line."""
    width = max(screen.width - column, _MIN_MESSAGE)
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _rows(dataset: DatasetReport, screen: Screen) -> list[tuple[str, str]]:
    rows = money_rows(dataset, verbose=screen.verbose)
    if dataset.goal is not None and screen.verbose:
        rows.extend(
            ("goal", visible(f"{each.feature} {each.value}: {each.meaning}"))
            for each in dataset.goal.evidence
        )
    if dataset.waived:
        rows.append(("waived", visible("; ".join(dataset.waived))))
    if dataset.next_command:
        rows.append(("next", visible(dataset.next_command)))
    return rows


def _once(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same rows, each label only where it begins."""
    before = ["", *(label for label, _ in rows)]
    return [
        ("" if label == previous else label, text)
        for previous, (label, text) in zip(before, rows, strict=False)
    ]


def _first(groups: list[list[str]], room: int, noun: str) -> list[list[str]]:
    """As many whole groups as fit into ``room`` lines, the last line counting the rest."""
    if sum(map(len, groups)) <= room:
        return groups
    kept: list[list[str]] = []
    used = 1
    for group in groups:
        if used + len(group) > room:
            break
        kept.append(group)
        used += len(group)
    rest = len(groups) - len(kept)
    return [*kept, [f"  \u2026 and {words.count(rest, f'more {noun}')}: see them with -v"]]


def _flat(groups: list[list[str]]) -> list[str]:
    return [line for group in groups for line in group]
