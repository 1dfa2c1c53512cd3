"""The inputs with their sources, and what the arithmetic takes for granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ftgate.economics.amounts import (
    percent_text,
)
from ftgate.economics.cashflow import HOURS_PER_MONTH
from ftgate.report_page.names import (
    value_text,
    words,
)
from ftgate.report_page.page import (
    Block,
    Column,
    Items,
    Section,
    Table,
    Text,
)
from ftgate.report_page.study import Study


def inputs(study: Study) -> Section:
    """Every value of the file with the comment that explains it."""
    rows = tuple(_inputs(study.scenario.data, study.notes))
    columns = (Column("Input"), Column("Value"), Column("Source or remark"), Column("Key"))
    name = study.scenario.where
    text = (
        f"Every value is stated in {name}; the remarks are its own comments. Where there is none,"
        " the file does not say what the value rests on."
    )
    if study.comparison is not None:
        text = (
            f"What is stated is in {name}; what is measured was counted in the files; prices are"
            " those of the catalogue, each with who published it and when. Where there is no"
            " remark, a value follows from the others or is a default."
        )
    blocks: list[Block] = [Text(text), Table("Inputs", columns, rows)]
    if study.sources:
        blocks += [Text("Who published the prices:"), Items(study.sources)]
    return Section("Inputs and their sources", tuple(blocks))


def _inputs(data: Mapping[str, Any], notes: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for key, value in data.items():
        if key == "risk" or key == "title":
            continue
        if isinstance(value, Mapping):
            yield from _table_inputs(key, value, notes)
        elif isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
            for index, each in enumerate(value, start=1):
                yield from _table_inputs(f"{key}[{index}]", each, notes)
        else:
            yield words(key), value_text(key, value), notes.get(key, ""), key


def _table_inputs(
    table: str, values: Mapping[str, Any], notes: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    about = notes.get(table, "")
    for key, value in values.items():
        path = f"{table}.{key}"
        if isinstance(value, Mapping):
            yield from _table_inputs(path, value, notes)
            continue
        remark = "; ".join(filter(None, (about, notes.get(path, ""))))
        about = ""
        yield words(path), value_text(path, value), remark, path


def assumptions(study: Study) -> Section:
    """What the arithmetic takes for granted, and what it leaves out."""
    return Section(
        "Assumptions", (Items(tuple(_taken(study))), Items(tuple(_missing(study.scenario.data))))
    )


def _taken(study: Study) -> Iterator[str]:
    scenario = study.scenario
    arms = [scenario.base.arm, scenario.tuned.arm, *(each.arm for each in scenario.alternatives)]
    if scenario.volume.constant:
        yield "Every month has the same number of calls."
    if not any(arm.decline_ratio for arm in arms):
        yield "Prices stay as they are for as long as the plan looks."
    if scenario.alternatives:
        yield (
            "An alternative answers today's prompt as well and as quickly as today's model: the"
            " same reviews and the same mistakes."
        )
    caches = [arm.cache for arm in arms if arm.cache is not None]
    if any(cache.hit_ratio is None for cache in caches):
        yield (
            "Calls arrive at random: 1 - exp(-calls a month \u00d7 minutes cached / minutes a"
            f" month) of them find the prompt cached, with {HOURS_PER_MONTH} hours a month."
        )
    if "hosting_per_hour" in scenario.data["tuned"]:
        yield f"A hosted model runs all {HOURS_PER_MONTH} hours of a month."
    if "tokens_per_example" not in scenario.data["training"]:
        yield "A training example is as long as a call: the short prompt, the query, the answer."
    yield (
        "Money later is worth as much as money now: no discount rate is stated."
        if scenario.discount_rate is None
        else f"Money is discounted at {percent_text(scenario.discount_rate)} a year in the risk."
    )
    yield "Payback is strict: exactly at the limit is too slow."
    if study.comparison is not None:
        yield from map(sentence, study.comparison.assumptions)


def sentence(text: str) -> str:
    """A phrase of the gate as a sentence; a model's name keeps its first letter."""
    first, _, rest = text.removesuffix(".").partition(" ")
    named = any(letter.isdigit() for letter in first)
    return f"{first if named else first[:1].upper() + first[1:]} {rest}."


_LEFT_OUT = {
    "engineering": "wages for evaluation, deployment and upkeep",
    "retraining": "training the model again",
    "failures": "what wrong answers cost, and whether they become more or fewer",
    "latency": "what waiting for an answer costs",
    "review": "people who check answers",
    "labelling": "wages of labelling: the examples are there",
}


def _missing(data: Mapping[str, Any]) -> Iterator[str]:
    for table, text in _LEFT_OUT.items():
        if table not in data:
            yield f"Left out, as there is no [{table}]: {text}."
