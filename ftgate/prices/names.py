"""What people call a model → provider, base name, tuned or not.

Understood: ``gpt-4.1-mini``, ``ft:gpt-4.1-mini-2025-04-14:acme::9xYz`` (a fine-tune by its id),
``azure/gpt-4.1-mini``, ``gemini/gemini-3.5-flash`` (a feed's prefix), ``claude-haiku-5-5``.
"""

from __future__ import annotations

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
    ("accounts/fireworks/", "fireworks"),
    ("mistral-", "mistral"),
    ("ministral-", "mistral"),
    ("deepseek-", "deepseek"),
)


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
    tuned = text.startswith("ft:")
    model = text.split(":")[1] if tuned else text
    return ModelName(provider or _provider_of(model), model, tuned)


def provider_prefix(text: str) -> str | None:
    """The provider that a prefix such as ``azure/`` names, None without one."""
    prefix, _, rest = text.partition("/")
    return _BY_PREFIX.get(prefix) if rest else None


def _provider_of(model: str) -> str:
    for beginning, provider in _BY_BEGINNING:
        if model.startswith(beginning):
            return provider
    return DEFAULT_PROVIDER
