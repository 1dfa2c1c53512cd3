"""Tinker's models: USD per million tokens as ``"$1.87"``, with what training costs.

``models.json`` beside the Models & Pricing page; its server refuses a default User-Agent.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ftgate.prices.feeds.rows import Parsed, Reader, expect, objects

_UNITS = {
    "prefill": "input_mtok",
    "cached_prefill": "cached_input_mtok",
    "sample": "output_mtok",
    "train": "training_mtok",
}


def parse(document: Any, day: date) -> Parsed:
    """Prices of every listed model under its ``tinker_id``.

    A column that is empty or a dash is absent. Raises FeedError when the file is no list.
    """
    del day
    reader = Reader()
    for entry in objects(expect(document, list, "tinker", "the file")):
        model = entry.get("tinker_id")
        if not isinstance(model, str) or not model:
            continue
        for column, unit in _UNITS.items():
            reader.price("tinker", model, unit, _dollars(entry.get(column)), Decimal(1))
    return reader.parsed()


def _dollars(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip().removeprefix("$").replace(",", "")
    return None if text.strip("-\u2013\u2014") == "" or text.lower() == "n/a" else text
