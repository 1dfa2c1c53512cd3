"""What moves the result, and how likely it is."""

from __future__ import annotations

from ftgate.economics.amounts import (
    money_text,
    usd_text,
)
from ftgate.economics.risk import Risk
from ftgate.report_page.names import (
    chance_text,
    end_text,
    months,
    words,
)
from ftgate.report_page.page import (
    Bar,
    Bars,
    Block,
    Column,
    Mark,
    Section,
    Span,
    Spans,
    Table,
    Text,
)
from ftgate.report_page.study import Study


def sensitivity(study: Study) -> Section:
    """The tornado."""
    found, ahead = study.tornado, months(study.scenario.horizon_months)
    source = (
        "The ranges are assumptions of this report; [risk] states none."
        if found.assumed
        else "The ranges are those of [risk]."
    )
    spans = tuple(
        Span(
            f"{words(bar.path)}: {end_text(bar.path, bar.low)} to {end_text(bar.path, bar.high)}",
            float(bar.at_low.net_usd),
            float(bar.at_high.net_usd),
        )
        for bar in found.bars
    )
    rows = tuple(
        (
            words(bar.path),
            end_text(bar.path, bar.low),
            end_text(bar.path, bar.high),
            money_text(bar.at_low.net_usd),
            money_text(bar.at_high.net_usd),
        )
        for bar in found.bars
    )
    columns = (
        Column("Number"),
        Column("from", number=True),
        Column("to", number=True),
        Column("net at the first, USD", number=True),
        Column("net at the second, USD", number=True),
    )
    widest = f"It moves most with: {words(found.bars[0].path)}." if found.bars else ""
    text = (
        f"The net benefit of the fine-tune over {ahead} is {usd_text(found.base.net_usd)} as"
        f" stated. {widest} {source}"
    )
    chart = Spans(
        f"Net benefit over {ahead} as one number moves",
        text,
        float(found.base.net_usd),
        spans,
        Table("Net benefit at both ends of each range", columns, rows),
    )
    return Section("What moves the result most", (chart,))


def chances(study: Study) -> Section:
    """Probabilities, histogram, drivers, and what was drawn."""
    found, scenario = study.risk, study.scenario
    text = (
        f"{found.draws:,} futures were drawn (seed {found.seed}), every uncertain number from its"
        f" range. Where nothing beyond them is wrong, the fine-tune wins against"
        f" {study.today.name} in {chance_text(*found.positive)} of them, and is paid back in less"
        f" than {months(scenario.limit_months)} in {chance_text(*found.in_time)}; ± is the standard"
        " error of drawing."
    )
    blocks: list[Block] = [Text(text)]
    if study.living is not None:
        blocks.append(
            Text(
                f"That counts the announced end of {study.plan.name}. Had it none, the fine-tune"
                f" would win in {chance_text(*study.living.positive)}."
            )
        )
    if study.against_best is not None:
        blocks.append(
            Text(
                f"Against {study.against_best.against}, the cheapest prompt, it wins in"
                f" {chance_text(*study.against_best.positive)}."
            )
        )
    blocks.append(_histogram(found, f"Net benefit of the futures, against {found.against}"))
    if study.living is not None:
        blocks.append(_histogram(study.living, "The same, had the tuned model no end"))
    blocks += [_drivers(found), _cheapest(found), _drawn(study)]
    return Section("How likely it is", tuple(blocks))


def _histogram(found: Risk, title: str) -> Bars:
    rows = tuple(
        (f"{whole(b.low_usd)} to {whole(b.high_usd)}", f"{b.futures:,}",
         f"{100 * b.futures / found.draws:.1f}%")
        for b in found.histogram
    )  # fmt: skip
    summary = (
        f"P(NPV > 0) = {chance_text(*found.positive)}. Five in a hundred futures end below"
        f" {whole(found.p5_usd)}, half below {whole(found.p50_usd)}, five in a hundred above"
        f" {whole(found.p95_usd)}; the mean is {whole(found.mean_usd)}."
    )
    return Bars(
        title,
        summary,
        tuple(Bar(b.low_usd, b.high_usd, b.futures) for b in found.histogram),
        (Mark(found.p50_usd, None, "median"),),
        Table(
            "Futures by net benefit; the outermost bins hold what lies beyond",
            (Column("USD"), Column("futures", number=True), Column("share", number=True)),
            rows,
        ),
    )


def whole(usd: float) -> str:
    """Whole dollars: a drawn future has no cents."""
    return f"{'-' if usd <= -0.5 else ''}${abs(usd):,.0f}"


def _drivers(found: Risk) -> Table:
    return Table(
        "What drives it: rank correlation with the result, -1 to 1",
        (Column("Number"), Column("correlation", number=True)),
        tuple((words(each.path), f"{round(each.rho, 2) + 0:+.2f}") for each in found.drivers),
    )


def _cheapest(found: Risk) -> Table:
    return Table(
        "How often each option costs least",
        (Column("Option"), Column("share of the futures", number=True)),
        tuple((name, chance_text(*chance)) for name, chance in found.cheapest),
    )


def _drawn(study: Study) -> Table:
    notes, found = study.notes, study.risk
    stated = "stated in [risk]" if found.stated else "assumed by this report"
    return Table(
        "What was drawn",
        (Column("Number"), Column("distribution"), Column("source")),
        tuple(
            (words(each.path), each.text(), notes.get(f"risk.{each.path}", stated))
            for each in found.spreads
        ),
    )
