"""A what-if in one TOML file: prices, tokens and volume typed in, no data set needed.

``sample_data/scenarios`` has commented examples. Prices are written per thousand (``input_per_1k``)
or per million tokens (``input_mtok``); tokens are per call; rates are 0-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from ftgate.economics import moving
from ftgate.economics.breakeven import NEVER_AFTER_MONTHS, Flow, Payback, payback
from ftgate.economics.calendar import whole_months
from ftgate.economics.cashflow import MILLION, Arm, labelling_usd, month_costs
from ftgate.economics.scenario_file import MAX_MONTHS, Table, read_toml
from ftgate.economics.scenario_services import (
    Service,
    Tokens,
    failing,
    like,
    maintained,
    read_other,
    read_service,
    reviewed,
    waiting,
    with_retrieval,
)
from ftgate.economics.spreads import Uncertainty, read_uncertainty
from ftgate.economics.suitability import Suitability, suitability
from ftgate.economics.traffic import Traffic
from ftgate.model import Decision


@dataclass(frozen=True, slots=True)
class Variant:
    """The fine-tune as one of four plans: alone or with retrieval, labelled or with given data.

    ``retraining`` is what is paid at the start of a month, by month.
    """

    service: Service
    labelled: bool
    upfront: Fraction
    retraining: Mapping[int, Fraction]
    hybrid: bool


class Retraining(NamedTuple):
    """The training job again every so many months, some examples labelled anew. 0 is never."""

    every_months: int
    relabel_ratio: Fraction
    usd: Fraction


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario file, validated. ``data`` is its content, for sweeps and thresholds."""

    title: str
    where: str
    data: dict[str, Any]
    volume: Traffic
    horizon_months: int
    limit_months: Fraction
    discount_rate: Fraction | None
    min_probability: Fraction | None
    base: Service
    tuned: Service
    hybrid: Service | None
    alternatives: tuple[Service, ...]
    training_usd: Fraction
    labelling_usd: Fraction | None
    engineering_usd: Fraction
    retraining: Retraining
    suitability: Suitability
    life_months: int | None
    usable_until: date | None
    uncertainty: Uncertainty

    @property
    def calls(self) -> Fraction:
        """Calls of a month, before growth and ramp."""
        return Fraction(self.volume.calls)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Fine-tuned, then hybrid; first without labelling, then with it."""
        services = [self.tuned, *([self.hybrid] if self.hybrid else [])]
        labels = [False] if self.labelling_usd is None else [False, True]
        return tuple(
            self._variant(service, labelled) for labelled in labels for service in services
        )

    def _variant(self, service: Service, labelled: bool) -> Variant:
        labelling = (labelled and self.labelling_usd) or Fraction(0)
        upfront = self.training_usd + labelling + self.engineering_usd
        every, relabel, other = self.retraining
        again = self.training_usd + relabel * labelling + other
        months = range(every + 1, NEVER_AFTER_MONTHS + 1, every) if every else ()
        lumps = dict.fromkeys(months, again)
        return Variant(service, labelled, upfront, lumps, hybrid=service is self.hybrid)

    @property
    def planned(self) -> Variant:
        """The fine-tune with everything that the file says it costs."""
        return self._variant(self.tuned, labelled=self.labelling_usd is not None)

    def bills(self, service: Service, months: int) -> list[Fraction]:
        """The first ``months`` monthly bills of a service, those of its successor included."""
        own = self._bills(service.arm, months)
        if service.lasts_months is None or service.successor is None:
            return own
        later = self.bills(service.successor, months)
        return own[: service.lasts_months] + later[service.lasts_months :]

    def _bills(self, arm: Arm, months: int) -> list[Fraction]:
        if self.volume.constant and arm.steady_from is not None:
            return month_costs(arm, self.calls, months)
        return list(moving.bills(arm, (self.calls, *self.volume[1:]), months))

    def flow(
        self, variant: Variant, against: Service | None = None, life_months: int | None = None
    ) -> Flow:
        """Cash flow of a variant against today's model, or against another service."""
        other = against or self.base

        known: list[Fraction] = []

        def savings(months: int) -> list[Fraction]:
            if len(known) < months:
                dear, cheap = self.bills(other, months), self.bills(variant.service, months)
                known[:] = [a - b for a, b in zip(dear, cheap, strict=True)]
            return known[:months]

        return Flow(
            variant.upfront - other.upfront_usd,
            savings,
            self.horizon_months,
            life_months,
            variant.retraining,
            has_volume=self.calls > 0,
        )

    def decide(self, found: Payback) -> Decision:
        """``fine-tune`` strictly before the limit, ``hold`` when slower, ``prompt`` when never."""
        if found.sooner_than(self.limit_months):
            return "fine-tune"
        slow = found.durable is not None or found.status == "PAYS_BACK_AFTER_HORIZON"
        return "hold" if slow else "prompt"

    def judge(self, variant: Variant) -> tuple[Payback, Decision]:
        """Payback of a variant against today's model, and the decision on cost."""
        found = payback(self.flow(variant))
        return found, self.decide(found)

    def steady_month(self, service: Service) -> Fraction:
        """Dollars of a month of full volume once initial review is over."""
        return month_costs(service.arm, self.calls, max(1, service.arm.steady_from or 1))[-1]

    def over_horizon(self, service: Service) -> Fraction:
        """Dollars of all months of the horizon, with what is paid before them."""
        return service.upfront_usd + sum(self.bills(service, self.horizon_months), Fraction(0))

    def all_in(self, variant: Variant) -> Fraction:
        """Dollars of all months of the horizon with what is paid before and between them."""
        again = (usd for month, usd in variant.retraining.items() if month <= self.horizon_months)
        return variant.upfront + self.over_horizon(variant.service) + sum(again, Fraction(0))


def parse_scenario(text: str, where: str) -> Scenario:
    """Validate a scenario file's text; ``where`` names it in errors.

    Raises ConfigError for unknown, missing, negative or contradictory keys.
    """
    return build_scenario(read_toml(text, where), where)


def build_scenario(data: dict[str, Any], where: str) -> Scenario:
    """Validate a scenario's content; see :func:`parse_scenario`."""
    root = Table(data, "", where)
    tokens = Tokens.read(_required(root, "tokens"))
    base = read_service(_required(root, "base"), tokens.prompt, tokens)
    tuned_table = _required(root, "tuned")
    training_mtok = tuned_table.price_mtok("training") or Fraction(0)
    if tuned_table.has("lasts_months"):
        raise tuned_table.error("lasts_months", "is written as [shutdown] usable_until_months")
    tuned = read_service(tuned_table, tokens.tuned_prompt, tokens)
    for read, key in ((reviewed, "review"), (failing, "failures"), (waiting, "latency")):
        base, tuned = read(root.table(key), base, tuned)
    engineering, monthly = _engineering(root.table("engineering"), root.table("labelling"))
    tuned = maintained(tuned, monthly)
    examples, training = _training(_required(root, "training"), tokens, training_mtok)
    alternatives = tuple(
        like(base, tuned, read_other(table, tokens)) for table in root.tables("alternative")
    )
    if base.successor:
        base = replace(base, successor=like(base, tuned, base.successor))
    life, until = _life(root.table("shutdown"))
    rate = root.number("discount_rate") if root.has("discount_rate") else None
    least = root.number("min_probability", maximum=1) if root.has("min_probability") else None
    scenario = Scenario(
        title=root.text("title", "scenario"),
        where=where,
        data=data,
        volume=_volume(root),
        horizon_months=_positive(root, "horizon_months", 12),
        limit_months=root.number("limit_months", 6, maximum=MAX_MONTHS),
        discount_rate=rate,
        min_probability=least,
        base=base,
        tuned=tuned,
        hybrid=with_retrieval(root.table("hybrid"), tuned),
        alternatives=alternatives,
        training_usd=training,
        labelling_usd=_labelling(root.table("labelling"), examples),
        engineering_usd=engineering,
        retraining=_retraining(root.table("retraining")),
        suitability=_suitability(root.table("goal"), examples),
        life_months=life,
        usable_until=until,
        uncertainty=read_uncertainty(root.table("risk"), data),
    )
    root.close()
    return scenario


def _required(root: Table, key: str) -> Table:
    table = root.table(key, required=True)
    assert table is not None  # noqa: S101 - required=True raises instead
    return table


def _volume(root: Table) -> Traffic:
    monthly, yearly = root.has("queries_per_month"), root.has("queries_per_year")
    if monthly == yearly:
        raise root.error("queries_per_month", "or queries_per_year is needed, and only one of them")
    calls = root.number("queries_per_month") if monthly else root.number("queries_per_year") / 12
    return Traffic(
        calls, root.number("growth_ratio", 0, maximum=1), root.numbers("ramp", maximum=1)
    )


def _positive(root: Table, key: str, default: int) -> int:
    value = root.whole(key, default, maximum=MAX_MONTHS)
    if not value:
        raise root.error(key, "is 0; the minimum is 1")
    return value


def _training(table: Table, tokens: Tokens, price_mtok: Fraction) -> tuple[Fraction, Fraction]:
    """Number of examples and dollars of the job, ``minimum_usd`` at least.

    Where the length of an example is left out, it is a call: short prompt, query and answer.
    """
    call = tokens.tuned_prompt + tokens.query + tokens.answer
    each = table.number("tokens_per_example") if table.has("tokens_per_example") else call
    examples, epochs = table.number("examples"), table.number("epochs")
    least = table.number("minimum_usd", 0)
    table.close()
    return examples, max(examples * each * epochs * price_mtok / MILLION, least)


def _labelling(table: Table | None, examples: Fraction) -> Fraction | None:
    if table is None:
        return None
    minutes, wage = table.number("minutes_per_example"), table.number("hourly_wage")
    table.close()
    return labelling_usd(examples, minutes, wage)


def _engineering(table: Table | None, labelling: Table | None) -> tuple[Fraction, Fraction]:
    """Wages before the first call (evaluation set, deployment) and of every month.

    Where the wage is left out, it is that of labelling.
    """
    if table is None:
        return Fraction(0), Fraction(0)
    own = table.has("hourly_wage") or labelling is None
    wage = (table if own or labelling is None else labelling).number("hourly_wage")
    before, monthly = table.number("hours_upfront", 0), table.number("hours_per_month", 0)
    table.close()
    return before * wage, monthly * wage


def _retraining(table: Table | None) -> Retraining:
    if table is None:
        return Retraining(0, Fraction(0), Fraction(0))
    found = Retraining(
        table.whole("every_months", maximum=MAX_MONTHS),
        table.number("relabel_ratio", 0, maximum=1),
        table.number("usd", 0),
    )
    table.close()
    return found


def _suitability(table: Table | None, examples: Fraction) -> Suitability:
    if table is None:
        return suitability("other", int(examples))
    found = suitability(table.text("kind"), int(examples), volatile=table.flag("volatile"))
    table.close()
    return found


def _life(table: Table | None) -> tuple[int | None, date | None]:
    """Whole months of the tuned model's life, and its last date if dates are given."""
    if table is None:
        return None, None
    until = None
    if table.has("usable_until_months"):
        life = table.whole("usable_until_months")
    else:
        until = table.day("usable_until")
        life = whole_months(table.day("as_of"), until)
    table.close()
    return life, until
