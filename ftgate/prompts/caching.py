"""From which prefix on a model caches prompts, and what it takes off."""

from __future__ import annotations

from ftgate.model import Missing, ModelFacts
from ftgate.model.prompts import USUAL_MINIMUM, Caching
from ftgate.prices.book import PriceBook


def caching_of(book: PriceBook, model: ModelFacts | Missing) -> Caching | None:
    """The provider's minimum, and the discount as the price list has it.

    None for a model whose input has a price and whose cached input has none: the comparison does
    not cache it either.
    """
    if isinstance(model, Missing):
        return Caching()
    usual = Caching(model.cache_min_tokens or USUAL_MINIMUM)
    full = book.lookup(model.name, "input_mtok", provider=model.provider)
    cached = book.lookup(model.name, "cached_input_mtok", provider=model.provider)
    if isinstance(full, Missing) or not full.usd:
        return usual
    if isinstance(cached, Missing):
        return None
    return usual._replace(discount=1 - cached.usd / full.usd)
