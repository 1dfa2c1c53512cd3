"""What the numbers of a plan rest on, by key of its scenario: files, ``ftgate.toml`` or a price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ftgate.model import Price
from ftgate.settings import Settings

if TYPE_CHECKING:
    from ftgate.economics.candidates import Candidate
    from ftgate.economics.planned import Plan

# The key of a scenario's service that a price fills.
_UNITS = {
    "input_mtok": "input_mtok",
    "output_mtok": "output_mtok",
    "batch_input_mtok": "input_mtok",
    "batch_output_mtok": "output_mtok",
    "decisions_input_mtok": "input_mtok",
    "decisions_output_mtok": "output_mtok",
    "cached_input_mtok": "cached_input_mtok",
    "cache_write_mtok": "cache_write_multiplier",
    "hosting_hour": "hosting_per_hour",
}
_TOKENS = {
    "system_prompt": "prompt_tokens",
    "tuned_system_prompt": "tuned_prompt_tokens",
    "query": "query_tokens",
    "answer": "completion_tokens",
}
_STATED = {
    "queries_per_month": "[usage] requests_per_month",
    "growth_ratio": "[usage] growth_ratio",
    "ramp": "[usage] ramp",
    "discount_rate": "[usage] discount_rate",
    "min_probability": "[policy] min_probability",
    "labelling": "[labelling]",
    "engineering": "[engineering]",
    "retraining": "[retraining]",
    "review": "[review]",
    "failures": "[failures]",
    "latency": "[latency]",
    "hybrid": "[retrieval]",
    "risk": "[risk]",
}


def remarks(plan: Plan, data: Mapping[str, Any]) -> dict[str, str]:
    """A remark for every key that has one, as the comments of a scenario file would be."""
    found = {key: f"stated: {place}" for key, place in _STATED.items() if key in data}
    found |= dict(_usual(plan))
    found |= dict(_tokens(plan))
    found |= dict(_job(plan))
    found |= _of_service("base", plan.base)
    found |= _of_service("tuned", plan.tuned)
    for place, other in enumerate(plan.others, 1):
        found |= _of_service(f"alternative[{place}]", other)
    if plan.tuned.usable_until:
        found["shutdown"] = "the provider's announcement, from the catalogue"
    return found


def price_text(price: Price) -> str:
    """``LiteLLM price file, as of 2026-11-12``."""
    return f"{price.source}, as of {price.as_of}"


def sources(prices: Iterable[Price]) -> tuple[str, ...]:
    """Where each source can be looked up, in the order of their first price."""
    found = {price.source: price.url for price in prices if price.url}
    return tuple(f"{source}: {url}" for source, url in found.items())


def _usual(plan: Plan) -> Iterator[tuple[str, str]]:
    """What has a default."""
    settings, usual = plan.settings, Settings()
    for key, place, same in (
        (
            "horizon_months",
            "[usage] horizon_months",
            settings.usage.horizon_months == usual.usage.horizon_months,
        ),
        (
            "limit_months",
            "[policy] max_break_even",
            settings.policy.max_break_even == usual.policy.max_break_even,
        ),
    ):
        yield key, f"{'the default of' if same else 'stated:'} {place}"


def _tokens(plan: Plan) -> Iterator[tuple[str, str]]:
    for key, name in _TOKENS.items():
        origin = plan.measured.origin.get(name)
        if getattr(plan.settings.usage, name) is not None:
            origin = f"stated: [usage] {name}"
        elif origin:
            origin = f"measured: {origin}"
        if origin:
            yield f"tokens.{key}", origin


def _job(plan: Plan) -> Iterator[tuple[str, str]]:
    training = plan.training
    yield "training.examples", "measured: the training files"
    yield "training.epochs", f"{training.epochs_rule}; the dear end of the range"
    band = f" ± {training.band_tokens:,}" if training.band_tokens else ""
    yield (
        "training.tokens_per_example",
        f"measured: {training.billable_high:,}{band} billable tokens / examples / epochs"
        f" ({training.confidence})",
    )
    for price in plan.prices:
        if price.ref == training.price_ref:
            yield "tuned.training_mtok", price_text(price)


def _of_service(path: str, candidate: Candidate) -> dict[str, str]:
    """Where its prices come from; what is assumed of it stands at its name."""
    found = {
        f"{path}.{_UNITS[unit]}": price_text(price)
        for unit, price in candidate.prices.items()
        if unit in _UNITS
    }
    if candidate.note:
        found[f"{path}.model"] = candidate.note
    if candidate.successor:
        found[f"{path}.lasts_months"] = f"{candidate.model} stops on {candidate.usable_until}"
        found |= _of_service(f"{path}.successor", candidate.successor)
    return found
