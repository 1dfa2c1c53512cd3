"""The provider of a plan: its profile, and the tokens per example that hold for this run."""

from __future__ import annotations

from dataclasses import replace

from ftgate.catalog import check_provider
from ftgate.model import Missing, ModelFacts, ProviderFacts
from ftgate.prices.book import PriceBook
from ftgate.settings import ModelSettings, Settings


def limited(
    provider: ProviderFacts, base: ModelFacts | Missing, plan: ModelSettings
) -> ProviderFacts:
    """The provider with the tokens per example that hold for this model and this run."""
    own = None if isinstance(base, Missing) else base.max_example_tokens
    stated = plan.max_seq_length or own or provider.max_example_tokens
    if stated is None and provider.default_example_tokens is not None:
        default = provider.default_example_tokens
        return replace(provider, max_example_tokens=default, limit_by_default=True)
    return replace(provider, max_example_tokens=stated)


def provider_of(book: PriceBook, settings: Settings, owner: str) -> ProviderFacts:
    """The profile of a provider; one without a profile has unknown limits.

    Raises UsageError for a name that neither the catalogue nor a ``[[price]]`` knows.
    """
    provider = book.provider(owner)
    if not isinstance(provider, Missing):
        return provider
    if owner not in {*book.providers(), *(price.provider for price in settings.price)}:
        check_provider(owner)
    title = f"OpenAI ({owner} has no profile)"  # the formats' own rules are OpenAI's
    return ProviderFacts(owner, title, None, None, None, "unknown", None, "")
