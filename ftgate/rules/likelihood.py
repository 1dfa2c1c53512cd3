"""FT810: does the fine-tune pay in enough of the futures that the plan holds possible?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from ftgate.economics.amounts import percent_text
from ftgate.model import Finding
from ftgate.rules.registry import rule
from ftgate.settings import PolicySettings

if TYPE_CHECKING:
    from ftgate.economics.risk import Risk

_SHOWN = 3


@rule("FT810", severity="error", since="0.1")
def unlikely_to_pay(risk: Risk, policy: PolicySettings) -> Iterator[Finding]:
    """Fine-tune beats the best alternative in too few of the drawn futures.

    ## Why is this bad?
    A break-even is one number from numbers that nobody knows: the volume before a launch, the
    minutes per label, next year's prices. A plan can pay at the values that were typed in and lose
    in most of what may happen.

    ## What to do instead
    Measure what drives the result, the message names it, and narrow its range in `[risk]`: a week
    of real calls, twenty labelled examples, a review of fifty answers. If it stays unlikely, keep
    the prompt.

    ## Source
    Monte Carlo over the whole cash flow with a fixed seed; `[policy] min_probability` is the limit
    (0-1, no limit by default) for P(net present value > 0) against the cheapest alternative of the
    plan. Ranges are those of `[risk]`, with the keys of a scenario file; without one, what
    `ftgate cost --risk` lists is assumed. Drivers: Spearman's rank correlation.
    """
    limit = policy.min_probability
    if limit is None or risk.enough(limit):
        return
    share = percent_text(Fraction(risk.positive.probability).limit_denominator(risk.draws))
    ranges = "" if risk.stated else "; ranges assumed, [risk] states yours"
    drivers = [each for each in risk.drivers if each.rho][:_SHOWN]
    named = ", ".join(f"{each.path} ({each.rho:+.2f})" for each in drivers)
    yield Finding(
        f"pays in {share} of {risk.draws:,} futures against {risk.against} (limit"
        f" {percent_text(Fraction(str(limit)))})"
        f"{f'; it hangs on {named}' if named else ''}{ranges}",
        decision="hold",
        next_step="measure what drives it and narrow its range in [risk]: ftgate cost --risk",
    )
