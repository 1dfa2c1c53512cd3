"""Sensitivity, heat map and risk for machines: exact money as decimal strings, futures rounded."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ftgate.economics.amounts import rounded
from ftgate.economics.heatmap import Axis, Heat
from ftgate.economics.risk import Chance, Risk
from ftgate.economics.sensitivity import Flip, Outcome, Threshold, Tornado


def tornado_dict(found: Tornado) -> dict[str, Any]:
    """The bars, the widest first; ``assumed`` says that the file states no ranges."""
    return {
        "assumed": found.assumed,
        "base": _outcome(found.base),
        "bars": [
            {
                "key": bar.path,
                "low": _text(bar.low),
                "high": _text(bar.high),
                "at_low": _outcome(bar.at_low),
                "at_high": _outcome(bar.at_high),
                "swing_usd": _text(bar.swing_usd),
            }
            for bar in found.bars
        ],
    }


def threshold_dict(found: Threshold) -> dict[str, Any]:
    """Where one number flips the answer; ``flip`` is the nearest of ``flips``."""
    return {
        "key": found.path,
        "goal": found.goal,
        "answer": found.answer,
        "now": _text(found.now),
        "low": _text(found.low),
        "high": _text(found.high),
        "flip": found.flip and _flip(found.flip),
        "flips": [_flip(flip) for flip in found.flips],
        "monotone": found.monotone,
    }


def heat_dict(found: Heat) -> dict[str, Any]:
    """Both axes and the outcomes, a row per value of ``y``."""
    return {
        "x": _axis(found.x),
        "y": _axis(found.y),
        "rows": [[_outcome(cell) for cell in row] for row in found.rows],
    }


def risk_dict(found: Risk) -> dict[str, Any]:
    """The futures in numbers; dollars to the cent, shares to six digits."""
    return {
        "draws": found.draws,
        "seed": found.seed,
        "against": found.against,
        "assumed": not found.stated,
        "npv_positive": _chance(found.positive),
        "payback_in_time": _chance(found.in_time),
        "npv_usd": {
            "p5": _cents(found.p5_usd),
            "p50": _cents(found.p50_usd),
            "p95": _cents(found.p95_usd),
            "mean": _cents(found.mean_usd),
        },
        "histogram": [
            {"low_usd": _cents(b.low_usd), "high_usd": _cents(b.high_usd), "futures": b.futures}
            for b in found.histogram
        ],
        "drivers": [{"key": d.path, "rank_correlation": round(d.rho, 6)} for d in found.drivers],
        "cheapest": [{"model": name, **_chance(chance)} for name, chance in found.cheapest],
        "distributions": [{"key": each.path, "text": each.text()} for each in found.spreads],
    }


def _outcome(found: Outcome) -> dict[str, Any]:
    return {
        "net_usd": _text(found.net_usd),
        "months": _text(found.months),
        "status": found.status,
        "decision": found.decision,
    }


def _flip(found: Flip) -> dict[str, Any]:
    return {
        "value": _text(found.value),
        "pays": "above" if found.pays_above else "below",
        "exact": found.exact,
    }


def _axis(found: Axis) -> dict[str, Any]:
    return {"key": found.path, "values": [_text(value) for value in found.values]}


def _chance(found: Chance) -> dict[str, Any]:
    return {"probability": round(found.probability, 6), "error": round(found.error, 6)}


def _cents(usd: float) -> str:
    return f"{usd + 0.0:.2f}"


def _text(value: Fraction | None) -> str | None:
    return None if value is None else f"{rounded(value, 15):f}"
