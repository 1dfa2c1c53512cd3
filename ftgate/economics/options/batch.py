"""Today's model at batch prices for the calls whose answer can wait.

The other calls keep the full, uncached price: whether a provider grants both discounts on one call
is not published for all.
"""

from __future__ import annotations

from fractions import Fraction

from ftgate.economics.amounts import percent_text
from ftgate.economics.candidates import Candidate
from ftgate.economics.market import Market, exact
from ftgate.model import Missing, ModelFacts


def candidate(market: Market) -> Candidate | Missing:
    """Today's bill with ``[usage] batch_share`` of its calls in batches.

    Where the plan does not say how many can wait, all of them are priced so; that shows what there
    is to gain, and decides nothing.
    """
    stated = market.settings.usage.batch_share
    share = Fraction(1) if stated is None else exact(stated)

    def build(plain: Candidate, facts: ModelFacts) -> Candidate | Missing:
        prices = {unit: plain.prices[unit] for unit in ("input_mtok", "output_mtok")}
        blended = {}
        for unit, now in list(prices.items()):
            waiting = f"batch_{unit}"
            price = market.quote(plain.model, waiting, facts.provider, market.load.prompt_tokens)
            if isinstance(price, Missing):
                return Missing(f"batch on {facts.name}", "it has no batch prices")
            prices[waiting] = price
            blended[unit] = share * Fraction(price.usd) + (1 - share) * Fraction(now.usd)
        if share == 1:
            prices = {unit: price for unit, price in prices.items() if unit.startswith("batch_")}
        note = f"{percent_text(share)} of the calls can wait"
        return plain._replace(
            name="today in batches",
            kind="batch",
            arm=plain.arm._replace(
                input_mtok=blended["input_mtok"], output_mtok=blended["output_mtok"]
            ),
            prices=prices,
            note=note if stated is not None else "as if every call could wait",
            contends=stated is not None,
            batch_share=share,
        )

    return market.variant(build)
