"""What the HTML page shows, computed from the report: the template only lays it out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.render import words
from ftgate.render.changes import since
from ftgate.render.escape import visible
from ftgate.render.html_marks import bars, timeline
from ftgate.render.opinion import opinion_rows
from ftgate.render.phrases import DECISIONS, break_even, decision
from ftgate.render.places import ordered, place, severity
from ftgate.report_json import plain, shown_break_even

if TYPE_CHECKING:
    from ftgate.model import BreakEven, Comparison, Finding, Option, Outcome
    from ftgate.report import DatasetReport, Report, TokenReport


class Room(NamedTuple):
    """How many datasets have a section, and how many rows of findings a page has, worst first.

    The other datasets stand in the table of all; the other findings are counted.
    """

    datasets: int = 25
    findings: int = 500


_WORST_FIRST: tuple[Outcome, ...] = ("error", "fail", "undecided", "pass")
_SEVERITIES = ("error", "warning", "info")


def page_view(report: Report, room: Room) -> dict[str, Any]:
    """Everything that the template names."""
    datasets = sorted(report.datasets, key=lambda each: _WORST_FIRST.index(each.outcome))
    shown = datasets[: room.datasets]
    rows = _rows_of_each(shown, room.findings)
    plans = dict(_settings(report))
    views = [
        {
            **_dataset(number, dataset, rows[number]),
            "timeline": timeline(dataset, report.as_of, _start(plans.get(dataset.name))),
        }
        for number, dataset in enumerate(shown, start=1)
    ]
    names = {dataset.name for dataset in datasets} - {dataset.name for dataset in shown}
    outcomes = Counter(dataset.outcome for dataset in datasets)
    return {
        "report": report,
        "headline": ", ".join(f"{outcomes[each]} {each}" for each in _WORST_FIRST if outcomes[each])
        or "nothing to judge",
        "rows": [
            _row(f"d{number}" if number <= len(shown) else "", each)
            for number, each in enumerate(datasets, start=1)
        ],
        "views": views,
        "count": words.count,
        "usd": words.usd,
        "settings": [
            (name, list(_flat(plan))) for name, plan in plans.items() if name not in names
        ],
        "data": [_payload(view) for view in views],
    }


def _row(target: str, dataset: DatasetReport) -> dict[str, Any]:
    """One line of the table of datasets; ``target`` is its section, "" without one."""
    point, training = shown_break_even(dataset), dataset.training
    return {
        "target": target,
        "dataset": dataset,
        "decision": decision(dataset),
        "training_usd": training.usd_high if training else None,
        "months": point.months if point else None,
        "break_even": _months(point) if point else "unknown",
    }


def _rows_of_each(datasets: list[DatasetReport], room: int) -> Counter[int]:
    """How many of the worst findings of the page each dataset has."""
    ranked = sorted(
        (_SEVERITIES.index(severity(finding)), number)
        for number, dataset in enumerate(datasets, start=1)
        for finding in dataset.findings
    )
    return Counter(number for _, number in ranked[:room])


def _dataset(number: int, dataset: DatasetReport, rows: int) -> dict[str, Any]:
    comparison = dataset.comparison
    point = shown_break_even(dataset)
    options = comparison.options if comparison else ()
    return {
        "id": f"d{number}",
        "dataset": dataset,
        "decision": decision(dataset),
        "facts": list(_facts(dataset)),
        "findings": [_finding(each) for each in ordered(dataset.findings)[:rows]],
        "unseen": len(dataset.findings) - rows,
        "tokens": dataset.tokens and _tokens(dataset.tokens),
        "comparison": comparison,
        "options": [_option(each, place) for place, each in enumerate(options)],
        "bars": bars(options),
        "live": _live(comparison),
        "break_even": break_even(point, comparison) if point and comparison else "",
        "volumes": [
            (each, DECISIONS[each.decision])
            for each in (comparison.at_volumes if comparison else ())
        ],
        "opinion": opinion_rows(dataset.opinion, verbose=True) if dataset.opinion else [],
        "change": since(dataset) if dataset.before else "",
    }


def _facts(dataset: DatasetReport) -> Iterator[tuple[str, str, str]]:
    """The numbers that people look for first, each with what has to be known about it."""
    yield "training examples", f"{dataset.examples:,}", ""
    if dataset.tokens:
        encoding = dataset.tokens.encoding
        yield "tokens an epoch", f"{dataset.tokens.total:,}", encoding.exactness
    training = dataset.training
    if training and training.usd_low is not None and training.usd_high is not None:
        epochs = words.int_range(training.epochs_low, training.epochs_high)
        epochs += " epoch" if epochs == "1" else " epochs"
        yield "training job", words.usd_range(training.usd_low, training.usd_high), epochs
    elif training:
        yield "training job", "unknown", ""
    point = shown_break_even(dataset)
    if point:
        yield "break-even", _months(point), f"against {point.against}" if point.against else ""
    if dataset.goal and dataset.goal.judged:
        judged = f"of {dataset.goal.judged:,} judged"
        yield "answers that teach facts", f"{dataset.goal.knowledge_share:.0%}", judged


def _months(point: BreakEven) -> str:
    """``2.4 months``, ``198,000 calls`` or ``never``."""
    if point.months is not None:
        return words.duration(point.months)
    return words.count(math.ceil(point.calls), "call") if point.calls is not None else "never"


def _finding(finding: Finding) -> dict[str, Any]:
    level = severity(finding)
    return {
        "finding": finding,
        "severity": level,
        "rank": _SEVERITIES.index(level),
        "place": place(finding),
    }


def _tokens(tokens: TokenReport) -> dict[str, Any]:
    lowest, bins = 0, []
    for upper, examples in tokens.histogram:
        bins.append((lowest + 1, upper, examples))
        lowest = upper
    limit = tokens.limit
    if limit is None:
        said = "No limit per example is known for this provider."
    elif tokens.over_limit:
        said = (
            f"{words.count(tokens.over_limit, 'example')} over the limit of {limit:,} tokens:"
            f" {words.count(tokens.truncated_tokens, 'token')} cut off."
        )
    else:
        said = f"No example is over the limit of {limit:,} tokens."
    return {"bins": bins, "said": said, "roles": [*tokens.by_role.items(), ("tools", tokens.tools)]}


def _option(option: Option, number: int) -> dict[str, Any]:
    return {
        "option": option,
        "number": number,
        "first": option.monthly_usd[0] if option.monthly_usd else None,
        "live": bool(option.terms),
    }


def _live(comparison: Comparison | None) -> dict[str, Any] | None:
    """The plan's own numbers, where the sliders begin; None where nothing can be added up."""
    if comparison is None:
        return None
    known = [each.terms for each in comparison.options if each.terms]
    tuned = [each for each in comparison.options if each.kind == "fine-tuned" and each.terms]
    if not known or not tuned:
        return None
    caches = [each["cache"] for each in known if "cache" in each]
    stated = [each["hit_ratio"] for each in caches if each["hit_ratio"] is not None]
    return {
        "calls": known[0]["calls_per_month"],
        "epochs": known[0]["epochs"],
        "max_epochs": max(len(each["job_usd"]) for each in (option.terms for option in tuned)),
        "caches": bool(caches),
        "hit": stated[0] if stated else None,
        "horizon": comparison.horizon_months,
        "max_horizon": max(36, 2 * comparison.horizon_months),
    }


def _payload(view: dict[str, Any]) -> dict[str, Any]:
    """What the script of the page computes with."""
    comparison, tokens = view["comparison"], view["dataset"].tokens
    return {
        "id": view["id"],
        "histogram": [list(each) for each in tokens.histogram] if tokens else [],
        "limit": tokens.limit if tokens else None,
        "plan": plain(view["live"]),
        "options": [
            {
                "name": visible(each.name),
                "kind": each.kind,
                "contends": each.contends,
                "monthly_usd": plain(each.monthly_usd),
                "upfront_usd": plain(each.upfront_usd),
                "terms": plain(each.terms) if each.terms else None,
            }
            for each in (comparison.options if comparison and view["live"] else ())
        ],
    }


def _settings(report: Report) -> Iterator[tuple[str, Any]]:
    """The settings of each dataset as JSON, or one table of all."""
    names = {dataset.name for dataset in report.datasets}
    if set(report.settings) <= names:
        yield from ((name, plain(value)) for name, value in report.settings.items())
    elif report.settings:
        yield "all datasets", plain(report.settings)


def _start(plan: Any) -> str | None:
    """The day of the job where the plan names one."""
    model = plan.get("model") if isinstance(plan, dict) else None
    start = model.get("start") if isinstance(model, dict) else None
    return start if isinstance(start, str) else None


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """``usage.horizon_months``, ``12``: what is stated, without empty tables."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for number, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{key}.{number}")
    elif value not in (None, "", []):
        yield key, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
