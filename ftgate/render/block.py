"""One dataset as text: verdict first, then evidence, money, and one command to run next.

At most :data:`MAX_LINES` lines: a hook's output has to fit on one screen. When there is more to
say, rows of money give way first, then the least severe findings, to one line that counts them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftgate.render import words
from ftgate.render.changes import since
from ftgate.render.escape import visible
from ftgate.render.money import money_rows
from ftgate.render.opinion import opinion_rows
from ftgate.render.phrases import decision
from ftgate.render.places import ordered, place, severity
from ftgate.render.style import OUTCOME_COLORS, SEVERITY_COLORS, columns, folded, paint, spread

if TYPE_CHECKING:
    from ftgate.model import Finding
    from ftgate.report import DatasetReport

MAX_LINES = 25
_LABEL = 13  # columns of "alternative" and its gap
_MIN_SAID = 4  # lines for what decided, before money gets any
_MIN_FINDINGS = 3
_MAX_WAIVED = 3
_MIN_MESSAGE = 30  # columns below which wrapping makes a message unreadable
_BELOW = 4  # where it stands instead, under its rule


@dataclass(frozen=True, slots=True)
class Screen:
    """How text is laid out: columns, colours, whether everything is wanted, lines a dataset."""

    width: int
    color: bool
    verbose: bool
    max_lines: int = MAX_LINES


def dataset_lines(dataset: DatasetReport, screen: Screen) -> list[str]:
    """The lines of one dataset, without a line limit when ``screen.verbose``."""
    head, reasons = _header(dataset, screen), _reasons(dataset, screen)
    findings, rows = _findings(dataset, screen), _rows(dataset, screen)
    closing = labelled("next", visible(dataset.next_command), screen)
    if not screen.verbose:
        room = screen.max_lines - len(head) - len(closing)
        said = sum(map(len, reasons + findings))
        rows = _last(rows, room - min(said, max(_MIN_SAID, (room + 1) // 2)))
        room -= sum(map(len, rows))
        reasons = _first(reasons, room - min(_MIN_FINDINGS, len(findings)), "reason")
        findings = _first(findings, room - sum(map(len, reasons)), "finding")
    return [*head, *_flat(reasons), *_flat(findings), *_flat(rows), *closing]


def labelled(label: str, text: str, screen: Screen) -> list[str]:
    """``  label     text``, wrapped under itself."""
    return folded(text, screen.width, f"  {label:<{_LABEL}}", " " * (_LABEL + 2))


def _header(dataset: DatasetReport, screen: Screen) -> list[str]:
    word = paint(dataset.outcome.upper(), OUTCOME_COLORS[dataset.outcome], color=screen.color)
    left = f"{visible(dataset.name)}: {word} \u2014 {decision(dataset)}"
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
        folded(visible(reason.text), screen.width, "  ", "  ")
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
    beside = column + _MIN_MESSAGE <= screen.width
    column = column if beside else _BELOW
    lines = _wrapped(visible(finding.message), column, screen)
    where = place(finding)
    if where and column + columns(lines[-1]) + columns(where) + 3 <= screen.width:
        lines[-1] += f"   {where}"
    elif where:
        lines.append(where)
    if advise and finding.rule:
        lines.extend(_wrapped(visible(finding.rule), column, screen))
    if advise and finding.next_step:
        lines.extend(_wrapped("\u2192 " + visible(finding.next_step), column, screen))
    below = [" " * column + line for line in lines]
    if beside:
        return [f"  {code} {finding.name:<{names}}  {lines[0]}", *below[1:]]
    return [f"  {code} {finding.name}", *below]


def _wrapped(text: str, column: int, screen: Screen) -> list[str]:
    """``text`` in lines that fit to the right of ``column``; at least one line."""
    width = max(screen.width - column, _MIN_MESSAGE)
    return folded(text, width) or [""]


def _rows(dataset: DatasetReport, screen: Screen) -> list[list[str]]:
    """The lines of each label: training, break-even and so on."""
    rows = money_rows(dataset, verbose=screen.verbose)
    if dataset.before is not None:
        rows.append(("change", since(dataset)))
    if dataset.goal is not None and screen.verbose:
        rows += [
            ("goal", visible(f"{each.feature} {each.value}: {each.meaning}"))
            for each in dataset.goal.evidence
        ]
    if dataset.opinion is not None:
        rows += opinion_rows(dataset.opinion, verbose=screen.verbose)
    groups: list[tuple[str, list[str]]] = []
    before = ""
    for label, text in rows:
        if label and label != before:
            groups.append((label, []))
        groups[-1][1].append(text)
        before = label
    lines = [_row(label, texts, screen) for label, texts in groups]
    return [*lines, _waived(dataset, screen)] if dataset.waived else lines


def _row(label: str, texts: list[str], screen: Screen) -> list[str]:
    """One label with its texts below each other."""
    return [
        line
        for number, text in enumerate(texts)
        for line in labelled("" if number else label, text, screen)
    ]


def _waived(dataset: DatasetReport, screen: Screen) -> list[str]:
    lines = labelled("waived", visible("; ".join(dataset.waived)), screen)
    if screen.verbose or len(lines) <= _MAX_WAIVED:
        return lines
    number = words.count(len(dataset.waived), "finding")
    return labelled("waived", f"{number}: see them with -v", screen)


def _last(groups: list[list[str]], room: int) -> list[list[str]]:
    """As many whole groups as fit into ``room`` lines, the last ones first."""
    kept: list[list[str]] = []
    for group in reversed(groups):
        if len(group) <= room:
            kept.insert(0, group)
            room -= len(group)
    return kept


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
    if not kept and room > 1:
        kept.append(groups[0][: room - 1])
    rest = len(groups) - len(kept)
    more = f"and {words.count(rest, f'more {noun}')}: see them" if rest else "see the rest"
    return [*kept, [f"  \u2026 {more} with -v"]]


def _flat(groups: list[list[str]]) -> list[str]:
    return [line for group in groups for line in group]
