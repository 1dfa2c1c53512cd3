"""The data of the catalogue: complete, typed, sourced; and what happens when a file is damaged."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from ftgate import catalog
from ftgate.errors import CatalogError
from ftgate.formats import BY_NAME
from ftgate.model import Price
from ftgate.prices.book import PriceBook
from ftgate.prices.bundled import Bundled
from ftgate.prices.units import UNITS
from ftgate.rules import load_rules

RELEASE = date(2026, 11, 22)
Usd = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]
Confidence = Literal["A", "B", "C"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SourceRow(Strict):
    title: str = Field(min_length=5)
    url: str = Field(pattern=r"^https://[^ ]+$")
    as_of: date
    verified: date
    confidence: Confidence


class Fact(Strict):
    value: int | bool | str
    source: str


class Amount(Strict):
    usd: Usd
    source: str
    note: str = ""
    confidence: Confidence | None = None


class Inference(Strict):
    source: str
    confidence: Confidence | None = None
    note: str = ""
    input_mtok: Usd
    output_mtok: Usd
    cached_input_mtok: Usd | None = None
    cache_write_mtok: Usd | None = None
    batch_input_mtok: Usd | None = None
    batch_output_mtok: Usd | None = None


class SnapshotRow(Inference):
    input_mtok_above_272000: Usd | None = None
    cached_input_mtok_above_272000: Usd | None = None
    output_mtok_above_272000: Usd | None = None
    decisions_input_mtok: Usd | None = None
    decisions_output_mtok: Usd | None = None
    shutdown: date | None = None
    shutdown_source: str | None = None


class Snapshot(Strict):
    sources: dict[str, SourceRow]
    models: dict[str, dict[str, SnapshotRow]]


class Dates(Strict):
    source: str
    jobs_close_new: date | None = None
    jobs_close_existing: date | None = None
    shutdown: date | None = None
    tuned_shutdown: date | None = None
    replacement: str = ""


class Model(Strict):
    methods: list[Literal["supervised", "dpo", "reinforcement"]] = Field(min_length=1)
    dates: Dates | None = None
    aliases: list[str] = []
    servable: bool | None = None
    training_mtok: Amount | None = None
    training_dpo_mtok: Amount | None = None
    training_hour: Amount | None = None
    max_example_tokens: Fact | None = None
    storage_month: Amount | None = None
    tuned: Inference | None = None


class Availability(Strict):
    source: str
    customers: str
    new_customers_closed: date | None = None
    idle_customers_closed: date | None = None
    jobs_close: date | None = None


class BySize(Strict):
    source: str
    up_to_billion: int | None = None
    training_mtok: Usd
    training_dpo_mtok: Usd | None = None
    full_training_mtok: Usd | None = None
    full_training_dpo_mtok: Usd | None = None


class Serving(Strict):
    check: str
    source: str
    confidence: Confidence | None = None


class Caching(Strict):
    prefixes: list[str]
    min_tokens: int
    ttl_minutes: int
    source: str


class Formats(Strict):
    accepts: list[str] = Field(min_length=1)
    named: list[str] = []  # what a person is told, where it is less than what is judged
    mixed: bool = False
    csv: bool = False
    source: str


class RuleRow(Strict):
    says: str = Field(pattern=r"^[^A-Z ]?[^\n]+[^.\n]$")
    fix: str = ""
    severity: Literal["error", "warning", "info"] | None = None
    source: str


class ChatTerms(Strict):
    source: str
    like: Literal["openai"] | None = None
    roles: list[str] = []
    follows: dict[str, list[str]] = {}
    last: list[str] = []
    needs: list[str] = []
    filled: list[str] = []
    keys: list[str] = []
    required: list[str] = []
    parts: bool = False
    calls_replace_content: bool = False
    weight: Literal["integer", "number"] | None = None
    min_messages: int = 1


LIMITS = Literal[
    "min_examples",
    "min_records",
    "max_records",
    "max_file_bytes",
    "max_example_tokens",
    "default_example_tokens",
    "max_tokens_times_epochs",
    "max_images",
    "csv",
    "over_long",
    "byte_order_mark",
    "recommended_examples",
    "suffix_max_chars",
    "max_training_files",
    "max_total_file_bytes_per_resource",
    "max_job_hours",
    "max_tuned_deployments",
    "max_records_multimodal",
    "max_validation_records",
    "max_image_bytes",
]
BILLING = Literal[
    "rule", "validation_billed", "round_up_tokens", "default_epochs", "step_tokens", "minimum_usd"
]


class Provider(Strict):
    name: str
    title: str
    kind: Literal["provider", "framework"] = "provider"
    tuned_rate: Literal["base"] | None = None
    market: Literal["google", "aws-bedrock"] | None = None
    availability: Availability
    formats: Formats
    limits: dict[LIMITS, Fact] = {}
    billing: dict[BILLING, Fact | Amount] = {}
    chat: ChatTerms | None = None
    rules: dict[str, RuleRow]
    prices: dict[str, Amount] = {}
    by_size: dict[str, BySize] = {}
    serving: Serving | None = None
    caching: list[Caching] = []
    models: dict[str, Model] = {}
    sources: dict[str, SourceRow]


def files() -> dict[str, Any]:
    sheets = [catalog.read_provider(name) for name in catalog.provider_names()]
    return {sheet.where: sheet.data for sheet in [*sheets, catalog.read_prices()]}


def nodes(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value below, with its path."""
    yield path, value
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from nodes(entry, f"{path}.{key}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from nodes(entry, f"{path}[{index}]")


def every_price() -> list[Price]:
    book, data = PriceBook.load(today=RELEASE), Bundled()
    prices = []
    for provider in data.providers():
        for model in data.models(provider):
            for name in (model, f"ft:{model}"):
                prices += [book.lookup(name, unit, provider) for unit in UNITS]
    return [price for price in prices if isinstance(price, Price)]


@pytest.mark.parametrize("name", catalog.provider_names())
def test_provider_sheet_follows_the_schema(name: str) -> None:
    text = (catalog.FOLDER / "providers" / f"{name}.toml").read_text("utf-8")
    sheet = Provider.model_validate(tomllib.loads(text))
    assert sheet.name == name
    assert set(sheet.formats.accepts) <= set(BY_NAME)
    assert set(sheet.rules) <= {rule.name for rule in load_rules().values()}


def test_price_snapshot_follows_the_schema() -> None:
    text = (catalog.FOLDER / catalog.PRICES_FILE).read_text("utf-8")
    snapshot = Snapshot.model_validate_json(text)
    assert sum(len(models) for models in snapshot.models.values()) >= 65


@pytest.mark.parametrize("where", files())
def test_every_number_stands_beside_its_source_and_none_is_a_float(where: str) -> None:
    data = files()[where]
    used = set()
    for path, value in nodes(data):
        assert not isinstance(value, float), path
        if path.startswith(".sources") or not isinstance(value, dict):
            continue
        used |= {value[key] for key in ("source", "shutdown_source") if key in value}
        numbers = [
            key
            for key, entry in value.items()
            if isinstance(entry, (int, date)) or (key in ("usd", *UNITS) and isinstance(entry, str))
        ]
        assert not numbers or "source" in value, f"{path}: {numbers}"
    assert used == set(data["sources"])


@pytest.mark.parametrize("where", files())
def test_sources_are_older_than_their_verification(where: str) -> None:
    for name in files()[where]["sources"]:
        sheet = catalog.Sheet(where, {"sources": files()[where]["sources"], "x": {"source": name}})
        source = sheet.source("x")
        assert source.as_of <= source.verified <= RELEASE


def test_an_alias_names_one_model_of_its_provider() -> None:
    for where, data in files().items():
        if where == catalog.PRICES_FILE:
            continue
        names = [
            spelling
            for model, entry in data.get("models", {}).items()
            for spelling in (model, *entry.get("aliases", ()))
        ]
        assert len(names) == len({name.lower() for name in names}), where


def test_every_price_has_provenance_and_is_fresh_on_release_day() -> None:
    prices = every_price()
    assert len(prices) > 300
    for price in prices:
        assert price.source, price.ref
        assert price.url.startswith("https://"), price.ref
        assert price.confidence in {"A", "B", "C"}, price.ref
        assert price.expires is not None, price.ref
        assert price.as_of <= RELEASE < price.expires, price.ref
        assert isinstance(price.usd, Decimal), price.ref


def test_only_what_a_provider_lists_as_free_costs_nothing() -> None:
    free = {"hosting_hour", "decisions_output_mtok"}
    assert {price.unit for price in every_price() if price.usd == 0} == free
    assert {price.provider for price in every_price() if price.usd == 0} == {"openai"}


def test_batch_is_half_price_wherever_it_is_listed() -> None:
    prices = {(p.provider, p.model, p.unit): p.usd for p in every_price()}
    halves = [key for key in prices if key[2].startswith("batch_")]
    assert len(halves) > 80
    for provider, model, unit in halves:
        assert prices[provider, model, unit] * 2 == prices[provider, model, unit[6:]], model


def test_cached_input_is_cheaper_than_input() -> None:
    prices = {(p.provider, p.model, p.unit): p.usd for p in every_price()}
    for (provider, model, unit), usd in prices.items():
        if unit == "cached_input_mtok":
            assert usd < prices[provider, model, "input_mtok"], model


# -- damage -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalog"
    shutil.copytree(catalog.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return copy


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'usd = "5"',
            "usd = 5.0",
            "models.gpt-4.1-mini-2025-04-14.training_mtok.usd is not a text",
        ),
        ('usd = "5"', 'usd = "5,0"', "training_mtok.usd is not an amount: '5,0'"),
        ('usd = "5"', 'usd = "-5"', "training_mtok.usd is not an amount: '-5'"),
        ('usd = "5"', 'usd = "NaN"', "training_mtok.usd is not an amount: 'NaN'"),
        ('usd = "5", source = "portkey"', 'usd = "5"', "training_mtok.source is not a text"),
        ("[sources.portkey]", "[sources.other]", "sources.portkey has no as_of"),
        ('training_mtok = { usd = "5"', 'training_mtok = "5" # {', "training_mtok is not a table"),
        ('name = "openai"', "name = openai", "providers/openai.toml: "),
    ],
)
def test_damaged_sheet_names_file_and_key(folder: Path, old: str, new: str, said: str) -> None:
    edit(folder / "providers" / "openai.toml", old, new)
    book = PriceBook.load(today=RELEASE, folder=folder)
    with pytest.raises(CatalogError, match=r"providers/openai\.toml") as caught:
        book.lookup("gpt-4.1-mini", "training_mtok")
    assert said in caught.value.message
    assert "reinstall" in caught.value.hint


def test_damaged_date_names_file_and_key(folder: Path) -> None:
    edit(folder / "prices.json", '"shutdown": "2027-04-01"', '"shutdown": "in April"')
    book = PriceBook.load(today=RELEASE, folder=folder)
    with pytest.raises(
        CatalogError, match=r"models\.openai\.gpt-5\.4-nano\.shutdown is not a date"
    ):
        book.current(RELEASE)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"models": []}', b'{"models": {', b"\xff\xfe"])
def test_damaged_snapshot_is_a_catalogue_error(folder: Path, text: bytes) -> None:
    (folder / "prices.json").write_bytes(text)
    book = PriceBook.load(today=RELEASE, folder=folder)
    with pytest.raises(CatalogError, match=r"prices\.json"):
        book.lookup("gpt-6-luna", "input_mtok")


def test_missing_snapshot_is_a_catalogue_error(folder: Path) -> None:
    (folder / "prices.json").unlink()
    with pytest.raises(CatalogError, match="No such file"):
        PriceBook.load(today=RELEASE, folder=folder).lookup("gpt-6-luna", "input_mtok")


# -- how long dates hold ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shutdown", "expires"),
    [
        (None, date(2027, 1, 6)),  # 45 days
        (date(2027, 1, 14), date(2026, 12, 6)),  # 53 days ahead: 14 days
        (date(2027, 3, 22), date(2026, 12, 6)),  # 120 days ahead
        (date(2027, 3, 23), date(2027, 1, 6)),  # 121 days ahead
        (date(2026, 10, 23), date(2027, 1, 6)),  # over: it moves no more
    ],
)
def test_dates_near_a_shutdown_hold_for_fourteen_days(shutdown: date | None, expires: date) -> None:
    assert catalog.dates_expire(RELEASE, (None, shutdown)) == expires
