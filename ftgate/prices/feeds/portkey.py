"""Portkey's model prices: what training costs, in US cents per token or per hour.

https://github.com/Portkey-AI/models (MIT licence), one file per provider. Inference prices are
left to the other feeds: this one fills unknown prices with 0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from ftgate.prices.feeds.rows import PER_MTOK, Parsed, Reader, expect

_DOLLARS = Decimal("0.01")  # of one cent


def parser(provider: str) -> Callable[[Any, date], Parsed]:
    """The parse function for the file of one provider, by our name for it."""

    def parse(document: Any, day: date) -> Parsed:
        """``finetune_config`` of every model. Raises FeedError when the file is no object."""
        del day
        reader = Reader()
        for name, entry in expect(document, dict, "portkey", "the file").items():
            config = _table(_table(entry, "pricing_config"), "finetune_config")
            model = name.rpartition("@")[2]  # "llama4@llama-4-scout-17b-16e-instruct"
            token = _table(config, "pay_per_token").get("price")
            hour = _table(config, "pay_per_hour").get("price")
            reader.price(provider, model, "training_mtok", token, _DOLLARS * PER_MTOK)
            reader.price(provider, model, "training_hour", hour, _DOLLARS)
        return reader.parsed()

    return parse


def _table(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
