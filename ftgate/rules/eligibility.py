"""FT706 and FT710: what only the user knows: who is asking, and whether the tune can be served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ftgate.model import Finding, Missing, ModelFacts, ProviderFacts
from ftgate.prices.lifecycle import customer_of, is_open
from ftgate.rules.registry import rule
from ftgate.settings import ModelSettings


@rule("FT706", severity="error", since="0.1")
def unknown_eligibility(
    base: ModelFacts | Missing, provider: ProviderFacts, model_plan: ModelSettings, today: date
) -> Iterator[Finding]:
    """The provider lets only some organisations create jobs, and the plan says not if yours may.

    An error when the plan says that yours may not; undecided when it does not say.

    ## Why is this bad?
    A provider that winds fine-tuning down closes it for new and idle customers first. Their job
    is refused after the examples have been written, checked and uploaded.

    ## What to do instead
    Look whether your organisation has fine-tuned there before, and run a fine-tuned model within
    the last 60 days; then state it under `[model]`: `customer = "active"`, or `"idle"` for one
    that trained before but not lately, or `"new"`. (`eligible = true` says active, too.) Where it
    may not, prompt a current model, or tune with another provider.

    ## Source
    OpenAI, "Deprecations": no jobs for organisations without earlier fine-tuning from 2026-05-07,
    none for those without inference on a fine-tuned model in the last 60 days from 2026-07-02.
    """
    closed = provider.new_customers_closed
    if isinstance(base, Missing) or not base.tunable or closed is None or closed > today:
        return
    if customer_of(model_plan) or not is_open(base, None, today):
        return  # who is asking is known, or nobody may: FT704 says so
    if model_plan.eligible is None:
        yield Finding(
            f"whether your organisation may create jobs at {provider.title} is not stated, so the"
            f" worst is assumed: new customers are refused since {closed}; {provider.availability}",
            undecided=True,
            next_step='add to ftgate.toml: [model] customer = "active", or "idle" or "new"',
        )
    else:
        yield Finding(
            f"your organisation may not create jobs at {provider.title}: {provider.availability}",
            decision="prompt",
            next_step="prompt a current model, or tune with another provider",
        )


@rule("FT710", severity="error", since="0.1")
def unservable_tune(
    base: ModelFacts | Missing, provider: ProviderFacts, model_plan: ModelSettings
) -> Iterator[Finding]:
    """The provider trains this base, but may not serve the fine-tune.

    An error when it is known that it does not; undecided when it serves only some bases and the
    plan does not say that it serves this one.

    ## Why is this bad?
    Training and serving are two lists. A fine-tune that nobody deploys is paid for and of no use,
    unless its weights are taken elsewhere, to machines that cost money by the hour.

    ## What to do instead
    Look before training; the finding says how. Then state `servable = true` or `false` under
    `[model]`. Where it is false, choose another base, or download the weights and price the
    machines that serve them (`[hosting] usd_per_hour`, with `servable = true`).

    ## Source
    Together, "Models for fine-tuning" and its pricing page of August 2026: the first version of
    its endpoints is closed, and the second deploys 23 of the 37 public bases.
    """
    if isinstance(base, Missing) or not base.tunable:
        return
    servable = base.servable if model_plan.servable is None else model_plan.servable
    if servable is None:
        yield Finding(
            f"{provider.title} serves only some of the bases that it trains, and whether"
            f" {base.name} is one is not stated",
            undecided=True,
            next_step=f"{base.serving}; then add to ftgate.toml: [model] servable = true or false",
        )
    elif not servable:
        yield Finding(
            f"{provider.title} trains {base.name} but does not serve its fine-tunes",
            decision="prompt",
            next_step="choose a base that it serves, or another provider",
        )
