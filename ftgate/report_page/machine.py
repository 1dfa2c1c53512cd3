"""A study for machines: the answer of ``ftgate cost``, with options, recommendation and risk."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ftgate.economics.amounts import rounded
from ftgate.economics.outlook_json import risk_dict, threshold_dict, tornado_dict
from ftgate.economics.scenario_json import scenario_dict
from ftgate.report_page.answer import recommendation, verdict
from ftgate.report_page.options import Line, Option
from ftgate.report_page.study import Study, Swept

SCHEMA = "ftgate/cost-report/1"
MARK = f'"schema": "{SCHEMA}"'


def study_dict(study: Study, version: str) -> dict[str, Any]:
    """Everything that the report says, by stable keys; exact money as decimal strings."""
    thresholds = [each for flips in study.flips for each in flips]
    return {
        "schema": SCHEMA,
        "tool": {"name": "ftgate", "version": version},
        "scenario": study.scenario.where,
        "verdict": verdict(study),
        "recommendation": list(recommendation(study)),
        "options": [_option(each) for each in study.options],
        "cheapest_prompt": study.rival.name,
        "cost": scenario_dict(study.scenario),
        "price_sweeps": {
            "base.input": [_swept(row) for row in study.input_sweep],
            "base.input+output_factor": [_swept(row) for row in study.both_sweep],
        },
        "tornado": tornado_dict(study.tornado),
        "thresholds": [threshold_dict(each) for each in thresholds],
        "risk": risk_dict(study.risk),
        "risk_without_shutdown": study.living and risk_dict(study.living),
        "remarks": dict(study.notes),
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "model": option.name,
        "kind": option.kind,
        "year_usd": _text(option.year_usd),
        "year_tokens_usd": _text(option.year_tokens_usd),
        "horizon_usd": _text(option.horizon_usd),
        "lines": [_line(*pair) for pair in zip(option.year, option.lines, strict=True)],
    }


def _line(year: Line, horizon: Line) -> dict[str, Any]:
    return {
        "item": horizon.item,
        "year_usd": _text(year.usd),
        "horizon_usd": _text(horizon.usd),
        "formula": horizon.formula,
    }


def _swept(row: Swept) -> dict[str, Any]:
    return {
        "value": _text(row.value),
        "variants": [
            {
                "kind": "hybrid" if variant.hybrid else "fine-tuned",
                "labelled": variant.labelled,
                "status": found.status,
                "months": None if found.months is None else _text(found.months),
                "decision": decision,
            }
            for variant, found, decision in row.outcomes
        ],
    }


def _text(value: Fraction) -> str:
    return f"{rounded(value, 15):f}"
