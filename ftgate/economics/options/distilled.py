"""The fine-tune with labels from a stronger model: prompt distillation.

Teacher tokens per example are those of one call of today's prompt; people check or write a share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ftgate.economics.amounts import number_text, percent_text, rounded
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import MILLION
from ftgate.economics.market import Market
from ftgate.model import CostLine, Missing, Price


def candidates(market: Market, tuned: Candidate) -> Iterator[Candidate | Missing]:
    """The fine-tune with a teacher's labels; nothing where labels cost nothing anyway.

    It does not contend: whether the teacher's labels are as good as people's is not in the prices.
    """
    labelling = next((line for line in tuned.upfront if line.item == "labelling"), None)
    if labelling is None:
        return
    plan = market.settings.distillation
    if not plan.teacher:
        yield Missing("distillation", "add to ftgate.toml: [distillation] teacher = …")
        return
    prices = market.prices(plan.teacher, plan.provider or None, market.load.prompt_tokens)
    if isinstance(prices, Missing):
        yield Missing("distillation", f"{prices.what}: {prices.reason}")
        return
    taught = _teaching(market, prices)
    labels = [taught]
    share = Fraction(plan.review_share)
    if share:
        checked = rounded(share * Fraction(labelling.usd), 12)
        formula = f"{percent_text(share)} of {labelling.formula}"
        labels.append(CostLine("labelling", checked, formula, upfront=True))
    yield tuned._replace(
        name=f"{tuned.name}, labels by {plan.teacher}",
        kind="distilled",
        upfront=(*(line for line in tuned.upfront if line is not labelling), *labels),
        again=_again(market, tuned, labelling.usd, sum((each.usd for each in labels), Decimal(0))),
        prices={**tuned.prices, **{f"teacher {unit}": each for unit, each in prices.items()}},
        note="labels as good as people's are assumed",
        contends=False,
    )


def _teaching(market: Market, prices: dict[str, Price]) -> CostLine:
    load, examples = market.load, market.measured.examples
    into, out = prices["input_mtok"], prices["output_mtok"]
    sent = load.prompt_tokens + load.query_tokens
    usd = Fraction(examples) * (
        sent * Fraction(into.usd) + load.completion_tokens * Fraction(out.usd)
    )
    return CostLine(
        "teacher",
        rounded(usd / MILLION, 12),
        f"{examples:,} examples x ({sent:,} tokens x ${number_text(into.usd)}/M +"
        f" {load.completion_tokens:,} tokens x ${number_text(out.usd)}/M)",
        (into.ref, out.ref),
        upfront=True,
    )


def _again(
    market: Market, tuned: Candidate, people_usd: Decimal, labels_usd: Decimal
) -> CostLine | None:
    """Retraining with the teacher's labels in the place of people's."""
    if tuned.again is None:
        return None
    saved = (people_usd - labels_usd) * market.settings.retraining.relabel_ratio
    return replace(tuned.again, usd=tuned.again.usd - saved)
