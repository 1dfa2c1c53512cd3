"""From what every feed says to what a lookup needs: one price per key, and where feeds differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ftgate.prices.vetting import disagreements

if TYPE_CHECKING:
    from ftgate.prices.store import Record


def build(records: Mapping[str, Record]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Sources by feed, and each provider's part; of two feeds, the one listed first answers.

    A part has ``models``: model → unit → [USD, feed, as of]; ``disputes``: ``model/unit`` → feed
    → USD; ``shutdown``: model → [day, feed], the earliest that any feed says.
    """
    parts: dict[str, dict[str, Any]] = {}
    for feed, record in records.items():
        for key, (usd, as_of) in record.rows.items():
            provider, model, unit = split_key(key)
            units = _part(parts, provider)["models"].setdefault(model, {})
            units.setdefault(unit, (usd, feed, as_of))
        for name, day in record.dates.items():
            provider, _, model = name.partition("/")
            shutdown = _part(parts, provider)["shutdown"]
            if model not in shutdown or day < shutdown[model][0]:
                shutdown[model] = (day, feed)
    differing = disagreements({name: record.amounts().items() for name, record in records.items()})
    for key, said in differing.items():
        provider, _, rest = key.partition("/")
        parts[provider]["disputes"][rest] = {feed: f"{usd:f}" for feed, usd in said.items()}
    sources = {
        name: (record.title, record.url, record.checked, record.confidence)
        for name, record in records.items()
    }
    return sources, parts


def split_key(key: str) -> tuple[str, str, str]:
    """``together/Qwen/Qwen3.5-9B/input_mtok`` → provider, model, unit."""
    name, _, unit = key.rpartition("/")
    provider, _, model = name.partition("/")
    return provider, model, unit


def _part(parts: dict[str, dict[str, Any]], provider: str) -> dict[str, Any]:
    return parts.setdefault(provider, {"models": {}, "disputes": {}, "shutdown": {}})
