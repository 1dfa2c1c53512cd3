"""The planned fine-tune: short prompt, tuned prices, training, labelling, hosting, people."""

from __future__ import annotations

from decimal import Decimal

from ftgate.economics.amounts import rate_text
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import HOURS_PER_MONTH
from ftgate.economics.market import Market
from ftgate.economics.options.people import labelling_line, with_people
from ftgate.economics.options.self_hosted import on_own_machines
from ftgate.model import CostLine, Missing, ModelFacts, Price


def candidate(market: Market) -> Candidate | list[Missing]:
    """The plan's fine-tune, or everything without which it has no bill."""
    labelling = labelling_line(market)
    served = on_own_machines(market) or _at_the_provider(market)
    missing = served if isinstance(served, list) else []
    missing += [each for each in (labelling, served) if isinstance(each, Missing)]
    if isinstance(served, Candidate) and not isinstance(labelling, Missing):
        return with_people(market, served, labelling)
    return missing


def _at_the_provider(market: Market) -> Candidate | list[Missing]:
    plan, fee = market.settings.model, market.settings.hosting.usd_per_hour
    facts = market.quotes.model(plan.base, plan.provider or None)
    if isinstance(facts, Missing):
        return [facts]
    training = _training(market)
    if isinstance(training, Missing):
        name = f"ft:{facts.name}"
        prices = market.prices(name, facts.provider, market.load.tuned_prompt_tokens)
        needed = (training, prices, _hosting(market, facts, fee))
        return [each for each in needed if isinstance(each, Missing)]
    served = served_by(market, facts, training, fee)
    if isinstance(served, Missing):
        return [served]
    return served._replace(job_usd=tuple(usd for _, usd in market.training.by_epochs))


def served_by(
    market: Market, facts: ModelFacts, training: CostLine, hosting_usd: Decimal | None = None
) -> Candidate | Missing:
    """A fine-tune of one base at one provider: its job, its tokens and its hosting.

    ``hosting_usd`` is an hour's fee of one's own contract; None means: as listed.
    """
    load, name = market.load, f"ft:{facts.name}"
    prices = market.prices(name, facts.provider, load.tuned_prompt_tokens)
    if isinstance(prices, Missing):
        return prices
    hosting = _hosting(market, facts, hosting_usd)
    if isinstance(hosting, Missing):
        return hosting
    line, price = hosting
    if price is not None:
        prices["hosting_hour"] = price
    arm = market.arm(prices, load.tuned_prompt_tokens, tuned=True)
    plain = Candidate(
        f"fine-tuned {facts.name}",
        "fine-tuned",
        name,
        arm._replace(fixed_month_usd=line.usd),
        prices,
        (training,),
        # A tuned model may outlive its base (Azure); if nothing is announced, it does not.
        facts.tuned_shutdown or facts.shutdown,
        monthly=(line,) if line.usd else (),
    )
    same = load.tuned_prompt_tokens == load.prompt_tokens
    prefix = load.cacheable_tokens if same else load.tuned_cacheable_tokens
    cached = market.with_cache(plain, facts, prefix)
    return market.waited(plain if isinstance(cached, Missing) else cached, tuned=True)


def _training(market: Market) -> CostLine | Missing:
    training = market.training
    if training.usd_high is None:
        return training.missing or Missing(
            f"training price of {training.model}",
            "add to ftgate.toml: [[price]] training_mtok = …",
        )
    return CostLine(
        "training",
        training.usd_high,
        f"{training.billable_high:,} tokens, {training.epochs_high} epochs (dear end of the range)",
        (training.price_ref,) if training.price_ref else (),
        upfront=True,
    )


def _hosting(
    market: Market, facts: ModelFacts, stated: Decimal | None
) -> tuple[CostLine, Price | None] | Missing:
    if stated is not None:
        return _by_the_hour(stated), None
    price = market.quotes.lookup(facts.name, "hosting_hour", facts.provider)
    if isinstance(price, Missing):
        return Missing(
            f"hosting price of {facts.name} on {facts.provider}",
            f"{price.reason}; add to ftgate.toml: [hosting] usd_per_hour = …",
            price.nearest,
        )
    return _by_the_hour(price.usd, price.ref), price


def _by_the_hour(usd: Decimal, *refs: str) -> CostLine:
    formula = f"{HOURS_PER_MONTH} h x {rate_text(usd)}"
    return CostLine("hosting", usd * HOURS_PER_MONTH, formula, refs)
