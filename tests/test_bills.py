"""What each provider bills for a job, against the figures of public jobs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ftgate import catalog
from ftgate.economics.training import estimate_training
from ftgate.model import Bill, Encoding, Epochs, Missing, Price, ProviderFacts
from ftgate.prices.book import PriceBook
from ftgate.profile import Profile
from ftgate.tokens.billing import FORMULA_NOTES
from ftgate.tokens.bills import FORMAT_BANDS, RULES, Job, Load, load_of, predict
from ftgate.tokens.encodings import CL100K, FOREIGN, O200K
from ftgate.tokens.epochs import epochs_auto, expected_epochs

TODAY = date(2026, 11, 22)
EXACT = Encoding(O200K, "exact")
TERMS = {"rule", "validation_billed", "round_up_tokens"}
TERMS |= {"default_epochs", "step_tokens", "minimum_usd"}


def facts(name: str) -> ProviderFacts:
    found = PriceBook.load(today=TODAY).provider(name)
    assert isinstance(found, ProviderFacts)
    return found


def billed_as(rule: str, **terms: Any) -> ProviderFacts:
    """A provider with this rule and nothing else of OpenAI's."""
    return replace(facts("openai"), billing_rule=rule, default_epochs=None, **terms)


def load(tokens: int, examples: int = 1, **more: Any) -> Load:
    return Load(examples=examples, tokens=tokens, text=tokens, formats=("openai_chat",))._replace(
        **more
    )


def bill(
    provider: ProviderFacts, train: Load, epochs: int, validation: Load | None = None, **more: Any
) -> Bill:
    stated = Epochs(epochs, epochs, "as configured")
    return predict(Job(train, validation or Load(), stated, provider, **more), EXACT)


# -- OpenAI -----------------------------------------------------------------------------------


def test_openai_bills_epochs_times_tokens_and_no_validation() -> None:
    """The job "ederson medical", 525 examples, had a validation file and was billed 376,193."""
    found = bill(facts("openai"), load(376_193, 525), 1, load(90_000, 100))
    assert (found.low, found.high, found.confidence, found.notes) == (376_193, 376_193, "exact", ())


def test_tools_are_billed_within_ten_tokens_per_example() -> None:
    """OpenAI cookbook, drone_training.jsonl: 103 examples, 3 epochs, 145,983 billed."""
    found = bill(facts("openai"), load(48_661, 103, tools=True), 3)
    assert found.confidence == "fitted"
    assert found.low == found.high == 145_983
    assert found.band == 103 * 3 * 10
    assert "one published job" in found.notes[0]


@pytest.mark.parametrize(
    ("format_name", "predicted", "billed"),
    [
        ("prompt_completion", 478 * 4, 1_924),  # davinci-002, 25 examples x 4
        ("openai_preference", 8_998, 8_755),  # 875.5 per example, of 2,750; predicted on a sample
    ],
)
def test_what_is_fitted_to_one_job_is_within_its_band(
    format_name: str, predicted: int, billed: int
) -> None:
    found = bill(facts("openai"), load(predicted, formats=(format_name,)), 1)
    assert found.confidence == "fitted"
    assert abs(found.low - billed) <= found.band <= 2 * abs(found.low - billed)
    assert set(FORMAT_BANDS) == set(FORMULA_NOTES)


def test_records_of_another_schema_and_other_tokenizers_are_no_exact_bill() -> None:
    converted = bill(facts("openai"), load(100, formats=("alpaca",)), 1)
    assert converted.confidence == "unknown"
    epochs = Epochs(1, 1, "as configured")
    foreign = predict(Job(load(100), Load(), epochs, facts("openai")), FOREIGN)
    assert foreign.confidence == "unknown"
    assert "estimated" in foreign.notes[0]


def test_over_long_examples_are_billed_between_their_limit_and_their_length() -> None:
    long = load(70_000, cut=4_464, over_limit=1)
    found = bill(facts("openai"), long, 2)
    assert (found.low, found.high) == (2 * 65_536, 140_000)
    assert "no public job" in found.notes[0]
    dropped = bill(replace(facts("openai"), over_long="dropped"), long, 2)
    assert (dropped.low, dropped.high) == (0, 140_000)
    whole = bill(replace(facts("openai"), over_long="unknown"), long, 2)
    assert whole.low == whole.high == 140_000
    assert "counted in full" in whole.notes[0]


def test_images_have_no_bill() -> None:
    found = bill(facts("openai"), load(100, images=2), 1)
    assert found.confidence == "unknown"
    assert found.unknown.startswith("2 images")


# -- Azure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one_epoch", "epochs", "reported"),
    [
        (478, 10, 5_000),  # Microsoft, Clippy, 10 examples, gpt-4o-mini and gpt-4.1
        (2_405, 3, 8_000),  # Microsoft, Zava v1, 40 examples: round-to-nearest would give 7,000
        (2_646, 3, 8_000),  # Microsoft, Zava v2, 40 examples: 3 per example would give 9,000
        (1_567, 10, 16_000),  # Microsoft Learn, travel, 10 examples
        (104_370, 3, 314_000),  # retail banking, 1,000 examples
    ],
)
def test_azure_bills_begun_thousands_of_the_job(one_epoch: int, epochs: int, reported: int) -> None:
    found = bill(facts("azure"), load(one_epoch), epochs, load(1_000))
    assert (found.low, found.high, found.confidence) == (reported, reported, "exact")


def test_azure_takes_two_thousand_million_tokens_times_epochs() -> None:
    assert facts("azure").max_tokens_times_epochs == 2_000_000_000
    assert facts("openai").max_tokens_times_epochs is None


# -- others -----------------------------------------------------------------------------------


def test_together_bills_validation_once_per_evaluation() -> None:
    together = facts("together")
    files = load(1_000, 10), load(200, 2)
    assert bill(together, files[0], 3, files[1]).low == 3_000
    evaluated = bill(together, files[0], 3, files[1], evals=4)
    assert (evaluated.low, evaluated.high) == (3_800, 3_800)
    assert evaluated.confidence == "documented"


def test_together_bills_full_length_without_packing() -> None:
    found = bill(facts("together"), load(1_000, 10), 3, load(200, 2), evals=1, max_seq_length=8_192)
    assert found.low == found.high == (3 * 10 + 2) * 8_192


def test_together_charges_four_dollars_at_least() -> None:
    together = facts("together")
    assert together.minimum is not None
    assert together.minimum.usd == 4
    assert "exempt" in together.minimum.source
    assert [dollars(n, "0.34", together) for n in (1_000, 100_000_000)] == [4, 34]


def test_vertex_bills_the_text_without_a_frame() -> None:
    """A published tuning job: 233,592 tokens in, 21,651 out, 255,243 billable."""
    profile = Profile(
        examples=1,
        tokens=999_999,
        by_role=Counter({"user": 233_592, "assistant": 21_651}),
    )
    found = bill(billed_as("vertex"), load_of(profile), 1)
    assert (found.low, found.high, found.confidence) == (255_243, 255_243, "documented")


def test_mistral_bills_steps_whatever_the_file_holds() -> None:
    """A published job: 10 steps on a file of 30,344,845 tokens, 1,310,720 billed, 2.6214 USD."""
    mistral = billed_as("mistral", step_tokens=131_072)
    found = bill(mistral, load(30_344_845), 3, steps=10)
    assert (found.low, found.high, found.unknown) == (1_310_720, 1_310_720, "")
    assert round(dollars(found.high, "2", mistral), 4) == Decimal("2.6214")
    unstated = bill(mistral, load(30_344_845), 3)
    assert "--steps" in unstated.unknown
    assert unstated.confidence == "unknown"


def test_preference_pairs_have_a_bill_where_one_was_seen() -> None:
    pairs = load(500, formats=("openai_preference",))
    assert [bill(facts(name), pairs, 1).unknown for name in ("openai", "azure")] == ["", ""]
    assert "preference pairs" in bill(facts("together"), pairs, 1).unknown


@pytest.mark.parametrize("name", ["fireworks", "bedrock-nova", "bedrock-llama"])
def test_tokens_times_epochs_is_documented_for_some(name: str) -> None:
    found = bill(facts(name), load(500), 2)
    assert (found.low, found.high, found.confidence) == (1_000, 1_000, "documented")


def test_a_provider_without_a_published_formula_gets_an_estimate() -> None:
    found = bill(billed_as(""), load(500), 2)
    assert (found.low, found.high, found.confidence) == (1_000, 1_000, "unknown")
    assert "no billing formula" in found.notes[0]
    assert found.unknown == ""


def test_nobody_bills_tokens_on_your_own_machines() -> None:
    found = bill(replace(billed_as(""), kind="framework"), load(500), 2)
    assert "machines of your own" in found.unknown
    assert found.notes == ()
    epochs = Epochs(2, 2, "as configured")
    job = estimate_training(model="m", provider="p", epochs=epochs, bill=found, price=None)
    assert job.usd_high is None
    assert job.missing == Missing("total price of the training job", found.unknown)


@pytest.mark.parametrize("name", catalog.provider_names())
def test_every_sheet_bills_by_known_terms(name: str) -> None:
    terms = catalog.read_provider(name).table("billing")
    assert terms.keys() <= TERMS
    assert terms.get("rule", {}).get("value", "openai") in RULES
    known = facts(name)
    assert known.default_epochs == terms.get("default_epochs", {}).get("value")
    assert (known.minimum is None) == ("minimum_usd" not in terms)


# -- dollars ----------------------------------------------------------------------------------


def price_of(usd: str) -> Price:
    unit = "training_mtok"
    return Price("r", "m", "p", unit, Decimal(usd), "s", "u", TODAY, None, "bundled")


def dollars(tokens: int, usd: str, provider: ProviderFacts) -> Decimal:
    job = estimate_training(
        model="m",
        provider=provider.name,
        epochs=Epochs(1, 1, "as configured"),
        bill=Bill(tokens, tokens, "exact"),
        price=price_of(usd),
        minimum=provider.minimum,
    )
    assert job.usd_low == job.usd_high
    assert job.usd_high is not None
    return job.usd_high


def test_openais_own_quote_for_a_job() -> None:
    """A refused job, 150 examples x 4 epochs of gpt-3.5-turbo, says "USD 2.56"."""
    tokens = bill(facts("openai"), load(79_931, 150), 4, load(48_000)).high
    assert round(dollars(tokens, "8", facts("openai")), 2) == Decimal("2.56")


@pytest.mark.parametrize(
    ("price", "unknown", "reason"),
    [
        (Missing("p/training_mtok", "not in the catalogue"), "", "not in the catalogue"),
        (Missing("p/training_mtok", "not in the catalogue"), "steps", "not in the catalogue"),
        (None, "state the steps", "state the steps"),
    ],
)
def test_without_a_price_or_a_bill_there_are_no_dollars(
    price: Missing | None, unknown: str, reason: str
) -> None:
    job = estimate_training(
        model="m",
        provider="p",
        epochs=Epochs(1, 1, "as configured"),
        bill=Bill(10, 10, unknown=unknown),
        price=price or price_of("1"),
        minimum=price_of("4"),
    )
    assert (job.usd_low, job.usd_high, job.price_ref) == (None, None, None)
    assert job.missing is not None
    assert job.missing.reason == reason


# -- epochs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("examples", "seen"), [(10, 10), (20, 5), (25, 4), (103, 3)])
def test_auto_epochs_seen_on_public_jobs_are_the_upper_end(examples: int, seen: int) -> None:
    low, high, rule, known = epochs_auto(examples)
    assert (low, high, known) == (1, seen, True)
    assert f"{seen} by OpenAI's cookbook" in rule


@pytest.mark.parametrize(("examples", "high"), [(0, 25), (1, 25), (5, 20), (33, 3), (10**6, 3)])
def test_auto_epochs_stay_in_the_cookbooks_range(examples: int, high: int) -> None:
    assert epochs_auto(examples).high == high


@pytest.mark.parametrize(("name", "high"), [("openai", 5), ("azure", 5), ("together", 1)])
def test_the_sheet_says_what_a_job_trains_when_it_states_nothing(name: str, high: int) -> None:
    assert expected_epochs("auto", 20, facts(name)).high == high
    assert expected_epochs(7, 20, facts(name)) == Epochs(7, 7, "as configured")


def test_an_unpublished_default_is_said_and_makes_no_bill() -> None:
    unknown = billed_as("")
    epochs = expected_epochs("auto", 20, unknown)
    assert not epochs.known
    found = predict(Job(load(100), Load(), epochs, unknown), Encoding(CL100K, "exact"))
    assert "state them" in found.unknown
    assert found.low == found.high == 100


def test_ori_bills_the_validation_files_once() -> None:
    """The example of its page: 5 million tokens x 3 epochs + 1 million, at $0.46: $7.36."""
    found = bill(facts("ori"), load(5_000_000), 3, load(1_000_000))
    assert (found.low, found.high, found.confidence) == (16_000_000, 16_000_000, "documented")
    assert dollars(found.high, "0.46", facts("ori")) == Decimal("7.36")
