"""What people call a model → provider, base name, tuned or not.

Understood: ``gpt-4.1-mini``, ``ft:gpt-4.1-mini-2025-04-14:acme::9xYz`` (a fine-tune by its id),
``azure/gpt-4.1-mini``, ``gemini/gemini-3.5-flash`` (a feed's prefix), ``claude-haiku-5-5``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

DEFAULT_PROVIDER = "openai"

# Prefixes of LiteLLM's price file and of its callers.
_BY_PREFIX = {
    "anthropic": "anthropic",
    "azure": "azure",
    "bedrock": "aws-bedrock",
    "deepseek": "deepseek",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "mistral": "mistral",
    "nebius": "nebius",
    "openai": "openai",
    "tinker": "tinker",
    "together_ai": "together",
    "vertex_ai": "google",
}
_BY_BEGINNING = (
    ("claude-", "anthropic"),
    ("gemini-", "google"),
    ("amazon.", "aws-bedrock"),
    ("anthropic.", "aws-bedrock"),
    ("meta.llama", "aws-bedrock"),
    ("accounts/fireworks/", "fireworks"),
    ("mistral-", "mistral"),
    ("open-mistral-", "mistral"),
    ("ministral-", "mistral"),
    ("deepseek-", "deepseek"),
)
_BEDROCK = re.compile(
    r"(?:(?:us|eu|apac|global)\.)?((?:amazon|anthropic|meta)\.[^:]+(?::\d+)?)(?::\d+k)?"
)
"""A Bedrock model without its group of regions before and its context length behind."""

_PROFILES = {"google": "vertex", "aws-bedrock": "bedrock-nova"}
"""Who fine-tunes what another name sells: Gemini is tuned on Vertex AI, not in the Gemini API."""


class ModelName(NamedTuple):
    """A model at a provider; ``tuned`` means a fine-tune of it."""

    provider: str
    model: str
    tuned: bool = False

    def __str__(self) -> str:
        """``openai/ft:gpt-4.1-mini-2025-04-14``."""
        return f"{self.provider}/{'ft:' if self.tuned else ''}{self.model}"


def parse_name(text: str, provider: str | None = None) -> ModelName:
    """Split a model's name; ``provider`` decides where it is given, else the name does."""
    named = provider_prefix(text)
    if named and provider in (None, "", named):
        text, provider = text.partition("/")[2], named
    bedrock = _BEDROCK.fullmatch(text)
    text = bedrock[1] if bedrock else text
    tuned = text.startswith("ft:")
    model = _tuned_base(text) if tuned else text
    return ModelName(provider or _provider_of(model), model, tuned)


def profile_of(provider: str, model: str) -> str:
    """The provider whose profile judges files for a model that ``provider`` sells."""
    if provider == "aws-bedrock":
        families = ("llama", "bedrock-llama"), ("claude", "bedrock-claude")
        for family, profile in families:
            if family in model.lower():
                return profile
    return _PROFILES.get(provider, provider)


def provider_prefix(text: str) -> str | None:
    """The provider that a prefix such as ``azure/`` names, None without one."""
    prefix, _, rest = text.partition("/")
    return _BY_PREFIX.get(prefix) if rest else None


def _tuned_base(text: str) -> str:
    """``ft:gpt-4.1-mini-2025-04-14:acme::9xYz`` → its base; ``:0`` belongs to a Bedrock name."""
    _, base, *rest = text.split(":")
    return f"{base}:{rest[0]}" if rest and rest[0].isdecimal() else base


def _provider_of(model: str) -> str:
    for beginning, provider in _BY_BEGINNING:
        if model.startswith(beginning):
            return provider
    return DEFAULT_PROVIDER
