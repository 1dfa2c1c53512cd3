"""A provider's sheet in words: who may train, what is accepted and refused, how it bills.

Everything comes from the sheet, so that the terminal, the JSON and the table in the README say
the same and a new provider needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ftgate.catalog import PRICE_LIFE, Sheet, Source, dates_expire
from ftgate.formats import BY_NAME
from ftgate.tokens.bills import RULES

RULE_LIFE = timedelta(days=90)
"""How long a file rule is relied on after somebody looked: they change with a provider's software,
a few times a year, where prices (45 days) change with the market."""

_DAYS = ("new_customers_closed", "idle_customers_closed", "jobs_close")
_LABELS = {
    "max_file_bytes": "largest file",
    "max_total_file_bytes_per_resource": "all files of a resource",
    "over_long": "longer examples are",
    "byte_order_mark": "wants a byte order mark",
    "validation_billed": "bills validation tokens",
    "round_up_tokens": "bills begun units of (tokens)",
    "minimum_usd": "least charge of a job",
    "hosting_hour": "a tuned model's deployment, per hour",
    "new_customers_closed": "closed to new customers",
    "idle_customers_closed": "closed to customers who paused",
    "jobs_close": "no new jobs from",
    "min_examples": "fewest examples",
    "max_examples": "most examples",
    "min_records": "fewest records (its validator)",
    "max_records": "most records (its validator)",
    "max_example_tokens": "tokens of an example",
    "max_tokens_times_epochs": "tokens times epochs of a job",
    "default_example_tokens": "tokens of an example, by default",
    "max_images": "images of an example",
    "default_epochs": "epochs unless stated",
    "step_tokens": "tokens billed for a step",
    "rule": "bills",
}


_EXPECTED = {
    "limits": ("min_examples", "max_file_bytes", "max_example_tokens", "over_long"),
    "billing": ("rule", "validation_billed", "default_epochs"),
}
"""What a hosted provider must have rules for, published or not."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a provider says, with its source and until when to believe it."""

    key: str
    label: str
    value: str
    source: Source
    expires: date


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule of a provider for its files; ``kind`` is the name of the rule that reports it."""

    kind: str
    says: str
    fix: str
    severity: str
    source: Source


@dataclass(frozen=True, slots=True)
class Description:
    """One provider or framework; the tuples keep the order of the sheet."""

    name: str
    title: str
    kind: str
    customers: str
    formats: tuple[str, ...]
    mixed: bool
    availability: tuple[Fact, ...]
    limits: tuple[Fact, ...]
    billing: tuple[Fact, ...]
    refusals: tuple[Refusal, ...]
    models: tuple[str, ...]
    sources: tuple[Source, ...]
    unknown: dict[str, tuple[str, ...]]  # what nobody publishes, by table

    @property
    def format_titles(self) -> tuple[str, ...]:
        """The accepted schemas as people call them."""
        return tuple(BY_NAME[name].title for name in self.formats if name in BY_NAME)

    @property
    def as_of(self) -> date:
        """The date of the oldest copy that the sheet rests on."""
        return min(source.as_of for source in self.sources)


def describe(sheet: Sheet) -> Description:
    """Everything that a sheet says. Raises CatalogError when it is damaged."""
    formats = sheet.table("formats")
    return Description(
        name=sheet.text("name"),
        title=sheet.text("title"),
        kind=str(sheet.table().get("kind", "provider")),
        customers=sheet.text("availability", "customers"),
        formats=tuple(formats.get("named") or formats.get("accepts", ())),
        mixed=bool(formats.get("mixed", False)),
        availability=tuple(_availability(sheet)),
        limits=tuple(_facts(sheet, "limits")),
        billing=(*_facts(sheet, "billing"), *_facts(sheet, "prices")),
        refusals=tuple(_refusals(sheet)),
        models=tuple(sheet.table("models")),
        sources=tuple(_read_sources(sheet)),
        unknown={table: tuple(_unknown(sheet, table)) for table in _EXPECTED},
    )


def _availability(sheet: Sheet) -> Iterator[Fact]:
    source = sheet.source("availability")
    days = {key: sheet.day("availability", key) for key in _DAYS}
    expires = dates_expire(source.verified, tuple(days.values()))
    yield Fact("customers", "open to", sheet.text("availability", "customers"), source, expires)
    for key, day in days.items():
        if day is not None:
            yield Fact(key, _LABELS[key], day.isoformat(), source, expires)


def _facts(sheet: Sheet, table: str) -> Iterator[Fact]:
    for key, row in sheet.table(table).items():
        if isinstance(row, dict) and "source" in row:
            source = sheet.source(table, key)
            life = PRICE_LIFE if "usd" in row else RULE_LIFE
            label = _LABELS.get(key, key.replace("_", " "))
            yield Fact(key, label, _shown(key, row), source, source.verified + life)


def _unknown(sheet: Sheet, table: str) -> Iterator[str]:
    if sheet.table().get("kind") != "framework":
        for key in _EXPECTED[table]:
            if key not in sheet.table(table):
                yield _LABELS.get(key, key.replace("_", " "))


def _shown(key: str, row: dict[str, Any]) -> str:
    if "usd" in row:
        note = row.get("note")
        return f"${row['usd']}" + (f" ({note})" if note else "")
    value = row["value"]
    if key == "rule":
        return RULES[value].words
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and key.endswith("bytes"):
        return _size(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _size(size_bytes: int) -> str:
    """In the unit that a provider uses: powers of ten where that is a round number."""
    for unit, name in ((10**9, "GB"), (2**30, "GiB"), (2**20, "MiB")):
        if size_bytes >= unit and (unit != 10**9 or size_bytes % (unit // 10) == 0):
            return f"{size_bytes / unit:,.4g} {name}"
    return f"{size_bytes:,} bytes"


def _refusals(sheet: Sheet) -> Iterator[Refusal]:
    for kind in sheet.table("rules"):
        row = sheet.table("rules", kind)
        yield Refusal(
            kind=kind,
            says=sheet.text("rules", kind, "says"),
            fix=str(row.get("fix", "")),
            severity=str(row.get("severity", "")),
            source=sheet.source("rules", kind),
        )


def _read_sources(sheet: Sheet) -> Iterator[Source]:
    for key in sheet.table("sources"):
        yield sheet.cited(key)
