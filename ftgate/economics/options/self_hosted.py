"""LoRA on GPUs by the hour: a job of so many hours, and replicas that run all month.

``gpus`` are those of the job and of each replica. One replica answers everything unless the plan
says how many tokens a second it generates; then there are as many as the mean load needs, which
leaves nothing for peaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ftgate.economics.amounts import number_text, rate_text
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import HOURS_PER_MONTH
from ftgate.economics.market import Market
from ftgate.economics.options.people import labelling_line, with_people
from ftgate.economics.training import hours_missing, job_usd
from ftgate.model import CostLine, Missing

_SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600


def on_own_machines(market: Market) -> Candidate | Missing | None:
    """The plan's fine-tune where its provider is a framework; None where somebody sells it."""
    provider = market.quotes.provider(market.training.provider)
    if isinstance(provider, Missing) or provider.kind != "framework":
        return None
    found = _candidate(market, "fine-tuned", f"fine-tuned {market.training.model}")
    return found or hours_missing(market.settings.self_hosted, market.training.model)


def candidates(market: Market, tuned: Candidate) -> Iterator[Candidate | Missing]:
    """The same tune by the GPU-hour, beside one that a provider sells.

    It does not contend: the weights of the planned base may not be for sale, and another base
    answers differently.
    """
    if tuned.arm.replica_month_usd or market.settings.self_hosted.gpu_usd_per_hour is None:
        return
    found = _candidate(market, "self-hosted", "fine-tuned by the GPU-hour")
    if found is None:
        lines = hours_missing(market.settings.self_hosted, "")
        yield Missing("self-hosting", lines.reason)
        return
    labelling = labelling_line(market)
    if not isinstance(labelling, Missing):
        yield with_people(market, found._replace(contends=False), labelling)


def _candidate(market: Market, kind: str, name: str) -> Candidate | None:
    plan, model = market.settings.self_hosted, market.training.model
    usd, price = job_usd(plan), plan.gpu_usd_per_hour
    if usd is None or price is None:
        return None
    rented = f"{plan.gpus} x {rate_text(price)}"
    job = f"{number_text(plan.training_hours or 0)} h x {rented}"
    arm = market.arm(None, market.load.tuned_prompt_tokens, tuned=True)
    replica = price * plan.gpus * HOURS_PER_MONTH
    each = Fraction(0)
    generated = Fraction(arm.output_tokens) + Fraction(arm.reasoning_tokens)
    generated *= 1 + Fraction(arm.retry_ratio)
    if plan.tokens_per_second is not None and generated:
        each = Fraction(plan.tokens_per_second) * _SECONDS_PER_MONTH / generated
    note = "on machines by the hour" + (", one replica" if not each else "")
    served = Candidate(
        name,
        kind,
        f"ft:{model}",
        arm._replace(replica_month_usd=replica, replica_calls=each),
        {},
        (CostLine("training", usd, job, upfront=True),),
        note=note,
    )
    return market.waited(served, tuned=True)
