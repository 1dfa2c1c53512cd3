"""A scenario's answer as text: tables of 80 columns, and paragraphs that are not broken yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from ftgate.economics.amounts import (
    calls_text,
    count_text,
    exact_text,
    money_text,
    months_text,
    number_text,
    percent_text,
    usd_text,
)
from ftgate.economics.breakeven import Payback, payback
from ftgate.economics.cashflow import caching_applies, hit_ratio
from ftgate.economics.scenario import Scenario, Variant
from ftgate.economics.scenario_flips import (
    Stop,
    SweepRow,
    best_prompt,
    indifference,
    month,
    net_at_limit,
    padded,
    saving,
    stop_value,
    token_equivalents,
    uncached,
)
from ftgate.economics.scenario_services import Service
from ftgate.economics.traffic import Traffic
from ftgate.economics.worth import worth
from ftgate.model import Decision

_LABEL, _COLUMN = 26, 18
_DECISIONS: dict[Decision, str] = {
    "fine-tune": "FINE-TUNE",
    "hold": "HOLD",
    "prompt": "KEEP PROMPTING",
    "rag": "USE RETRIEVAL",
    "hybrid": "HYBRID",
}
_SHORT_DECISIONS: dict[Decision, str] = {
    "fine-tune": "go",
    "hold": "hold",
    "prompt": "keep",
    "rag": "keep",
    "hybrid": "go",
}
_REASONS = {
    "NO_VOLUME": "no calls",
    "NEVER_NEGATIVE_SAVINGS": "saves nothing",
    "NEVER": "not within 600 months",
    "PAYS_BACK_AFTER_HORIZON": "after the horizon",
    "PAYS_BACK_AFTER_SHUTDOWN": "stops before payback",
    "PAYS_BACK_THEN_LOST": "paid back, then lost again",
    "IMMEDIATE": "at once",
    "PAYS_BACK": "pays back",
}
_FALLING = ("base.input", "base.output")


def scenario_lines(scenario: Scenario, swept: tuple[str, list[SweepRow]] | None) -> Iterator[str]:
    """The whole answer, line by line."""
    yield from _paragraph(scenario.title)
    yield from _paragraph(
        f"{calls_text(scenario.calls)} a month{_growth(scenario)},"
        f" {scenario.horizon_months} months ahead;"
        f" payback must be sooner than {number_text(scenario.limit_months)} months"
    )
    found = scenario.suitability
    yield from _paragraph(f"{found.answer.upper()}: {found.text}")
    yield ""
    yield from _comparison(scenario)
    yield from _lengths(scenario)
    if swept:
        yield from sweep_lines(*swept)
    yield from _stops(scenario)
    yield from _left_out(scenario)


def _growth(scenario: Scenario) -> str:
    ramp, growth = scenario.volume.ramp, scenario.volume.growth_ratio
    starts = f", {percent_text(ramp[0])} of them at first" if ramp else ""
    return f"{starts}, growing {percent_text(growth)} a month" if growth else starts


def _comparison(scenario: Scenario) -> Iterator[str]:
    services = [
        scenario.base,
        scenario.tuned,
        *([scenario.hybrid] if scenario.hybrid else []),
    ]
    titles = ["today", "fine-tuned", "with retrieval"][: len(services)]
    yield _row("USD", titles)
    yield _row("model", [_short(service.name, _COLUMN - 2) for service in services[:2]])
    yield from _monthly(scenario, services)
    yield _row(
        f"{scenario.horizon_months} months of calls",
        [money_text(scenario.over_horizon(service)) for service in services],
    )
    for labelled in (False, True):
        variants = [each for each in scenario.variants if each.labelled is labelled]
        if variants:
            yield from _variants(scenario, variants, labelled=labelled)


def _monthly(scenario: Scenario, services: list[Service]) -> Iterator[str]:
    bills = [scenario.steady_month(service) for service in services]
    yield _row("month", [money_text(bill) for bill in bills])
    if scenario.tuned.arm.review and scenario.tuned.arm.review.initial_months:
        begin = scenario.tuned.arm.review.initial_months
        first = [money_text(month(service, scenario)) for service in services]
        yield _row(f"  in months 1-{begin}" if begin > 1 else "  in month 1", first)
    yield _row("saves a month", ["", *(money_text(bills[0] - bill) for bill in bills[1:])])


def _variants(scenario: Scenario, variants: list[Variant], *, labelled: bool) -> Iterator[str]:
    yield ""
    if scenario.labelling_usd is not None:
        yield "with labelling" if labelled else "examples exist, no labelling"
    judged = [scenario.judge(variant) for variant in variants]
    yield _row("  training", ["", *(money_text(scenario.training_usd) for _ in variants)])
    if labelled and scenario.labelling_usd is not None:
        yield _row("  labelling", ["", *(money_text(scenario.labelling_usd) for _ in variants)])
    yield from _other_costs(scenario, variants)
    whole = [scenario.all_in(each) for each in variants]
    base = scenario.over_horizon(scenario.base)
    label = f"  all in, {scenario.horizon_months} months"
    yield _row(label, [money_text(base), *(money_text(each) for each in whole)])
    yield _row("  payback", ["", *(_payback_text(found) for found, _ in judged)])
    yield from _worth(scenario, variants)
    calls = [_calls(found, scenario.volume) for found, _ in judged]
    yield _row("  payback in calls", ["", *calls])
    yield _row("  decision on cost", ["", *(_DECISIONS[decision] for _, decision in judged)])


def _other_costs(scenario: Scenario, variants: list[Variant]) -> Iterator[str]:
    """Engineering before the first call and retraining within the horizon, where there is any."""
    if scenario.engineering_usd:
        yield _row("  engineering", ["", *(money_text(scenario.engineering_usd) for _ in variants)])
    if scenario.retraining.every_months:
        again = [
            scenario.all_in(each) - each.upfront - scenario.over_horizon(each.service)
            for each in variants
        ]
        yield _row("  retraining", ["", *map(money_text, again)])


def _worth(scenario: Scenario, variants: list[Variant]) -> Iterator[str]:
    if scenario.discount_rate is None:
        return
    found = [worth(scenario.flow(each), scenario.discount_rate) for each in variants]
    yield _row(
        f"  worth today, at {percent_text(scenario.discount_rate)}",
        ["", *(money_text(each.npv_usd or 0) for each in found)],
    )
    yield _row("  most out of pocket", ["", *(money_text(each.peak_outlay_usd) for each in found)])


def _lengths(scenario: Scenario) -> Iterator[str]:
    line = indifference(scenario)
    if line is None:
        return
    lengths = f"{scenario.horizon_months} months"
    yield ""
    if line.dollars < 0:
        yield from _paragraph(
            f"Over {lengths}, all costs in, fine-tuning is cheaper than today whatever the"
            " length of query and answer."
        )
        return
    tokens = scenario.base.arm
    query, answer = Fraction(tokens.dynamic_tokens), Fraction(tokens.output_tokens)
    here = line.query * query + line.answer * answer
    yield from _paragraph(
        f"Over {lengths} fine-tuning wins when {exact_text(line.query)}·N +"
        f" {exact_text(line.answer)}·L > {exact_text(line.dollars)}, with N tokens of query and L"
        f" of answer. Here N = {count_text(query)} and L = {count_text(answer)} give"
        f" {exact_text(here)}: {'it wins' if here > line.dollars else 'it loses'}."
    )


def sweep_lines(path: str, rows: list[SweepRow]) -> Iterator[str]:
    """Payback and decision at each value of one number."""
    yield ""
    yield from _paragraph(f"if {path} were ...: payback in months (go: fine-tune, keep: prompt)")
    names = [_variant_name(variant).split(", ") for variant, *_ in rows[0].outcomes]
    yield _sweep_row("", "today", [kind for kind, _ in names])
    yield _sweep_row("", "a month", [labels for _, labels in names])
    for row in rows:
        cells = [
            f"{_months(found)} {_SHORT_DECISIONS[decision]}"
            for _, _, found, decision in row.outcomes
        ]
        yield _sweep_row(row.value, money_text(row.base_usd), cells)


def _sweep_row(value: str, base: str, cells: Sequence[str]) -> str:
    return f"  {value:<8}{base:>12}" + "".join(f"{cell:>14}" for cell in cells)


def _variant_name(variant: Variant) -> str:
    kind = "hybrid" if variant.hybrid else "fine-tuned"
    return f"{kind}, {'labelled' if variant.labelled else 'no labels'}"


def _stops(scenario: Scenario) -> Iterator[str]:
    yield ""
    slow = f"payback >= {number_text(scenario.limit_months)} months"
    yield _stop_row("When does fine-tuning stop?", "saves nothing", slow)
    for paths in (_FALLING[:1], _FALLING):
        alone = len(paths) == 1
        factor = "" if alone else ", as a factor of today's prices"
        yield f"  when {' and '.join(paths)} {'falls' if alone else 'fall'}{factor}"
        for variant in scenario.variants:
            stops = (stop_value(scenario, variant, paths, m) for m in (saving, net_at_limit))
            yield _stop_row(f"    {_variant_name(variant)}", *map(_stop_text, stops))
    free = scenario.steady_month(_without_input_price(scenario.base))
    tuned = scenario.steady_month(scenario.tuned)
    yield from _paragraph(
        f"never: even at $0 it pays. At a base.input of $0 today's calls still cost"
        f" {usd_text(free)} a month, the fine-tune {usd_text(tuned)}. already: only above the value"
        " in brackets would it pay.",
        indent="  ",
    )


def _stop_row(label: str, nothing: str, slow: str) -> str:
    return f"{label:<32}{nothing:>22}{slow:>26}"


def _stop_text(stop: Stop) -> str:
    if stop.answer == "at" and stop.value is not None:
        return exact_text(stop.value)
    shown = stop.answer == "already" and stop.value is not None and stop.value >= 0
    return f"{stop.answer} ({exact_text(stop.value or 0)})" if shown else stop.answer


def _without_input_price(service: Service) -> Service:
    return replace(service, arm=service.arm._replace(input_mtok=0, cache=None))


def _left_out(scenario: Scenario) -> Iterator[str]:
    if scenario.alternatives or scenario.life_months is not None:
        yield ""
        yield "Before you train:"
    for service in scenario.alternatives:
        yield from _alternative(scenario, service)
    if scenario.life_months is not None:
        yield from _shutdown(scenario, scenario.life_months)


def _alternative(scenario: Scenario, service: Service) -> Iterator[str]:
    plain = month(uncached(service), scenario)
    plan = scenario.planned
    found = payback(scenario.flow(plan, against=best_prompt(scenario, service)))
    yield from _paragraph(
        f"{service.name}, today's prompt: ${money_text(plain)}/month without caching", indent="  "
    )
    yield from _paragraph(_cache_text(scenario, service), indent="    ")
    yield from _paragraph(
        f"the fine-tune against it: {_REASONS[found.status]}, {_net(found.net_usd)} after"
        f" {scenario.horizon_months} months",
        indent="    ",
    )


def _cache_text(scenario: Scenario, service: Service) -> str:
    cache, arm = service.arm.cache, service.arm
    if cache is None:
        return "no cached price given"
    if caching_applies(arm):
        bill, share = month(service, scenario), percent_text(hit_ratio(arm, scenario.calls))
        return f"prompt cached: ${money_text(bill)}/month ({share} of calls hit)"
    longer = padded(service)
    prompt, minimum = count_text(arm.static_tokens), count_text(cache.min_tokens)
    text = f"{prompt} tokens are below the {minimum} that caching needs: no discount"
    if longer is None:
        return text
    cost = token_equivalents(longer.arm, scenario.calls)
    read = Fraction(cache.cached_mtok) / Fraction(arm.input_mtok) * cache.min_tokens
    return (
        f"{text}; padded to {minimum} a cached prompt costs {number_text(read)} tokens' worth"
        f" ({count_text(cost)} with misses) instead of {prompt}:"
        f" ${money_text(month(longer, scenario))}/month"
    )


def _shutdown(scenario: Scenario, life: int) -> Iterator[str]:
    until = f" on {scenario.usable_until}" if scenario.usable_until else ""
    months = "whole month" if life == 1 else "whole months"
    yield from _paragraph(
        f"the tuned model stops{until}: {life} {months} of use, then today's bill again",
        indent="  ",
    )
    for variant in scenario.variants:
        found = payback(scenario.flow(variant, life_months=life))
        yield from _paragraph(
            f"{_variant_name(variant)}: {_REASONS[found.status]}, {_net(found.net_usd)} in all",
            indent="    ",
        )


def _payback_text(found: Payback) -> str:
    months = _months(found)
    return months if months == "never" else f"{months} months"


def _months(found: Payback) -> str:
    return months_text(found.months).removesuffix(" months")


def _calls(found: Payback, volume: Traffic) -> str:
    return "never" if found.months is None else count_text(-(-volume.until(found.months) // 1))


def _net(usd: Fraction) -> str:
    return f"{'wins' if usd > 0 else 'loses'} {usd_text(abs(usd))}"


def _row(label: str, cells: Sequence[str]) -> str:
    return (f"{label:<{_LABEL}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells)).rstrip()


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def _paragraph(text: str, indent: str = "") -> list[str]:
    """A paragraph as one line: who prints it knows the width."""
    return [indent + " ".join(text.split())]
