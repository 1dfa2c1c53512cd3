"""LiteLLM's price file: USD per token, one object per model, with the day a model stops.

https://github.com/BerriAI/litellm (MIT licence): ``model_prices_and_context_window.json``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ftgate.prices.feeds.rows import PER_MTOK, Parsed, Reader, expect
from ftgate.prices.units import tier_unit

# The feed's provider → ours. Vertex AI lists Gemini a second time, and regions differ there.
_PROVIDERS = {
    "anthropic": "anthropic",
    "azure": "azure",
    "bedrock": "aws-bedrock",
    "bedrock_converse": "aws-bedrock",
    "deepseek": "deepseek",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "mistral": "mistral",
    "nebius": "nebius",
    "openai": "openai",
    "text-completion-openai": "openai",
    "together_ai": "together",
}
_MODES = ("chat", "completion", "responses")
_UNITS = {
    "input_cost_per_token": "input_mtok",
    "cache_read_input_token_cost": "cached_input_mtok",
    "cache_creation_input_token_cost": "cache_write_mtok",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h_mtok",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h_mtok",
    "output_cost_per_token": "output_mtok",
    "input_cost_per_token_batches": "batch_input_mtok",
    "output_cost_per_token_batches": "batch_output_mtok",
    "input_cost_per_token_decisions": "decisions_input_mtok",
    "output_cost_per_token_decisions": "decisions_output_mtok",
}
_TIER = re.compile(r"([a-z_]{1,60})_above_([0-9]{1,6})k_tokens")
_GUESS = "defaulting to base model pricing"  # the feed's own words where it does not know


def parse(document: Any, day: date) -> Parsed:
    """The chat and completion models of the providers that ftgate knows.

    Other keys that begin with the name of a unit (priority, flex, audio) are other services, and
    an absent price is never filled from them. Raises FeedError when the file is no object.
    """
    del day  # the file holds today's prices only
    reader = Reader()
    for name, entry in expect(document, dict, "litellm", "the file").items():
        provider = _provider(entry)
        if provider is None:
            continue
        model = _model(name)
        if _GUESS in str(entry.get("source", "")).lower():
            reader.refuse(provider, model, "the feed says that it is a guess")
            continue
        for key, value in entry.items():
            unit = _unit(key)
            if unit:
                reader.price(provider, model, unit, value, PER_MTOK)
        reader.shutdown(provider, model, entry.get("deprecation_date"))
    return reader.parsed()


def _provider(entry: Any) -> str | None:
    if not isinstance(entry, dict) or entry.get("mode") not in _MODES:
        return None
    provider = entry.get("litellm_provider")
    return _PROVIDERS.get(provider) if isinstance(provider, str) else None


def _model(name: str) -> str:
    """``together_ai/Qwen/Qwen3.5-9B`` → ``Qwen/Qwen3.5-9B``."""
    prefix, _, rest = name.partition("/")
    return rest if rest and prefix in _PROVIDERS else name


def _unit(key: str) -> str | None:
    plain = _UNITS.get(key)
    if plain is None and (tier := _TIER.fullmatch(key)) and tier[1] in _UNITS:
        return tier_unit(_UNITS[tier[1]], int(tier[2]) * 1000)
    return plain
