"""genai-prices: USD per million tokens, dated and with tiers; the cross-check of LiteLLM.

https://github.com/pydantic/genai-prices (MIT licence): ``prices/new_data/v2/data.json``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ftgate.prices.feeds.rows import Parsed, Reader, as_amount, expect, objects
from ftgate.prices.units import tier_unit

_PROVIDERS = {
    "anthropic": "anthropic",
    "aws": "aws-bedrock",
    "azure": "azure",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google": "google",
    "mistral": "mistral",
    "openai": "openai",
    "together": "together",
}
_UNITS = {
    "input_mtok": "input_mtok",
    "cache_read_mtok": "cached_input_mtok",
    "cache_write_mtok": "cache_write_mtok",
    "cache_write_1h_mtok": "cache_write_1h_mtok",
    "output_mtok": "output_mtok",
}
_ONE = Decimal(1)


def parse(document: Any, day: date) -> Parsed:
    """Prices in force on ``day``, under the model's id and every name that it equals.

    Where the price depends on the hour, the dearest hour counts: nobody plans a workload for the
    cheapest. A price that is not listed is absent: the package behind this feed would bill cached
    input at the full price, which is not what the feed says. Raises FeedError when the file is no
    list.
    """
    reader = Reader()
    for provider in objects(expect(document, list, "genai-prices", "the file")):
        ours = _PROVIDERS.get(str(provider.get("id")))
        if ours is None:
            continue
        models = expect(provider.get("models"), list, "genai-prices", f"{ours}: models")
        for model in objects(models):
            prices = _in_force(model.get("prices"), day)
            for name in dict.fromkeys((str(model.get("id")), *_names(model.get("match")))):
                for unit, value in prices:
                    reader.price(ours, name, unit, value, _ONE)
    return reader.parsed()


def _names(match: Any) -> Iterator[str]:
    """Names that a matching rule equals; rules for beginnings and patterns name no model."""
    if not isinstance(match, dict):
        return
    if isinstance(match.get("equals"), str):
        yield match["equals"]
    for clause in objects(match.get("or")):
        if isinstance(clause.get("equals"), str):
            yield clause["equals"]


def _in_force(prices: Any, day: date) -> list[tuple[str, Any]]:
    """Unit and amount, tiers included."""
    if isinstance(prices, dict):
        return list(_units(prices))
    dated: dict[str, Any] = {}
    hourly: list[dict[str, Any]] = []
    for entry in objects(prices):
        constraint = entry.get("constraint") or {}
        if not isinstance(constraint, dict):
            continue  # who knows when it holds
        if "start_time" in constraint:
            hourly.append(entry)
        elif str(constraint.get("start_date", "")) <= day.isoformat():
            dated = entry  # the last that has begun
    found: dict[str, Any] = {}
    for entry in (dated, *hourly):
        for unit, value in _units(entry.get("prices")):
            before = found.get(unit)
            found[unit] = value if before is None else _dearer(before, value)
    return list(found.items())


def _dearer(left: Any, right: Any) -> Any:
    a, b = as_amount(left), as_amount(right)
    return left if b is None or (a is not None and a >= b) else right


def _units(prices: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(prices, dict):
        return
    for key, unit in _UNITS.items():
        value = prices.get(key)
        if not isinstance(value, dict):
            yield unit, value
            continue
        yield unit, value.get("base")
        for tier in objects(value.get("tiers")):
            start = tier.get("start")
            if isinstance(start, int):
                yield tier_unit(unit, start), tier.get("price")
