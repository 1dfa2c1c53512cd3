"""Today's model with examples in the prompt: what a fine-tune would have learned, shown.

Eight examples by default (``[few_shot] examples``): from there on answers hardly get better (Min et
al., "Rethinking the Role of Demonstrations", arXiv 2202.12837, on varying the number).
"""

from __future__ import annotations

from ftgate.economics.candidates import Candidate
from ftgate.economics.market import Market, joined
from ftgate.model import Missing, ModelFacts


def candidate(market: Market) -> Candidate | Missing | None:
    """Today's bill with examples of the training set's mean length, cached where possible.

    They stand at the end of the prompt's unchanging beginning, so that they are cached with it.
    """
    load = market.load
    number = min(market.settings.few_shot.examples, market.measured.examples)
    if not number:
        return None
    each = load.query_tokens + load.completion_tokens
    shown = f"{number:,} examples of {each:,} tokens in the prompt"

    def build(plain: Candidate, facts: ModelFacts) -> Candidate | Missing:
        static = load.prompt_tokens + number * each
        prices = market.prices(plain.model, facts.provider, static)
        if isinstance(prices, Missing):
            return prices
        longer = plain._replace(
            name=f"today + {number} examples",
            kind="few-shot",
            arm=plain.arm._replace(
                input_mtok=prices["input_mtok"].usd,
                output_mtok=prices["output_mtok"].usd,
                static_tokens=static,
            ),
            prices=prices,
            note=shown,
        )
        cached = market.with_cache(longer, facts, load.cacheable_tokens + number * each)
        if isinstance(cached, Missing):
            return longer
        return cached._replace(note=joined(cached.note, "cached"))

    return market.variant(build)
