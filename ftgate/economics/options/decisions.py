"""A decisions endpoint: an untuned model chooses among given labels, billed by its input alone.

Only where the task is to choose among labels: it is what the most common fine-tune is made for.
"""

from __future__ import annotations

from ftgate.economics.candidates import Candidate, cheapest
from ftgate.economics.market import Market
from ftgate.economics.options.cheaper import current
from ftgate.economics.traffic import Traffic
from ftgate.model import Missing


def candidate(market: Market) -> Candidate | Missing | None:
    """The cheapest model of today's provider that is sold so and outlives the horizon."""
    if not market.measured.classifies:
        return None
    prompt = market.load.prompt_tokens
    found = []
    for model in current(market):
        sold = model.name, model.provider
        into = market.quote(sold[0], "decisions_input_mtok", sold[1], prompt)
        out = market.quote(sold[0], "decisions_output_mtok", sold[1], prompt)
        if market.ends_inside(model.shutdown) or isinstance(into, Missing):
            continue
        if isinstance(out, Missing):
            continue
        prices = {"input_mtok": into, "output_mtok": out}
        arm = market.arm(prices, prompt)._replace(reasoning_tokens=0)
        found.append(
            market.waited(
                Candidate(
                    f"{model.name} decisions",
                    "decisions",
                    model.name,
                    arm,
                    prices,
                    usable_until=model.shutdown,
                    note="the labels as a choice: no training, no free text; uncached",
                )
            )
        )
    if not found:
        return Missing("a decisions endpoint", "today's provider sells none with a known price")
    return cheapest(found, Traffic(), 1)
