"""What providers publish is in the catalogue as published, and each fact says who says so.

The expected values were read from the named pages and feeds; they are written down here again so
that a slip in a sheet is a failing test.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ftgate import catalog
from ftgate.catalog import Sheet
from ftgate.errors import CatalogError
from ftgate.model import Missing, ModelFacts, Price
from ftgate.prices.book import PriceBook
from ftgate.prices.bundled import size_in_billions

TODAY = date(2026, 11, 22)
BOOK = PriceBook.load(today=TODAY)
SHEETS = [catalog.read_provider(name) for name in catalog.provider_names()]

# Provider, model, unit, USD, confidence at least.
PRICES = [
    # OpenAI training: Portkey's mirror of 2026-08-21; the last three: a copy of mid-2025.
    ("openai", "gpt-4.1", "training_mtok", "25", "B"),
    ("openai", "gpt-4.1-mini", "training_mtok", "5", "B"),
    ("openai", "gpt-4.1-nano", "training_mtok", "1.5", "B"),
    ("openai", "gpt-4o", "training_mtok", "25", "B"),
    ("openai", "gpt-4o-mini", "training_mtok", "3", "B"),
    ("openai", "o4-mini", "training_hour", "100", "B"),
    ("openai", "gpt-3.5-turbo", "training_mtok", "8", "B"),
    ("openai", "davinci-002", "training_mtok", "6", "B"),
    ("openai", "babbage-002", "training_mtok", "0.4", "B"),
    ("openai", "gpt-4.1-mini", "hosting_hour", "0", "B"),
    # The Decisions endpoint: LiteLLM of 2026-11-12.
    ("openai", "gpt-6-luna", "decisions_input_mtok", "0.1", "B"),
    ("openai", "gpt-6-luna", "decisions_output_mtok", "0", "B"),
    ("openai", "gpt-6-luna", "cached_input_mtok", "0.01", "B"),
    ("openai", "gpt-6-luna", "cache_write_mtok", "0.125", "B"),
    # Tuned inference: LiteLLM of 2026-11-12.
    ("openai", "ft:gpt-4.1", "input_mtok", "3", "B"),
    ("openai", "ft:gpt-4.1", "cached_input_mtok", "0.75", "B"),
    ("openai", "ft:gpt-4.1", "output_mtok", "12", "B"),
    ("openai", "ft:gpt-4.1-mini", "input_mtok", "0.8", "B"),
    ("openai", "ft:gpt-4.1-mini", "cached_input_mtok", "0.2", "B"),
    ("openai", "ft:gpt-4.1-mini", "output_mtok", "3.2", "B"),
    ("openai", "ft:gpt-4o", "input_mtok", "3.75", "B"),
    ("openai", "ft:gpt-4o", "output_mtok", "15", "B"),
    ("openai", "ft:gpt-4o-mini", "input_mtok", "0.3", "B"),
    ("openai", "ft:gpt-4o-mini", "cached_input_mtok", "0.15", "B"),
    ("openai", "ft:gpt-4o-mini", "output_mtok", "1.2", "B"),
    # Azure: cost management page of 2026-03-19.
    ("azure", "gpt-4.1", "hosting_hour", "1.70", "A"),
    ("azure", "o4-mini", "training_hour", "100", "C"),
    # Together: price cut of 2026-09-11.
    ("together", "Qwen3.5-9B", "training_mtok", "0.34", "B"),
    ("together", "Qwen3.5-9B", "training_dpo_mtok", "0.84", "B"),
    ("together", "Qwen3.8-27B", "training_mtok", "1.05", "B"),
    ("together", "Qwen3.8-27B", "training_dpo_mtok", "2.62", "B"),
    ("together", "gemma-4-31B", "training_mtok", "1.05", "B"),
    ("together", "gemma-4-31B", "training_dpo_mtok", "2.62", "B"),
    ("together", "gpt-oss-120b", "training_mtok", "2.50", "B"),
    ("together", "gpt-oss-120b", "training_dpo_mtok", "6.25", "B"),
    ("together", "gpt-oss-20b", "training_mtok", "0.40", "B"),
    ("together", "gpt-oss-20b", "training_dpo_mtok", "1.00", "B"),
    # Fireworks: pricing page of 2026-10-08, LoRA by the size of the base.
    ("fireworks", "accounts/fireworks/models/qwen3-8b", "training_mtok", "0.50", "B"),
    ("fireworks", "accounts/fireworks/models/qwen3-8b", "training_dpo_mtok", "1", "B"),
    ("fireworks", "accounts/fireworks/models/gpt-oss-20b", "training_mtok", "3", "B"),
    ("fireworks", "accounts/fireworks/models/gpt-oss-20b", "training_dpo_mtok", "6", "B"),
    ("fireworks", "accounts/fireworks/models/gpt-oss-120b", "training_mtok", "6", "B"),
    ("fireworks", "accounts/fireworks/models/gpt-oss-120b", "training_dpo_mtok", "12", "B"),
    ("fireworks", "accounts/fireworks/models/gpt-oss-20b", "hosting_hour", "7.00", "B"),
    # Ori: its billing page; one price for every base of up to ten billion parameters.
    ("ori", "llama-3.1-8b", "training_mtok", "0.46", "A"),
    # Bedrock: AWS price list of 2026-08-02, us-east-1.
    ("bedrock-nova", "nova-2-lite", "training_mtok", "3.78", "B"),
    ("bedrock-nova", "nova-2-lite", "storage_month", "1.95", "B"),
    ("bedrock-nova", "ft:amazon.nova-2-lite-v1", "input_mtok", "0.30", "B"),
    ("bedrock-nova", "ft:amazon.nova-2-lite-v1", "output_mtok", "2.50", "B"),
]

# Sheet, path of a row, what it holds.
ROWS: list[tuple[str, tuple[str, ...], Any]] = [
    ("openai", ("limits", "max_file_bytes"), 512 * 2**20),
    ("openai", ("limits", "min_examples"), 10),
    ("ori", ("billing", "validation_billed"), True),
    ("openai", ("limits", "recommended_examples"), 50),
    ("openai", ("limits", "max_example_tokens"), 65_536),
    ("openai", ("limits", "over_long"), "truncated at the end, not rejected"),
    ("openai", ("limits", "suffix_max_chars"), 64),
    ("openai", ("billing", "validation_billed"), False),
    ("azure", ("limits", "max_file_bytes"), 512 * 2**20),
    ("azure", ("limits", "byte_order_mark"), True),
    ("azure", ("limits", "min_examples"), 10),
    ("azure", ("limits", "max_training_files"), 100),
    ("azure", ("limits", "max_total_file_bytes_per_resource"), 2**30),
    ("azure", ("limits", "max_job_hours"), 720),
    ("azure", ("limits", "max_tokens_times_epochs"), 2_000_000_000),
    ("azure", ("limits", "max_tuned_deployments"), 10),
    ("azure", ("billing", "validation_billed"), False),
    ("together", ("billing", "minimum_usd"), "4.00"),
    ("together", ("limits", "min_examples"), 1),
    ("together", ("limits", "max_file_bytes"), int(50.1 * 2**30)),
    ("together", ("billing", "default_epochs"), 1),
    ("together", ("limits", "max_images"), 10),
    ("together", ("limits", "max_image_bytes"), 10 * 2**20),
    ("fireworks", ("prices", "b200_hour"), "10.00"),
    ("fireworks", ("prices", "b300_hour"), "12.00"),
    ("fireworks", ("limits", "min_examples"), 3),
    ("fireworks", ("limits", "max_records"), 3_000_000),
    ("vertex", ("limits", "max_example_tokens"), 131_072),
    ("vertex", ("limits", "max_records"), 1_000_000),
    ("vertex", ("limits", "max_records_multimodal"), 300_000),
    ("vertex", ("limits", "max_file_bytes"), 2**30),
    ("vertex", ("limits", "max_validation_records"), 5_000),
    ("bedrock-nova", ("prices", "provisioned_hour"), "60.50"),
    ("bedrock-nova", ("prices", "provisioned_hour_committed"), "55.00"),
]

# Up to how many billion parameters: LoRA, LoRA for preferences, full, full for preferences.
BRACKETS = {
    16: ("0.50", "1", "1", "2"),
    80: ("3", "6", "6", "12"),
    300: ("6", "12", "12", "24"),
    None: ("10", "20", "20", "40"),
}

# OpenAI's deprecations page: all with their fine-tunes.
STOPS = {
    "gpt-4o-2024-08-06": "2027-01-14",
    "gpt-4o-2024-11-20": "2027-01-14",
    "gpt-4o-mini-2024-07-18": "2027-01-14",
    "gpt-4.1-2025-04-14": "2027-01-14",
    "gpt-4.1-mini-2025-04-14": "2027-01-14",
    "gpt-3.5-turbo": "2026-10-23",
    "gpt-4": "2026-10-23",
    "gpt-4.1-nano-2025-04-14": "2026-10-23",
    "babbage-002": "2026-10-23",
    "davinci-002": "2026-10-23",
    "o4-mini-2025-04-16": "2026-10-23",
}


@pytest.mark.parametrize(("provider", "model", "unit", "usd", "confidence"), PRICES)
def test_published_prices_are_in_the_catalogue_with_their_provenance(
    provider: str, model: str, unit: str, usd: str, confidence: str
) -> None:
    price = BOOK.lookup(model, unit, provider)
    assert isinstance(price, Price), price
    assert price.usd == Decimal(usd)
    assert price.confidence <= confidence
    assert price.source
    assert price.url.startswith("https://")
    assert price.expires is not None
    assert price.as_of <= TODAY < price.expires


@pytest.mark.parametrize(("provider", "path", "value"), ROWS)
def test_published_terms_are_in_the_catalogue_with_their_provenance(
    provider: str, path: tuple[str, ...], value: Any
) -> None:
    sheet = catalog.read_provider(provider)
    row = sheet.table(*path)
    assert row.get("value", row.get("usd")) == value
    assert sheet.source(*path).confidence <= "B"


def test_fireworks_prices_training_by_the_size_of_the_base() -> None:
    sheet = catalog.read_provider("fireworks")
    units = ("training_mtok", "training_dpo_mtok", "full_training_mtok", "full_training_dpo_mtok")
    rows = sheet.table("by_size")
    found = {row.get("up_to_billion"): tuple(row[unit] for unit in units) for row in rows.values()}
    assert found == BRACKETS


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("accounts/fireworks/models/llama-v3p3-70b-instruct", 70),
        ("Qwen/Qwen3.5-9B", 9),
        ("qwen2p5-0p5b", 0.5),
        ("mixtral-8x7b-instruct", 56),
        ("qwen3-30b-a3b", 30),
        ("gpt-oss-120b", 120),
        ("deepseek-v3", None),
        ("gpt-4.1-mini", None),
    ],
)
def test_the_size_of_a_base_is_read_from_its_name(model: str, size: float | None) -> None:
    assert size_in_billions(model) == size


def test_a_base_of_unknown_size_has_no_price_by_size() -> None:
    assert isinstance(BOOK.lookup("deepseek-v3", "training_mtok", "fireworks"), Missing)


@pytest.mark.parametrize(("model", "stops"), STOPS.items())
def test_openai_bases_and_their_fine_tunes_stop_together(model: str, stops: str) -> None:
    found = BOOK.model(model, "openai")
    assert isinstance(found, ModelFacts)
    assert found.shutdown == found.tuned_shutdown == date.fromisoformat(stops)


# -- every curated fact -----------------------------------------------------------------------


def curated(sheet: Sheet) -> list[tuple[str, ...]]:
    """Paths of the tables that hold a number, a date or a statement of the provider."""
    paths: list[tuple[str, ...]] = [("availability",), ("formats",)]
    paths += [("by_size", key) for key in sheet.table("by_size")]
    for kind in ("limits", "billing", "prices", "rules"):
        paths += [(kind, key) for key in sheet.table(kind)]
    for model, row in sheet.table("models").items():
        paths += [("models", model, key) for key, value in row.items() if isinstance(value, dict)]
    return paths


def facts_without_provenance(sheet: Sheet) -> list[str]:
    """Curated facts that lack a source, the day of the copy, or the day from which they expire."""
    found = []
    for path in curated(sheet):
        try:
            source = sheet.source(*path)
        except CatalogError as error:
            found.append(f"{sheet.where}: {'.'.join(path)}: {error.message}")
            continue
        if not (source.as_of <= source.verified <= TODAY and source.url):
            found.append(f"{sheet.where}: {'.'.join(path)}: {source}")
    return found


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.where)
def test_every_curated_fact_has_a_source_an_as_of_and_an_expiry(sheet: Sheet) -> None:
    assert len(curated(sheet)) > 3
    assert facts_without_provenance(sheet) == []


@pytest.mark.parametrize("gone", ["source", "as_of", "verified"])
def test_a_fact_without_provenance_is_found(gone: str) -> None:
    source = {
        "title": "A page",
        "url": "https://a.example",
        "as_of": date(2026, 11, 1),
        "verified": date(2026, 11, 2),
        "confidence": "A",
    }
    row = {"value": 10, "source": "page"}
    row.pop(gone, None)
    source.pop(gone, None)
    named = {"source": "page"}
    sheet = Sheet(
        "a.toml",
        {
            "availability": named,
            "formats": named,
            "limits": {"min_examples": row},
            "sources": {"page": source},
        },
    )
    assert any("limits.min_examples" in each for each in facts_without_provenance(sheet))


def test_every_model_with_facts_says_until_when_to_believe_its_dates() -> None:
    models = [facts for facts in BOOK.models() if facts.tunable]
    assert len(models) > 35
    for facts in models:
        assert facts.dates_expire is not None, facts.name
        assert facts.dates_expire >= TODAY, facts.name
        assert "https://" in facts.source, facts.name


def test_what_nobody_can_tune_any_more_answers_with_the_day_it_ended() -> None:
    """Cohere's page of 2025-09-15; the model card of Claude 3 Haiku on Bedrock."""
    haiku = BOOK.model("us.anthropic.claude-3-haiku-20240307-v1:0", provider="bedrock-claude")
    assert isinstance(haiku, ModelFacts)
    assert haiku.shutdown == haiku.jobs_close == date(2026, 9, 10)
    assert "model card" in haiku.source
    cohere = catalog.read_provider("cohere")
    assert cohere.day("availability", "jobs_close") == date(2025, 9, 15)
    assert cohere.source("availability").confidence == "A"
    assert BOOK.tunable("cohere") == ()


def test_a_price_by_size_alone_answers_for_that_size_and_offers_nothing() -> None:
    small, large = (BOOK.model(name, provider="ori") for name in ("qwen3-8b", "qwen3-14b"))
    assert isinstance(small, ModelFacts)
    assert "look whether it offers" in small.note
    assert isinstance(large, Missing)
    assert all(facts.provider != "ori" for facts in BOOK.trainers("qwen3-8b"))
