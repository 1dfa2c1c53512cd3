"""The people around a fine-tune: who labels, who builds and looks after it, who trains it again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ftgate.economics.amounts import number_text, percent_text, rate_text, rounded, usd_text
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import labelling_usd
from ftgate.economics.market import Market
from ftgate.model import CostLine, Missing
from ftgate.settings import Settings


def labelling_line(market: Market) -> CostLine | Missing | None:
    """What it still costs to write the examples; None where they exist."""
    wage = market.settings.labelling.hourly_wage
    minutes = market.settings.labelling.minutes_per_example
    if wage is None and minutes is None:
        return None
    if wage is None or minutes is None:
        key = "hourly_wage" if wage is None else "minutes_per_example"
        return Missing("cost of labelling", f"add to ftgate.toml: [labelling] {key} = …")
    examples = market.measured.examples
    return CostLine(
        "labelling",
        rounded(labelling_usd(examples, minutes, wage), 12),
        f"{examples:,} examples x {number_text(minutes)} min x {rate_text(wage)}/h / 60",
        upfront=True,
    )


def with_people(market: Market, served: Candidate, labelling: CostLine | None) -> Candidate:
    """A fine-tune with those who label for it, look after it and train it again."""
    wage = engineering_wage(market.settings)
    upfront, monthly = list(served.upfront), list(served.monthly)
    if labelling is not None:
        upfront.append(labelling)
    engineering = market.settings.engineering
    if engineering.hours_upfront and wage is not None:
        upfront.append(_work(engineering.hours_upfront, wage, upfront=True))
    fixed = Fraction(0)
    if engineering.hours_per_month and wage is not None:
        line = _work(engineering.hours_per_month, wage, upfront=False)
        monthly.append(line)
        fixed = Fraction(line.usd)
    return served._replace(
        upfront=tuple(upfront),
        monthly=tuple(monthly),
        again=_again(market, served.upfront[0].usd, labelling),
        arm=served.arm._replace(fixed_month_usd=Fraction(served.arm.fixed_month_usd) + fixed),
    )


def engineering_wage(settings: Settings) -> Decimal | None:
    """Dollars an hour of engineering: its own, 0 included, else that of labelling."""
    own = settings.engineering.hourly_wage
    return settings.labelling.hourly_wage if own is None else own


def _work(hours: Decimal, wage: Decimal, *, upfront: bool) -> CostLine:
    formula = f"{number_text(hours)} h x {rate_text(wage)}/h"
    return CostLine("engineering", hours * wage, formula, upfront=upfront)


def _again(market: Market, training: Decimal, labelling: CostLine | None) -> CostLine | None:
    plan = market.settings.retraining
    if plan.every_months is None:
        return None
    labels = labelling.usd if labelling else Decimal(0)
    parts = [f"training {usd_text(training)}"]
    if labels and plan.relabel_ratio:
        parts.append(f"{percent_text(plan.relabel_ratio)} of the labels")
    if plan.usd:
        parts.append(f"{usd_text(plan.usd)} more")
    usd = training + labels * plan.relabel_ratio + plan.usd
    formula = f"every {plan.every_months} months: {' + '.join(parts)}"
    return CostLine("retraining", usd, formula, every_months=plan.every_months)
