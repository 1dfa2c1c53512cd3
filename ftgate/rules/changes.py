"""FT712: what a change costs, compared with a version that was reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ftgate.economics.amounts import usd_text
from ftgate.model import Finding, Training
from ftgate.model.change import Before
from ftgate.rules.registry import rule
from ftgate.settings import PolicySettings
from ftgate.settings_units import parse_amount, parse_percent


@rule("FT712", severity="error", since="0.1")
def cost_increase(before: Before, training: Training, policy: PolicySettings) -> Iterator[Finding]:
    """A change makes the training job dearer than the policy allows in one step.

    ## Why is this bad?
    Training sets grow by small commits that nobody prices: a duplicated folder, a long system
    prompt in every record or one more epoch multiplies the bill. A limit on the step makes the
    increase a decision that somebody reviews.

    Judged by `ftgate check --compare-to REF` when `policy.max_increase` is set, as a share (`20%`)
    or an amount (`50 USD`). A dataset that was not there before, or had no example that could be
    read, is `max_training_cost`'s business; one whose price was not known then is undecided.

    ## What to do instead
    Look at what grew (`ftgate diff REF`), and either shrink it or raise the limit in a reviewed
    change.

    ## Source
    The dear end of the job's bill at both versions, with the same prices on the same day.
    """
    old, new = before.version.training_usd, training.usd_high
    if policy.max_increase is None or new is None or not before.version.examples:
        return
    if old is None:
        yield Finding(
            f"what training cost at {before.ref} is not known, so neither is the increase"
            f" (limit {policy.max_increase.strip()})",
            undecided=True,
            next_step=f"see what its bill lacks: ftgate diff {before.ref}",
        )
        return
    if new <= old:
        return
    share = parse_percent(policy.max_increase)
    limit = old * share if share is not None else parse_amount(policy.max_increase)
    if new - old > limit:
        grown = f" (+{(new - old) / old * 100:,.0f}%)" if old else ""
        yield Finding(
            f"training costs up to {usd_text(new)}, {usd_text(old)} at {before.ref}: "
            f"{usd_text(new - old)} more{grown} (limit {_limit(policy.max_increase, limit)})",
            decision="hold",
            next_step=f"ftgate diff {before.ref}",
        )


def _limit(stated: str, limit: Decimal) -> str:
    return stated.strip() if "%" in stated else usd_text(limit)
