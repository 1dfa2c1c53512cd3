"""The price book against published prices, quoted here, and its answers when it has none."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from ftgate.errors import ConfigError
from ftgate.model import Missing, ModelFacts, Price, ProviderFacts
from ftgate.prices.book import PriceBook
from ftgate.prices.names import ModelName, parse_name
from ftgate.settings import PriceSettings

TODAY = date(2026, 11, 22)
BOOK = PriceBook.load(today=TODAY)


def usd(model: str, unit: str, provider: str | None = None) -> Decimal | None:
    price = BOOK.lookup(model, unit, provider)
    return price.usd if isinstance(price, Price) else None


def facts(model: str, provider: str | None = None) -> ModelFacts:
    found = BOOK.model(model, provider)
    assert isinstance(found, ModelFacts)
    return found


def own(model: str, as_of: date = TODAY, provider: str | None = None, **usd: str) -> PriceSettings:
    prices = {unit: Decimal(text) for unit, text in usd.items()}
    return PriceSettings(model=model, source="contract", as_of=as_of, provider=provider, **prices)


# -- goldens ----------------------------------------------------------------------------------

# LiteLLM 1.109.1, model_prices_and_context_window.json of 2026-11-12, USD per million tokens:
# input, cached, output, batch in, batch out, cache write; None is absent from the feed.
LITELLM = {
    "gpt-6.1-terra": ("1", "0.05", "5", "0.5", "2.5", "1.25"),
    "gpt-6-luna": ("0.1", "0.01", "0.5", "0.05", "0.25", "0.125"),
    "gpt-5.6-terra": ("2", "0.2", "12", "1", "6", "2.5"),
    "gpt-5.4-mini": ("0.75", "0.075", "4.5", "0.375", "2.25", None),
    "gpt-4.1-mini-2025-04-14": ("0.4", "0.1", "1.6", "0.2", "0.8", None),
    "gpt-4o-mini-2024-07-18": ("0.15", "0.075", "0.6", "0.075", "0.3", None),
    "gpt-4": ("30", None, "60", None, None, None),
    "ft:gpt-4.1-2025-04-14": ("3", "0.75", "12", "1.5", "6", None),
    "ft:gpt-4.1-mini-2025-04-14": ("0.8", "0.2", "3.2", "0.4", "1.6", None),
    "ft:gpt-4o-mini-2024-07-18": ("0.3", "0.15", "1.2", "0.15", "0.6", None),
    "ft:gpt-3.5-turbo": ("3", None, "6", "1.5", "3", None),
    "claude-haiku-5-5": ("0.1", "0.01", "0.5", "0.05", "0.25", "0.125"),
    "gemini/gemini-3.8-flash": ("0.75", "0.075", "3.75", "0.375", "1.875", None),
    "together_ai/openai/gpt-oss-120b": ("0.15", None, "0.6", None, None, None),
    "fireworks_ai/accounts/fireworks/models/gpt-oss-20b": (
        "0.07",
        "0.035",
        "0.3",
        None,
        None,
        None,
    ),
    "mistral/ministral-3b-2512": ("0.1", "0.01", "0.1", None, None, None),
    "nebius/Qwen/Qwen3.8-27B": ("0.45", None, "3", None, None, None),
    "amazon.nova-micro-v1:0": ("0.035", "0.00875", "0.14", "0.0175", "0.07", None),
}
COLUMNS = (
    "input_mtok",
    "cached_input_mtok",
    "output_mtok",
    "batch_input_mtok",
    "batch_output_mtok",
    "cache_write_mtok",
)


@pytest.mark.parametrize("model", LITELLM)
def test_inference_prices_are_those_of_the_feed(model: str) -> None:
    expected = tuple(text and Decimal(text) for text in LITELLM[model])
    assert tuple(usd(model, unit) for unit in COLUMNS) == expected


# Portkey's price mirror of 2026-08-21; gpt-3.5 from OpenAI's pricing page of mid-2025.
@pytest.mark.parametrize(
    ("model", "provider", "price", "confidence"),
    [
        ("gpt-4.1", "openai", "25", "B"),
        ("gpt-4.1-mini", "openai", "5", "B"),
        ("gpt-4o", "openai", "25", "B"),
        ("gpt-4o-mini", "openai", "3", "B"),
        ("gpt-4.1-nano", "openai", "1.5", "B"),
        ("gpt-3.5-turbo", "openai", "8", "B"),
        ("gpt-4.1", "azure", "25", "C"),
        ("gpt-4o-mini", "azure", "3", "C"),
    ],
)
def test_training_prices(model: str, provider: str, price: str, confidence: str) -> None:
    found = BOOK.lookup(model, "training_mtok", provider)
    assert isinstance(found, Price)
    assert (found.usd, found.confidence) == (Decimal(price), confidence)


def test_reinforcement_is_priced_by_the_hour() -> None:
    assert usd("o4-mini", "training_hour") == 100
    assert usd("o4-mini", "training_mtok") is None


def test_hosting_is_free_at_openai_and_hourly_at_azure() -> None:
    assert usd("gpt-4.1-mini", "hosting_hour") == 0
    assert usd("ft:gpt-4.1-mini", "hosting_hour", "azure") == Decimal("1.70")
    assert Decimal("1.70") * 24 * 30 == 1224  # dollars in 30 days, as the cost page works out


def test_azure_bills_tuned_tokens_at_the_base_rate() -> None:
    assert usd("ft:gpt-4.1-mini", "input_mtok", "azure") == Decimal("0.4")
    assert usd("ft:gpt-4.1-mini", "output_mtok", "azure") == Decimal("1.6")


def test_a_price_says_where_it_comes_from() -> None:
    price = BOOK.lookup("ft:gpt-4.1-mini-2025-04-14:acme:support:9xYzAb", "training_mtok")
    assert isinstance(price, Price)
    assert price.ref == "openai/gpt-4.1-mini-2025-04-14/training_mtok@2026-08-21"
    assert price.as_of == date(2026, 8, 21)
    assert price.expires == date(2027, 1, 6)  # 45 days after it was verified
    assert (price.layer, price.source) == ("bundled", "Portkey model prices")


def test_dollars_of_a_job_are_exact() -> None:
    price = usd("gpt-4o-mini", "training_mtok")
    assert price is not None
    assert 1_234_567 * price / 1_000_000 == Decimal("3.703701")


# -- defects of the feed ----------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["batch_input_mtok", "batch_output_mtok"])
def test_irregular_batch_prices_of_tuned_gpt_4o_are_not_shipped(unit: str) -> None:
    missing = BOOK.lookup("ft:gpt-4o-2024-08-06", unit)
    assert isinstance(missing, Missing)
    assert missing == Missing(f"openai/ft:gpt-4o-2024-08-06/{unit}", "not in the catalogue")


def test_a_zero_in_the_feed_is_not_a_gift() -> None:
    assert isinstance(BOOK.lookup("deepseek/deepseek-flash", "cache_write_mtok"), Missing)


@pytest.mark.parametrize("model", ["mistral/mistral-large-4", "deepseek/deepseek-flash"])
def test_prices_that_feeds_disagree_on_have_low_confidence(model: str) -> None:
    price = BOOK.lookup(model, "input_mtok")
    assert isinstance(price, Price)
    assert price.confidence == "C"


# -- names and dates --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        "gpt-4.1-mini",
        "GPT-4.1-Mini",
        "openai/gpt-4.1-mini",
        "ft:gpt-4.1-mini-2025-04-14",
        "ft:gpt-4.1-mini-2025-04-14:acme::9xYzAb",
        "ft:gpt-4.1-mini-2025-04-14:acme:support:9xYzAb:ckpt-step-90",
    ],
)
def test_every_spelling_has_the_dates_of_its_snapshot(spelling: str) -> None:
    found = facts(spelling)
    assert found.name == "gpt-4.1-mini-2025-04-14"
    assert found.tunable
    assert found.jobs_close == date(2027, 1, 6)
    assert found.shutdown == found.tuned_shutdown == date(2027, 1, 14)
    assert found.replacement == "gpt-6-luna"
    assert found.dates_expire == date(2026, 12, 6)


@pytest.mark.parametrize(
    "model", ["gpt-4.1-nano", "gpt-3.5-turbo-0125", "o4-mini", "davinci-002", "babbage-002"]
)
def test_dead_bases_are_known_with_the_day_they_died(model: str) -> None:
    found = facts(model)
    assert found.shutdown == found.jobs_close == date(2026, 10, 23)


# Foundry's retirement schedule of 2026-09-02: base, new customers, existing customers, deployment.
@pytest.mark.parametrize(
    ("model", "jobs_close", "shutdown", "tuned"),
    [
        ("gpt-4.1", date(2027, 4, 14), date(2027, 4, 14), date(2027, 10, 14)),
        ("gpt-4.1-mini", date(2027, 4, 14), date(2027, 4, 14), date(2027, 10, 14)),
        ("gpt-4o", date(2027, 4, 1), date(2027, 4, 14), date(2027, 10, 1)),
        ("gpt-4o-mini", date(2027, 4, 1), date(2027, 4, 14), date(2027, 10, 1)),
        ("o4-mini", date(2026, 10, 16), date(2026, 10, 16), date(2027, 10, 16)),
    ],
)
def test_azure_dates_assume_the_customer_who_is_refused_first(
    model: str, jobs_close: date, shutdown: date, tuned: date
) -> None:
    found = facts(model, "azure")
    assert (found.jobs_close, found.shutdown, found.tuned_shutdown) == (jobs_close, shutdown, tuned)


def test_newest_models_cannot_be_tuned() -> None:
    assert not facts("gpt-6-luna").tunable
    assert facts("gpt-6-luna").note == ""


def test_tuning_at_a_provider_without_a_sheet_is_unknown_not_impossible() -> None:
    found = facts("deepseek/deepseek-flash")
    assert not found.tunable
    assert found.note == "what deepseek fine-tunes is not in the catalogue"


@pytest.mark.parametrize(
    ("model", "provider", "cache"),
    [
        ("gpt-4.1-mini", "openai", (1024, 5)),
        ("o3", "openai", (1024, 5)),
        ("gpt-6.1-terra", "openai", (1024, 30)),
        ("gpt-5.6-luna", "openai", (1024, 30)),
        ("gpt-3.5-turbo", "openai", (None, None)),
        ("gpt-4o", "azure", (1024, 5)),
        ("gpt-oss-20b", "azure", (None, None)),
    ],
)
def test_prompt_caching_by_model(
    model: str, provider: str, cache: tuple[int | None, int | None]
) -> None:
    found = facts(model, provider)
    assert (found.cache_min_tokens, found.cache_ttl_minutes) == cache


@pytest.mark.parametrize(
    ("text", "provider", "expected"),
    [
        ("gpt-5", None, ModelName("openai", "gpt-5")),
        ("azure/gpt-4o", None, ModelName("azure", "gpt-4o")),
        ("azure/gpt-4o", "azure", ModelName("azure", "gpt-4o")),
        ("openai/gpt-oss-120b", "together", ModelName("together", "openai/gpt-oss-120b")),
        ("claude-haiku-5-5", None, ModelName("anthropic", "claude-haiku-5-5")),
        ("amazon.nova-lite-v1:0", None, ModelName("aws-bedrock", "amazon.nova-lite-v1:0")),
        ("gemini-3.5-flash", None, ModelName("google", "gemini-3.5-flash")),
        ("ft:gpt-4o-2024-08-06:a::b", "", ModelName("openai", "gpt-4o-2024-08-06", tuned=True)),
        ("ft:", None, ModelName("openai", "", tuned=True)),
        ("", None, ModelName("openai", "")),
    ],
)
def test_names(text: str, provider: str | None, expected: ModelName) -> None:
    assert parse_name(text, provider) == expected


# -- what is not known ------------------------------------------------------------------------


def test_unknown_model_has_neighbours_instead_of_a_price() -> None:
    missing = BOOK.lookup("gpt-4.1-mni", "training_mtok")
    assert isinstance(missing, Missing)
    assert missing.what == "openai/gpt-4.1-mni/training_mtok"
    assert missing.nearest[0] == "gpt-4.1-mini"
    assert BOOK.model("gpt-4.1-mni") == Missing("openai/gpt-4.1-mni", *missing_rest(missing))


def missing_rest(missing: Missing) -> tuple[str, tuple[str, ...]]:
    return missing.reason, missing.nearest


def test_unknown_provider_has_neighbours_too() -> None:
    missing = BOOK.model("gpt-4.1-mini", "opnai")
    assert isinstance(missing, Missing)
    assert missing.reason == "the catalogue has no provider opnai"
    assert missing.nearest[0] == "openai"


@pytest.mark.parametrize("unit", ["hosting_hour", "training_mtok", "input_mtok"])
def test_nothing_is_known_of_an_unknown_model(unit: str) -> None:
    assert isinstance(BOOK.lookup("llama-9", unit), Missing)


def test_tunable_model_without_published_price_is_missing_a_price() -> None:
    assert facts("gpt-oss-20b", "azure").tunable
    missing = BOOK.lookup("gpt-oss-20b", "training_mtok", "azure")
    assert missing == Missing("azure/gpt-oss-20b/training_mtok", "not in the catalogue")


def test_unit_must_be_one_of_the_units() -> None:
    with pytest.raises(ValueError, match="unknown unit 'input'; known: input_mtok"):
        BOOK.lookup("gpt-5", "input")


def test_expired_price_is_still_answered() -> None:
    late = PriceBook.load(today=date(2030, 1, 1))
    assert late.lookup("gpt-6-luna", "input_mtok") == BOOK.lookup("gpt-6-luna", "input_mtok")


# -- providers and candidates -----------------------------------------------------------------


def test_provider_facts() -> None:
    openai, azure = BOOK.provider("openai"), BOOK.provider("azure")
    assert isinstance(openai, ProviderFacts)
    assert isinstance(azure, ProviderFacts)
    assert openai.min_examples == azure.min_examples == 10
    assert openai.max_file_bytes == azure.max_file_bytes == 512 * 2**20
    assert (openai.max_example_tokens, azure.max_example_tokens) == (65_536, None)
    assert openai.over_long.startswith("truncated")
    assert azure.over_long == "unknown"
    assert openai.validation_billed is azure.validation_billed is False
    assert "last 60 days" in openai.availability


def test_unknown_provider_is_missing() -> None:
    missing = BOOK.provider("azur")
    assert isinstance(missing, Missing)
    assert missing.nearest == ("azure",)


def test_current_models_are_served_on_the_day_that_is_asked_for() -> None:
    today = {entry.name for entry in BOOK.current(TODAY, "openai")}
    later = {entry.name for entry in BOOK.current(date(2027, 11, 22), "openai")}
    assert "gpt-4.1-mini-2025-04-14" in today
    assert "gpt-3.5-turbo" not in today
    assert later < today
    assert "gpt-6-luna" in later
    assert not later & {"gpt-4.1-mini-2025-04-14", "gpt-5-mini", "gpt-5.4-nano"}


def test_current_models_of_all_providers_have_prices() -> None:
    everywhere = BOOK.current(TODAY)
    assert {"openai", "azure", "anthropic", "google"} <= {entry.provider for entry in everywhere}
    for entry in everywhere:
        assert usd(entry.name, "input_mtok", entry.provider) is not None
        assert usd(entry.name, "output_mtok", entry.provider) is not None


def test_rerouted_gemini_is_not_current_after_its_shutdown() -> None:
    names = {entry.name for entry in BOOK.current(date(2026, 12, 1), "google")}
    assert "gemini-2.5-flash-lite" in names
    assert not names & {"gemini-2.5-flash", "gemini-2.5-pro"}


# -- prices of your own -----------------------------------------------------------------------


def test_own_price_comes_first_whatever_the_spelling() -> None:
    book = PriceBook.load(overrides=[own("gpt-4.1-mini", training_mtok="4.40")], today=TODAY)
    price = book.lookup("gpt-4.1-mini-2025-04-14", "training_mtok")
    assert isinstance(price, Price)
    assert (price.usd, price.layer, price.source) == (Decimal("4.40"), "override", "contract")
    assert price.expires is None
    below = book.lookup("gpt-4.1-mini", "input_mtok")
    assert isinstance(below, Price)
    assert below.layer == "bundled"


def test_first_own_price_wins() -> None:
    entries = [own("gpt-5", input_mtok="1"), own("gpt-5", input_mtok="2", output_mtok="3")]
    book = PriceBook.load(overrides=entries, today=TODAY)
    found = [book.lookup("gpt-5", unit) for unit in ("input_mtok", "output_mtok")]
    assert [price.usd for price in found if isinstance(price, Price)] == [1, 3]


def test_own_price_of_a_tuned_model_is_not_that_of_its_base() -> None:
    book = PriceBook.load(overrides=[own("ft:gpt-4.1-mini", input_mtok="0.7")], today=TODAY)
    prices = [book.lookup(name, "input_mtok") for name in ("ft:gpt-4.1-mini", "gpt-4.1-mini")]
    assert [p.usd for p in prices if isinstance(p, Price)] == [Decimal("0.7"), Decimal("0.4")]


def test_own_base_price_is_the_tuned_price_where_tuned_tokens_cost_the_base_rate() -> None:
    book = PriceBook.load(overrides=[own("gpt-4.1-mini", input_mtok="0.35")], today=TODAY)
    azure = book.lookup("ft:gpt-4.1-mini", "input_mtok", "azure")
    openai = book.lookup("ft:gpt-4.1-mini", "input_mtok", "openai")
    assert isinstance(azure, Price)
    assert isinstance(openai, Price)
    assert (azure.usd, openai.usd) == (Decimal("0.35"), Decimal("0.8"))


@pytest.mark.parametrize("entry", [own("gpt-5", provider="azure", input_mtok="9")])
def test_own_price_of_one_provider_stays_there(entry: PriceSettings) -> None:
    book = PriceBook.load(overrides=[entry], today=TODAY)
    assert book.lookup("gpt-5", "input_mtok") == BOOK.lookup("gpt-5", "input_mtok")


def test_prefix_of_an_own_price_names_its_provider() -> None:
    book = PriceBook.load(overrides=[own("azure/gpt-4.1-mini", input_mtok="9")], today=TODAY)
    prices = [book.lookup("gpt-4.1-mini", "input_mtok", name) for name in ("azure", "openai")]
    assert [p.usd for p in prices if isinstance(p, Price)] == [9, Decimal("0.4")]


def test_own_training_price_makes_an_unknown_model_tunable() -> None:
    entry = own("acme-7b", provider="acme", training_mtok="0.5", input_mtok="0.1")
    book = PriceBook.load(overrides=[entry], today=TODAY)
    found = book.model("acme-7b", "acme")
    assert isinstance(found, ModelFacts)
    assert found.tunable
    assert found.shutdown is None
    output = book.lookup("acme-7b", "output_mtok", "acme")
    assert output == Missing("acme/acme-7b/output_mtok", "not in the catalogue")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (own("gpt-5", input_mtok="-1"), "input_mtok = -1: must not be negative"),
        (own("gpt-5", output_mtok="NaN"), "output_mtok = NaN: not a number"),
        (own("gpt-5", input_mtok="1e-999999"), "input_mtok: neither below 1e-12"),
        (own("gpt-5", input_mtok="1e400"), "input_mtok: neither below 1e-12"),
        (own("gpt-5", date(2026, 11, 23), input_mtok="1"), "2026-11-23 is after today"),
    ],
)
def test_impossible_own_prices_are_configuration_errors(entry: PriceSettings, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PriceBook.load(overrides=[entry], today=TODAY)


# -- cost of asking ---------------------------------------------------------------------------


def test_prices_load_neither_validators_nor_network() -> None:
    program = (
        "import sys; from datetime import date; from ftgate.prices.book import PriceBook;"
        "book = PriceBook.load(today=date(2026, 11, 22));"
        "book.lookup('gpt-4.1-mini', 'training_mtok'); book.model('gpt-4.1-mini');"
        "print([name for name in ('pydantic', 'openai', 'tiktoken', 'difflib', 'http', 'socket')"
        " if name in sys.modules])"
    )
    # Measuring coverage would load modules of its own.
    own = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=own
    )
    assert run.stdout.strip() == "[]"


def test_an_unfinished_name_finds_its_family() -> None:
    missing = PriceBook.load(today=date(2026, 11, 22)).model("gpt-6")
    assert isinstance(missing, Missing)
    assert all(name.startswith("gpt-6-") for name in missing.nearest)


def test_a_long_prompt_is_billed_by_its_tier_as_a_whole() -> None:
    book = PriceBook.load(today=date(2026, 11, 22))
    short = book.lookup("gpt-6.1-terra", "input_mtok", request_tokens=272_000)
    long = book.lookup("gpt-6.1-terra", "input_mtok", request_tokens=272_001)
    answer = book.lookup("gpt-6.1-terra", "output_mtok", request_tokens=300_000)
    assert [price.usd for price in (short, long, answer) if isinstance(price, Price)] == [
        Decimal(1),
        Decimal(2),
        Decimal("7.5"),
    ]
