"""What would change the answer: the lengths of the texts, and each number's own flip point."""

from __future__ import annotations

import math
from fractions import Fraction

from ftgate.economics.amounts import count_text, exact_text, money_text
from ftgate.economics.sensitivity import Threshold
from ftgate.report_page.inputs import sentence
from ftgate.report_page.names import flip_text, months, number, until, whole_months, words
from ftgate.report_page.page import Block, Column, Items, Lines, Mark, Section, Series, Table, Text
from ftgate.report_page.study import Study


def changes(study: Study) -> Section:
    """The line between short and long texts, and every number's own flip point."""
    scenario = study.scenario
    blocks: list[Block] = []
    if scenario.life_months is not None:
        blocks.append(Text(_as_if(study), "warning"))
    blocks += _lengths(study)
    ahead, limit = months(scenario.horizon_months), months(scenario.limit_months)
    columns = (
        Column("Number"),
        Column("Now", number=True),
        Column(f"Costs less than {scenario.base.name} over {ahead}"),
        Column(f"Paid back in less than {limit}"),
    )
    ordered = sorted(study.flips, key=lambda each: distance(each.over_horizon))
    rows = tuple(
        (
            words(each.in_time.path),
            number(each.in_time.path, each.in_time.now),
            threshold_text(each.over_horizon),
            threshold_text(each.in_time),
        )
        for each in ordered
    )
    caption = "One number at a time, everything else as stated; the nearest flip first"
    blocks.append(Table(caption, columns, rows))
    if study.comparison is not None:
        found = tuple(sentence(each.meaning) for each in study.comparison.thresholds)
        blocks += [Text("Against every alternative at once:"), Items(found)]
    return Section("What would change it", tuple(blocks))


def threshold_text(found: Threshold) -> str:
    """``from 1,620.40``, ``already, from 2,853.12``, ``never``."""
    if found.answer == "never":
        return f"never, up to {number(found.path, found.high)}"
    if found.flip is None:
        return "already, at any value"
    side = "above" if found.flip.pays_above else "below"
    text = f"{side} {flip_text(found.path, found.flip.value)}"
    more = "" if found.monotone else f" (flips {len(found.flips)} times)"
    return f"{'already, ' if found.answer == 'already' else ''}{text}{more}"


def distance(found: Threshold) -> float:
    """How many times over the number would have to change."""
    if found.flip is None or not found.now or found.flip.value <= 0:
        return math.inf
    return abs(math.log(found.flip.value / found.now))


def _lengths(study: Study) -> list[Block]:
    """The line on which fine-tune and today's model cost the same, by length of the texts."""
    scenario, line = study.scenario, study.line
    if line is None:
        return []
    ahead = months(scenario.horizon_months)
    if line.dollars <= 0:
        text = f"Over {ahead} the fine-tune costs less than {scenario.base.name}"
        return [Text(f"{text} whatever the length of query and answer.")]
    query = Fraction(scenario.base.arm.dynamic_tokens)
    reply = Fraction(scenario.base.arm.output_tokens)
    here = line.query * query + line.answer * reply
    ends = line.dollars / line.query, line.dollars / line.answer
    points = (
        f"N = {money_text((line.dollars - line.answer * reply) / line.query)}"
        f" where L = {count_text(reply)}",
        f"L = {money_text((line.dollars - line.query * query) / line.answer)}"
        f" where N = {count_text(query)}",
    )
    law = f"{exact_text(line.query)}·N + {exact_text(line.answer)}·L > {exact_text(line.dollars)}"
    text = (
        f"The length of the texts decides. With N tokens of query and L of answer, the fine-tune"
        f" costs less than {scenario.base.name} over {ahead} when {law}. Here N ="
        f" {count_text(query)} and L = {count_text(reply)} give {exact_text(here)}: it"
        f" {'wins' if here > line.dollars else 'loses'}. Measure both before you decide."
    )
    at_ends = ((0.0, float(ends[1])), (float(ends[0]), 0.0))
    table = Table(
        "Where both cost the same",
        (Column("Query, tokens", number=True), Column("Answer, tokens", number=True)),
        _on_the_line(study),
    )
    chart = Lines(
        "Where the fine-tune wins: above the line",
        f"A straight line from {at_ends[1][0]:,.0f} tokens of query and no answer to"
        f" {at_ends[0][1]:,.0f} tokens of answer and no query; the scenario lies"
        f" {'above' if here > line.dollars else 'below'} it.",
        "query, tokens (N)",
        "answer, tokens (L)",
        (Series("both cost the same", at_ends),),
        (Mark(float(query), float(reply), "this scenario"),),
        table,
        dollars=False,
    )
    return [Text(text), Items(tuple(f"The line is crossed at {each}." for each in points)), chart]


def _on_the_line(study: Study) -> tuple[tuple[str, str], ...]:
    line = study.line
    assert line is not None  # noqa: S101 - only a line is asked for
    query = Fraction(study.scenario.base.arm.dynamic_tokens)
    reply = Fraction(study.scenario.base.arm.output_tokens)
    at_reply = (line.dollars - line.answer * reply) / line.query
    lengths = sorted({Fraction(0), query, at_reply, line.dollars / line.query})
    return tuple(
        (money_text(n), money_text((line.dollars - line.query * n) / line.answer))
        for n in lengths
        if 0 <= n <= line.dollars / line.query
    )


def _as_if(study: Study) -> str:
    scenario = study.scenario
    return (
        f"These points hold as if the tuned model lived on. {study.plan.name}"
        f" stops{until(scenario)}; a fine-tune on it has"
        f" {whole_months(scenario.life_months or 0)} to pay back."
    )
