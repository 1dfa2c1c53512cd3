"""What a comparison takes for granted, in sentences for the report."""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.economics.candidates import Candidate
from ftgate.economics.market import ASSUMED_CACHING, Market
from ftgate.economics.options.wired import Offer
from ftgate.model import Missing


def assumptions(market: Market, offer: Offer) -> Iterator[str]:
    """Every assumption behind the options, and every option that is left out."""
    yield from _of_today(market, offer)
    yield from _of_caching(offer)
    yield from _of_calls(market, offer)
    yield from _of_the_tune(market, offer.tuned)
    if any(each.kind == "elsewhere" for each in offer.beside):
        yield (
            "elsewhere: the planned base where another provider tunes it, else the cheapest that it"
            " tunes, at providers with a price for training, calls and hosting that take new"
            " customers; none is the best here, because another base answers differently"
        )


def _of_today(market: Market, offer: Offer) -> Iterator[str]:
    """What is assumed of today's model and of others like it."""
    facts = market.todays_facts
    if isinstance(facts, Missing):
        yield f"not compared: other models: {facts.reason}"
    else:
        for missing in offer.left_out:
            yield f"not compared: {missing.what}: {missing.reason}"
        yield (
            "other models: the cheapest of today's provider that outlives the horizon, same prompt"
            f" and answer length, quality not judged; {_reasoning(market)}"
        )
        if market.ends_inside(facts.shutdown):
            later = "no model that outlives the horizon is known, so its price is kept"
            if offer.successor:
                name = offer.successor.name
                later = f"the months after that cost what {name} costs with the same prompt"
            yield f"today's model {facts.name} stops on {facts.shutdown}: {later}"


def _reasoning(market: Market) -> str:
    usage = market.settings.usage
    if not usage.reasoning_tokens:
        return "reasoning tokens are not counted (effort none)"
    if usage.tuned_reasoning_tokens is None:
        return f"{usage.reasoning_tokens:,} reasoning tokens in every answer, the tuned model's too"
    return f"{usage.reasoning_tokens:,} reasoning tokens in every answer"


def _of_caching(offer: Offer) -> Iterator[str]:
    """The rule of prompt caching where the catalogue has only its price."""
    if any(ASSUMED_CACHING in each.note for each in (*offer.prompted, *offer.others)):
        yield ASSUMED_CACHING


def _of_calls(market: Market, offer: Offer) -> Iterator[str]:
    """What is assumed of calls that could wait."""
    if any(each.kind == "batch" and not each.contends for each in offer.prompted):
        yield (
            "batch: shown as if every call could wait, and not the best here; say how many can:"
            " [usage] batch_share = 0.5"
        )


def _of_the_tune(market: Market, tuned: Candidate | None) -> Iterator[str]:
    """What is assumed of the tuned model's life and of the people around it."""
    settings = market.settings
    if tuned is not None and tuned.usable_until is None:
        yield f"no shutdown date is announced for {tuned.model}"
    elif tuned is not None:
        yield (
            f"{tuned.model} stops on {tuned.usable_until}; a begun month does not count, and later"
            " calls cost what the cheapest prompt costs"
        )
    if settings.review.cost_usd and settings.review.rate_tuned is None:
        yield "review: the same rate for every option; measure the tuned model's in a pilot"
    if settings.failures.usd and settings.failures.rate_tuned is None:
        yield "failures: the same rate for every option; measure the tuned model's in a pilot"
    if not settings.labelling.hourly_wage:
        yield "labelling: the examples exist and cost nothing more"
