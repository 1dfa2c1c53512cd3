"""The AWS price list of Bedrock: what tuning a model, keeping it and calling it costs.

An offer file of the AWS Price List Bulk API. ``products`` says what a SKU is by its usage type,
such as ``USE1-Nova2.0Lite-Customization-Training``; ``terms`` says what it costs. Provisioned
throughput is left out: models with custom on-demand inference need none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ftgate.prices.feeds.rows import Parsed, Reader, expect, objects

# The catalogue's provider and model. Spellings of usage types follow no rule, and a wrong guess
# would price another model.
_MODELS = {
    "Nova2.0Lite": ("bedrock-nova", "amazon.nova-2-lite-v1"),
    "NovaMicro": ("bedrock-nova", "amazon.nova-micro-v1"),
    "NovaLite": ("bedrock-nova", "amazon.nova-lite-v1"),
    "NovaPro": ("bedrock-nova", "amazon.nova-pro-v1"),
    "Llama3-3-70B": ("bedrock-llama", "meta.llama3-3-70b-instruct-v1"),
}
_USAGE = re.compile(
    r"[A-Z0-9]{2,8}-(?P<model>.{1,60})-(?P<what>Customization-Training|Customization-Storage"
    r"|input-tokens-custom-model|output-tokens-custom-model)"
)
# usage → (tuned, unit)
_UNITS = {
    "Customization-Training": (False, "training_mtok"),
    "Customization-Storage": (False, "storage_month"),
    "input-tokens-custom-model": (True, "input_mtok"),
    "output-tokens-custom-model": (True, "output_mtok"),
}
_TOKENS = {"1k tokens": Decimal(1000), "1m tokens": Decimal(1), "tokens": Decimal(1_000_000)}


def parse(document: Any, day: date) -> Parsed:
    """Custom-model prices of the models that are known by their usage type.

    Raises FeedError when products or terms are missing.
    """
    del day
    reader = Reader()
    offer = expect(document, dict, "aws", "the file")
    products = expect(offer.get("products"), dict, "aws", "products")
    terms = expect(offer.get("terms"), dict, "aws", "terms")
    on_demand = expect(terms.get("OnDemand"), dict, "aws", "terms.OnDemand")
    for sku, product in products.items():
        attributes = product.get("attributes") if isinstance(product, dict) else None
        usage = attributes.get("usagetype") if isinstance(attributes, dict) else None
        named = _USAGE.fullmatch(usage) if isinstance(usage, str) else None
        if named is None or named["model"] not in _MODELS:
            continue
        tuned, unit = _UNITS[named["what"]]
        provider, model = _MODELS[named["model"]]
        model = f"ft:{model}" if tuned else model
        for measure, usd in _dimensions(on_demand.get(sku)):
            factor = _factor(unit, measure)
            if factor is None:
                reader.refuse(provider, model, f"{unit} is priced per {measure[:40]!r}")
            else:
                reader.price(provider, model, unit, usd, factor)
    return reader.parsed()


def _factor(unit: str, measure: str) -> Decimal | None:
    return _TOKENS.get(measure.lower()) if unit.endswith("_mtok") else Decimal(1)


def _dimensions(offers: Any) -> Iterator[tuple[str, Any]]:
    """What one price is for, and the price in USD as text."""
    for offer in objects(list(offers.values()) if isinstance(offers, dict) else ()):
        dimensions = offer.get("priceDimensions")
        for entry in objects(list(dimensions.values()) if isinstance(dimensions, dict) else ()):
            price = entry.get("pricePerUnit")
            if isinstance(price, dict):
                yield str(entry.get("unit")), price.get("USD")
