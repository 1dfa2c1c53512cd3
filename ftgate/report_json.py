"""Report → the JSON contract ``ftgate/report/1``, described by ``report.schema.json``.

Keys only grow. Money is a decimal string, dates are ISO, tokens are integers, ratios are 0-1. Key
order is the order of the contract, so two reports can be compared line by line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ftgate.report import SCHEMA, fingerprint

if TYPE_CHECKING:
    from ftgate.model import BreakEven, Comparison, Finding, Goal, Option, Price, Training
    from ftgate.model.opinion import Opinion
    from ftgate.report import DatasetReport, Report, TokenReport

_SURROGATE = re.compile("[\ud800-\udfff]")


def to_dict(report: Report) -> dict[str, Any]:
    """The report as JSON values: dict, list, str, int, float, bool and None only."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "ftgate", "version": report.version},
        "outcome": report.outcome,
        "exit_code": report.exit_code,
        "as_of": report.as_of,
        "datasets": [_dataset(dataset) for dataset in report.datasets],
        "prices": [_price(price) for price in report.prices],
        "settings": plain(report.settings),
        "metrics": metrics(report),
    }


def dumps(report: Report) -> str:
    """The report as indented JSON text with a final newline.

    Non-ASCII characters are escaped: the text is the same on every terminal and in every locale,
    and nothing in it can control one.
    """
    return json.dumps(to_dict(report), indent=2, allow_nan=False) + "\n"


def metrics(report: Report) -> dict[str, int | float]:
    """Flat numbers for ``dvc metrics``, MLflow and CI; what is unknown is left out, never zero."""
    flat: dict[str, int | float] = {"datasets": len(report.datasets)}
    for outcome in ("pass", "fail", "undecided", "error"):
        flat[outcome] = sum(dataset.outcome == outcome for dataset in report.datasets)
    for dataset in report.datasets:
        for key, value in _dataset_metrics(dataset).items():
            if value is not None:
                flat[f"{_text(dataset.name)}.{key}"] = value
    return flat


def shown_break_even(dataset: DatasetReport) -> BreakEven | None:
    """The break-even that every format names: against the cheapest alternative.

    Where that one is never reached and the set passes all the same (the alternative is waived,
    say), it is the one against today's bill.
    """
    if dataset.comparison is None:
        return None
    best, today = dataset.comparison.break_even_best, dataset.comparison.break_even
    if best is None or (dataset.outcome == "pass" and best.calls is None and today is not None):
        return today
    return best


def plain(value: Any) -> Any:
    """Any settings value as JSON: dataclasses and mappings become objects, Decimal a string."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal):
        return _money(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {_text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return [plain(item) for item in sorted(value)]
    return [plain(item) for item in value]


def _dataset(dataset: DatasetReport) -> dict[str, Any]:
    return {
        "name": _text(dataset.name),
        "outcome": dataset.outcome,
        "decision": dataset.decision,
        "reasons": [plain(reason) for reason in dataset.reasons],
        "next_command": _text(dataset.next_command),
        "provider": _text(dataset.provider),
        "profile": _text(dataset.profile),
        "digest": dataset.digest,
        "files": [plain(file) for file in dataset.files],
        "tokens": dataset.tokens and _tokens(dataset.tokens),
        "training": dataset.training and _training(dataset.training),
        "goal": dataset.goal and _goal(dataset.goal),
        "duplicates": {key: dataset.duplicates.get(key) for key in _DUPLICATES},
        "findings": [_finding(dataset.name, finding) for finding in dataset.findings],
        "waived": [_text(waived) for waived in dataset.waived],
        "comparison": dataset.comparison and comparison_dict(dataset.comparison),
        "before": plain(dataset.before),
        "judge": dataset.opinion and _opinion(dataset.opinion),
    }


_DUPLICATES = ("exact", "near", "leaked_from_validation")
_ROLES = ("system", "user", "assistant", "tool")


def _tokens(tokens: TokenReport) -> dict[str, Any]:
    by_role = {role: tokens.by_role.get(role, 0) for role in _ROLES}
    by_role.update(sorted(tokens.by_role.items()))
    return {
        "encoding": tokens.encoding.name,
        "exactness": tokens.encoding.exactness,
        "factor": _money(tokens.encoding.factor),
        "note": _text(tokens.encoding.note),
        "total": tokens.total,
        "by_role": {_text(role): number for role, number in by_role.items()},
        "tools": tokens.tools,
        "images": tokens.images,
        "per_example": dict(tokens.per_example),
        "limit": tokens.limit,
        "over_limit": tokens.over_limit,
        "truncated_tokens": tokens.truncated_tokens,
        "histogram": [
            {"up_to": upper, "examples": examples} for upper, examples in tokens.histogram
        ],
    }


def _training(training: Training) -> dict[str, Any]:
    return {
        "model": _text(training.model),
        "provider": _text(training.provider),
        "epochs": {
            "low": training.epochs_low,
            "high": training.epochs_high,
            "used": training.epochs_used,
            "rule": training.epochs_rule,
        },
        "billable_tokens": {"low": training.billable_low, "high": training.billable_high},
        "usd": {"low": _money(training.usd_low), "high": _money(training.usd_high)},
        "confidence": training.confidence,
        "band_tokens": training.band_tokens,
        "notes": [_text(note) for note in training.notes],
        "price_ref": training.price_ref,
        "missing": plain(training.missing),
    }


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "label": goal.label,
        "knowledge_share": goal.knowledge_share,
        "knowledge_probability": goal.knowledge_probability,
        "confidence": goal.confidence,
        "volatile": goal.volatile_share,
        "volatile_share": goal.volatile_share,
        "lookup_share": goal.lookup_share,
        "judged": goal.judged,
        "examples": goal.examples,
        "evidence": [plain(evidence) for evidence in goal.evidence],
        "judgements": [
            {
                "path": _text(judgement.path),
                "line": judgement.line,
                "knowledge": judgement.knowledge,
                "volatile": judgement.volatile,
                "reason": _text(judgement.reason),
            }
            for judgement in goal.judgements  # without its terms: they are text of the data
        ],
    }


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return {
        "model": _text(opinion.model),
        "service": _text(opinion.service),
        "prompt_version": opinion.prompt_version,
        "sampled": opinion.sampled,
        "answered": opinion.answered,
        "malformed": opinion.malformed,
        "refused": opinion.refused,
        "compared": opinion.compared,
        "agreement": opinion.agreement,
        "kappa": opinion.kappa,
        "knowledge_share": {
            "rules": opinion.rules_knowledge_share,
            "model": opinion.model_knowledge_share,
        },
        "confusion": opinion.confusion,
        "disagreements": [plain(each) for each in opinion.disagreements],
        "tokens": {"prompt": opinion.prompt_tokens, "answer": opinion.answer_tokens},
        "usd": _money(opinion.usd),
        "price_refs": [_text(ref) for ref in opinion.price_refs],
        "advice": _text(opinion.advice),
    }


def _finding(dataset: str, finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity or "error",
        "message": _text(finding.message),
        "path": None if finding.path is None else _text(finding.path),
        "line": finding.lines[0] if finding.lines else None,
        "lines": list(finding.lines),
        "count": finding.count,
        "fingerprint": fingerprint(dataset, finding),
        "json_path": finding.json_path or None,
        "rule": _text(finding.rule),
        "undecided": finding.undecided,
        "next_step": _text(finding.next_step),
    }


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """The options, break-even and thresholds of one dataset."""
    return {
        "horizon_months": comparison.horizon_months,
        "baseline": _text(comparison.baseline),
        "best": _text(comparison.best),
        "options": [_option(option) for option in comparison.options],
        "leads_usd": {_text(name): _money(usd) for name, usd in comparison.leads_usd.items()},
        "break_even": _break_even(comparison.break_even),
        "break_even_best": _break_even(comparison.break_even_best),
        "thresholds": [plain(threshold) for threshold in comparison.thresholds],
        "assumptions": [_text(assumption) for assumption in comparison.assumptions],
        "undecided": [plain(missing) for missing in comparison.undecided],
        "at_volumes": [plain(volume) for volume in comparison.at_volumes],
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": _text(option.name),
        "kind": option.kind,
        "model": _text(option.model),
        "upfront_usd": _money(option.upfront_usd),
        "monthly_usd": [_money(month) for month in option.monthly_usd],
        "total_usd": _money(option.total_usd),
        "npv_usd": _money(option.npv_usd),
        "usable_until": plain(option.usable_until),
        "lines": [plain(line) for line in option.lines],
        "note": _text(option.note),
        "contends": option.contends,
        "terms": plain(option.terms),
    }


def _break_even(point: BreakEven | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {
        "status": point.status,
        "against": _text(point.against),
        "months": _money(point.months),
        "calls": None if point.calls is None else _money(point.calls),
        "date": plain(point.date),
        "before_usable_until": point.before_usable_until,
        "probability": None if point.probability is None else round(point.probability, 6),
    }


def _price(price: Price) -> dict[str, Any]:
    return {
        "ref": price.ref,
        "model": _text(price.model),
        "provider": _text(price.provider),
        "unit": price.unit,
        "usd": _money(price.usd),
        "source": _text(price.source),
        "url": _text(price.url),
        "as_of": price.as_of.isoformat(),
        "expires": plain(price.expires),
        "layer": price.layer,
        "confidence": _text(price.confidence),
    }


def _dataset_metrics(dataset: DatasetReport) -> dict[str, int | float | None]:
    severities = [finding.severity or "error" for finding in dataset.findings]
    flat: dict[str, int | float | None] = {
        "examples": dataset.examples,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
    }
    if dataset.tokens is not None:
        flat["tokens"] = dataset.tokens.total
    if dataset.goal is not None:
        flat["knowledge_share"] = dataset.goal.knowledge_share
    if dataset.opinion is not None:
        flat["judge_agreement"] = dataset.opinion.agreement
        flat["judge_kappa"] = dataset.opinion.kappa
        flat["judge_knowledge_share"] = dataset.opinion.model_knowledge_share
    if dataset.training is not None:
        flat["billable_tokens_high"] = dataset.training.billable_high
        flat["training_usd_high"] = _number(dataset.training.usd_high)
    point = shown_break_even(dataset)
    if point is not None:
        flat["break_even_months"] = _number(point.months)
        flat["break_even_calls"] = _number(point.calls)
    return flat


def _money(amount: Decimal | None) -> str | None:
    """A decimal string without exponent or trailing zeros: the same value, the same text."""
    if amount is None:
        return None
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _text(text: str) -> str:
    """Undecodable bytes of a path as visible escapes: strict JSON parsers refuse surrogates."""
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
