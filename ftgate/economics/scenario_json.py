"""A scenario's answer for machines: money as decimal strings, ratios and months too."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ftgate.economics.amounts import rounded
from ftgate.economics.breakeven import Payback, payback
from ftgate.economics.scenario import Scenario, Variant
from ftgate.economics.scenario_flips import (
    SweepRow,
    best_prompt,
    indifference,
    month,
    net_at_limit,
    padded,
    saving,
    stop_value,
    uncached,
)
from ftgate.economics.scenario_services import Service
from ftgate.economics.traffic import Traffic
from ftgate.economics.worth import Worth, worth
from ftgate.model import Decision

SCHEMA = "ftgate/cost/1"


def scenario_dict(
    scenario: Scenario, swept: tuple[str, list[SweepRow]] | None = None
) -> dict[str, Any]:
    """Everything that the text says, by stable keys; ``sweep`` is empty without one."""
    line = indifference(scenario)
    found = scenario.suitability
    return {
        "schema": SCHEMA,
        "title": scenario.title,
        "calls_per_month": _text(scenario.calls),
        "horizon_months": scenario.horizon_months,
        "limit_months": _text(scenario.limit_months),
        "suitability": {"answer": found.answer, "decision": found.decision, "text": found.text},
        "today": _service(scenario, scenario.base),
        "training_usd": _text(scenario.training_usd),
        "labelling_usd": _text(scenario.labelling_usd),
        "engineering_usd": _text(scenario.engineering_usd),
        "discount_rate": _text(scenario.discount_rate),
        "variants": [_variant(scenario, each) for each in scenario.variants],
        "indifference": line
        and {
            "usd_per_query_token": _text(line.query),
            "usd_per_answer_token": _text(line.answer),
            "usd": _text(line.dollars),
        },
        "sweep": sweep_list(swept),
        "alternatives": [_alternative(scenario, each) for each in scenario.alternatives],
        "usable_until": scenario.usable_until and scenario.usable_until.isoformat(),
        "usable_months": scenario.life_months,
    }


def _service(scenario: Scenario, service: Service) -> dict[str, Any]:
    return {
        "model": service.name,
        "monthly_usd": _text(scenario.steady_month(service)),
        "first_month_usd": _text(month(service, scenario)),
        "horizon_usd": _text(scenario.over_horizon(service)),
    }


def _variant(scenario: Scenario, variant: Variant) -> dict[str, Any]:
    found, decision = scenario.judge(variant)
    truncated = None
    if scenario.life_months is not None:
        short = payback(scenario.flow(variant, life_months=scenario.life_months))
        truncated = {"status": short.status, "net_usd": _text(short.net_usd)}
    return {
        "kind": "hybrid" if variant.hybrid else "fine-tuned",
        "labelled": variant.labelled,
        **_service(scenario, variant.service),
        "upfront_usd": _text(variant.upfront),
        "total_usd": _text(scenario.all_in(variant)),
        "saves_usd_per_month": _text(saving(scenario, variant)),
        "break_even": _break_even(found, decision, scenario.volume),
        "worth": _worth(worth(scenario.flow(variant), scenario.discount_rate)),
        "stops": _stops(scenario, variant),
        "until_shutdown": truncated,
    }


def _break_even(found: Payback, decision: Decision, volume: Traffic) -> dict[str, Any]:
    months = found.months
    return {
        "status": found.status,
        "months": _text(months),
        "calls": _text(None if months is None else volume.until(months)),
        "net_usd": _text(found.net_usd),
        "decision": decision,
    }


def _worth(found: Worth) -> dict[str, Any]:
    return {
        "npv_usd": _text(found.npv_usd),
        "roi_ratio": _text(found.roi_ratio),
        "peak_outlay_usd": _text(found.peak_outlay_usd),
    }


def _stops(scenario: Scenario, variant: Variant) -> dict[str, Any]:
    both = ("base.input", "base.output")
    found = {}
    for name, paths in (("base.input", both[:1]), ("base.input+output_factor", both)):
        for event, measure in (("saves_nothing", saving), ("too_slow", net_at_limit)):
            stop = stop_value(scenario, variant, paths, measure)
            key = f"{name}.{event}"
            found[key] = {"answer": stop.answer, "value": _text(stop.value)}
    return found


def sweep_list(swept: tuple[str, list[SweepRow]] | None) -> list[dict[str, Any]]:
    """Every value of a sweep; empty without one."""
    return [] if swept is None else [_row(swept[0], row) for row in swept[1]]


def _row(key: str, row: SweepRow) -> dict[str, Any]:
    return {
        "key": key,
        "value": row.value,
        "today_monthly_usd": _text(row.base_usd),
        "variants": [
            {
                "kind": "hybrid" if variant.hybrid else "fine-tuned",
                "labelled": variant.labelled,
                "saves_usd_per_month": _text(saved),
                "status": found.status,
                "months": _text(found.months),
                "decision": decision,
            }
            for variant, saved, found, decision in row.outcomes
        ],
    }


def _alternative(scenario: Scenario, service: Service) -> dict[str, Any]:
    longer = padded(service)
    found = payback(scenario.flow(scenario.planned, against=best_prompt(scenario, service)))
    return {
        "model": service.name,
        "uncached_monthly_usd": _text(month(uncached(service), scenario)),
        "monthly_usd": _text(month(service, scenario)),
        "padded_monthly_usd": _text(month(longer, scenario) if longer else None),
        "fine_tune_against_it": {"status": found.status, "net_usd": _text(found.net_usd)},
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else f"{rounded(value, 15):f}"
