"""What every option costs, item by item, and at the prices of other models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from ftgate.economics.amounts import (
    money_text,
)
from ftgate.economics.breakeven import payback
from ftgate.economics.cashflow import caching_applies
from ftgate.economics.scenario import Variant
from ftgate.economics.scenario_flips import best_prompt, uncached
from ftgate.model import TRAINED
from ftgate.report_page.answer import REASONS, payback_text
from ftgate.report_page.names import (
    end_text,
    months,
    net_text,
    per_million,
)
from ftgate.report_page.options import YEAR, Line, Option, plain_year
from ftgate.report_page.page import (
    Block,
    Column,
    Items,
    Section,
    Table,
    Text,
)
from ftgate.report_page.study import Study, Swept

_SHORT = {
    "fine-tune": "fine-tune",
    "hold": "wait",
    "prompt": "keep",
    "rag": "keep",
    "hybrid": "fine-tune",
}


def costs(study: Study) -> Section:
    """Every option with its total, then each with its lines."""
    ahead = study.scenario.horizon_months
    both = ahead != YEAR
    columns = [Column("Option"), Column("How"), Column("Year 1, USD", number=True)]
    columns += [Column(f"{months(ahead)}, USD", number=True)] * both
    columns.append(Column(f"against {study.today.name}, {months(ahead)}, USD", number=True))
    rows = []
    options = [*study.options, *([study.stopped] if study.stopped else [])]
    for place, option in enumerate(options):
        less = study.today.horizon_usd - option.horizon_usd
        totals = [money_text(option.year_usd), *[money_text(option.horizon_usd)] * both]
        change = "" if option is study.today else signed(less)
        rows.append((option.name, _how(study, option, place), *totals, change))
    life = study.scenario.life_months
    caption = "What each option costs, everything included"
    blocks: list[Block] = [Table(caption, tuple(columns), tuple(rows))]
    if life is not None and life < ahead:
        text = (
            "The bills of the fine-tune are those of a model that lives on, but for the last row;"
        )
        text += f" it has {life} whole month{'' if life == 1 else 's'}."
        blocks.append(Text(text, "warning"))
    blocks += [_bill(option, both=both, ahead=ahead) for option in options]
    blocks += _beside(study)
    return Section("Options and what they cost", tuple(blocks))


def _how(study: Study, option: Option, place: int) -> str:
    """How an option does it; of an alternative also what is assumed of it."""
    if option.variant is not None or not place:
        return option.kind
    about = [] if option.service.contends else ["for comparison only"]
    about += filter(None, [study.notes.get(f"alternative[{place}].model", "")])
    return "; ".join([option.kind, *about]) if study.comparison else option.kind


def _beside(study: Study) -> Iterator[Table]:
    """Other ways to train, as the gate's comparison has them."""
    if study.comparison is None:
        return
    found = [each for each in study.comparison.options if each.kind in TRAINED[2:]]
    if not found:
        return
    columns = (
        Column("Option"),
        Column("before the first call, USD", number=True),
        Column(f"{months(study.comparison.horizon_months)}, USD", number=True),
        Column("What to know"),
    )
    rows = tuple(
        (each.name, money_text(each.upfront_usd), money_text(each.total_usd), each.note)
        for each in found
    )
    yield Table("Other ways to train it, for those who need them", columns, rows)


def signed(usd: Fraction) -> str:
    """Dollars and cents with their sign, plus is saved."""
    return f"{'+' if usd > 0 else ''}{money_text(usd)}"


def _bill(option: Option, *, both: bool, ahead: int) -> Table:
    def row(first: Line, whole: Line) -> tuple[str, ...]:
        year = [money_text(first.usd)] * both
        return (whole.item, *year, money_text(whole.usd), whole.formula)

    columns = [Column("Item"), *[Column("Year 1, USD", number=True)] * both]
    columns += [Column(f"{months(ahead)}, USD", number=True), Column(f"How, {months(ahead)}")]
    rows = [row(*pair) for pair in zip(option.year, option.lines, strict=True)]
    year = [money_text(option.year_usd)] * both
    rows.append(("in all", *year, money_text(option.horizon_usd), ""))
    return Table(f"{option.name}: {option.kind}", tuple(columns), tuple(rows), total=True)


def prices(study: Study) -> Section | None:
    """The same work at today's model's prices and at those of the alternatives."""
    scenario = study.scenario
    if not scenario.alternatives:
        return None
    rows = []
    for index, service in enumerate((scenario.base, *scenario.alternatives)):
        arm = service.arm
        cached = per_million(arm.cache.cached_mtok) if arm.cache else "none"
        best = study.options[index]
        found = payback(scenario.flow(scenario.planned, against=best_prompt(scenario, service)))
        rows.append((
            service.name,
            f"{per_million(arm.input_mtok)} / {cached} / {per_million(arm.output_mtok)}",
            money_text(plain_year(scenario, uncached(service))),
            money_text(best.year_tokens_usd) if caching_applies(best.service.arm) else "",
            money_text(best.year_usd),
            f"{net_text(found.net_usd)}; {REASONS[found.status]}",
        ))  # fmt: skip
    tuned = scenario.tuned.arm
    rows.append((
        study.plan.name,
        f"{per_million(tuned.input_mtok)} / none / {per_million(tuned.output_mtok)}",
        money_text(study.plan.year_tokens_usd),
        "",
        money_text(study.plan.year_usd),
        "",
    ))  # fmt: skip
    columns = (
        Column("Model"),
        Column("Input / cached / output"),
        Column("Tokens of year 1, USD", number=True),
        Column("with a cached prompt", number=True),
        Column("Year 1, all in, USD", number=True),
        Column(f"The fine-tune against it, {months(scenario.horizon_months)}"),
    )
    about = [study.notes[key] for key in _alternative_notes(study)]
    caption = "One workload at the prices of each model; prices per million tokens"
    return Section(
        f"At the prices of {scenario.base.name} and at those of other models",
        (*([Items(tuple(about))] if about else []), Table(caption, columns, tuple(rows))),
    )


def _alternative_notes(study: Study) -> list[str]:
    return [key for key in study.notes if key.startswith("alternative[") and key.endswith("]")]


def sweeps(study: Study) -> Section:
    """What the plans do while today's prices move: one of them, and both together."""
    scenario = study.scenario
    path = next(key for key in scenario.data["base"] if key.startswith("input"))
    return Section(
        "While prices fall",
        (
            Text(
                "At what price does fine-tuning stop to pay? The usual question moves the price of"
                " input alone; in a market both prices fall."
            ),
            _sweep_table(
                study,
                f"Payback where input of {scenario.base.name} costs",
                study.input_sweep,
                lambda value: end_text(f"base.{path}", value),
            ),
            _sweep_table(
                study,
                f"Payback where input and output of {scenario.base.name} cost, times today's price",
                study.both_sweep,
                lambda value: f"\u00d7 {value}",
            ),
        ),
    )


def _sweep_table(
    study: Study, caption: str, rows: tuple[Swept, ...], shown: Callable[[Fraction], str]
) -> Table:
    columns = [Column(_plan_name(study, variant)) for variant, *_ in rows[0].outcomes]
    return Table(
        caption,
        (Column("Price", number=True), *columns),
        tuple(
            (
                shown(row.value),
                *(f"{payback_text(found)}: {_SHORT[decision]}"
                  for _, found, decision in row.outcomes),
            )
            for row in rows
        ),
    )  # fmt: skip


def _plan_name(study: Study, variant: Variant) -> str:
    kind = "with retrieval" if variant.hybrid else "fine-tuned"
    if study.scenario.labelling_usd is None:
        return kind
    return f"{kind}, {'labelled' if variant.labelled else 'examples given'}"
