"""FT811: is a month of the fine-tune within the budget?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ftgate.economics.amounts import usd_text
from ftgate.economics.calendar import whole_months
from ftgate.model import PROMPTED, Comparison, Finding, Option
from ftgate.prices.lifecycle import start_day
from ftgate.rules.registry import rule
from ftgate.settings import ModelSettings, PolicySettings
from ftgate.settings_units import parse_amount


@rule("FT811", severity="error", since="0.1")
def month_over_budget(
    comparison: Comparison, policy: PolicySettings, model_plan: ModelSettings, today: date
) -> Iterator[Finding]:
    """A month of the fine-tune costs more than the budget of a month.

    ## Why is this bad?
    Training is paid once, and its limit is `max_training_cost`. Hosting, calls, review and
    retraining come back every month: a budget that a growing volume or a retraining crosses in some
    month is crossed, whatever the year costs in all.

    ## What to do instead
    Choose a provider without hosting, retrain less often, or raise `[policy] max_monthly_cost`
    with the person who signs for it.

    ## Source
    The dearest month of the horizon in which the tuned model can be called. The limit is
    `[policy] max_monthly_cost` (no limit by default).
    """
    if policy.max_monthly_cost is None:
        return
    budget = parse_amount(policy.max_monthly_cost)
    tuned = next((each for each in comparison.options if each.kind == "fine-tuned"), None)
    months = _lived(tuned, start_day(model_plan, today)) if tuned else ()
    if not months:
        return
    dearest = max(months)
    prompts = [each for each in comparison.options if each.kind in PROMPTED and each.contends]
    if dearest > budget:
        month = months.index(dearest) + 1
        over = sum(each > budget for each in months)
        yield Finding(
            f"month {month} of the fine-tune costs {usd_text(dearest)} (limit {usd_text(budget)}),"
            f" and {over} of {len(months)} months are over it",
            decision="prompt" if any(max(p.monthly_usd) <= budget for p in prompts) else "hold",
            next_step="see what the month consists of: ftgate check -v",
        )


def _lived(tuned: Option, start: date) -> tuple[Decimal, ...]:
    """The bills of the months before the tuned model's end; later ones are not its own."""
    if tuned.usable_until is None:
        return tuned.monthly_usd
    return tuned.monthly_usd[: whole_months(start, tuned.usable_until)]
