"""What each feed says, what is wrong with each, and what is not believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ftgate.prices.feeds import FEEDS, decode
from ftgate.prices.feeds.rows import Dated, FeedError, Parsed, Row
from ftgate.prices.vetting import disagreements, vet, vet_dates
from tests.price_server import litellm_file

TODAY = date(2026, 11, 22)


def parsed(feed: str, document: Any) -> Parsed:
    return FEEDS[feed].parse(decode(json.dumps(document).encode(), feed), TODAY)


def usd(found: Parsed) -> dict[str, Decimal]:
    return {row.key: row.usd for row in found.rows}


# -- LiteLLM ----------------------------------------------------------------------------------

CHAT = {"litellm_provider": "openai", "mode": "chat"}


def litellm(**entries: dict[str, Any]) -> Parsed:
    return parsed("litellm", {name.replace("__", ":"): each for name, each in entries.items()})


def test_litellm_prices_are_per_token_and_exact() -> None:
    found = litellm(
        luna={**CHAT, "input_cost_per_token": 1e-07, "cache_read_input_token_cost": 1e-08}
    )
    assert usd(found) == {
        "openai/luna/input_mtok": Decimal("0.1"),
        "openai/luna/cached_input_mtok": Decimal("0.01"),
    }


def test_litellm_long_context_prices_are_tiers_of_a_request() -> None:
    found = litellm(
        terra={
            **CHAT,
            "input_cost_per_token": 1e-06,
            "input_cost_per_token_above_272k_tokens": 2e-06,
            "cache_creation_input_token_cost_above_1hr": 3e-06,
            "input_cost_per_token_above_272k_tokens_priority": 4e-06,
        }
    )
    assert usd(found) == {
        "openai/terra/input_mtok": 1,
        "openai/terra/input_mtok_above_272000": 2,
        "openai/terra/cache_write_1h_mtok": 3,
    }


def test_litellm_names_lose_the_prefix_of_their_provider() -> None:
    entry = {"mode": "chat", "input_cost_per_token": 1e-06}
    document = {
        "together_ai/Qwen/Qwen3.5-9B": {**entry, "litellm_provider": "together_ai"},
        "azure/eu/gpt-4.1": {**entry, "litellm_provider": "azure"},
        "amazon.nova-lite-v1:0": {**entry, "litellm_provider": "bedrock_converse"},
        "gemini-2.5-flash": {**entry, "litellm_provider": "vertex_ai-language-models"},
        "whisper-1": {**CHAT, "mode": "audio_transcription", "input_cost_per_token": 1},
        "sample_spec": {**entry, "litellm_provider": "one of https://docs.litellm.ai"},
    }
    assert set(usd(parsed("litellm", document))) == {
        "together/Qwen/Qwen3.5-9B/input_mtok",
        "azure/eu/gpt-4.1/input_mtok",
        "aws-bedrock/amazon.nova-lite-v1:0/input_mtok",
    }


def test_of_two_rows_for_one_price_the_first_stays() -> None:
    twice = {
        "gpt-5": {**CHAT, "input_cost_per_token": 1e-06},
        "openai/gpt-5": {**CHAT, "input_cost_per_token": 9e-06},
    }
    assert usd(parsed("litellm", twice)) == {"openai/gpt-5/input_mtok": 1}


def test_defect_1_only_snapshots_have_dates() -> None:
    found = parsed(
        "litellm",
        {
            "gpt-4.1-mini": {**CHAT, "input_cost_per_token": 4e-07},
            "gpt-4.1-mini-2025-04-14": {
                **CHAT,
                "input_cost_per_token": 4e-07,
                "deprecation_date": "2027-01-14",
            },
        },
    )
    assert [(d.model, d.shutdown) for d in found.dates] == [
        ("gpt-4.1-mini-2025-04-14", date(2027, 1, 14))
    ]


def test_defect_2_irregular_rows_of_fine_tunes_are_held_back() -> None:
    tuned = {
        "ft:gpt-4o-2024-08-06": {
            **CHAT,
            "input_cost_per_token": 3.75e-06,
            "output_cost_per_token": 1.5e-05,
            "input_cost_per_token_batches": 2.225e-06,
            "output_cost_per_token_batches": 1.25e-05,
        },
        "ft:gpt-4o-2024-11-20": {
            **CHAT,
            "input_cost_per_token": 3.75e-06,
            "cache_creation_input_token_cost": 1.875e-06,
        },
        "ft:gpt-4-0613": {
            **CHAT,
            "input_cost_per_token": 3e-05,
            "source": "OpenAI needs to add pricing for this ft model. Defaulting to base model"
            " pricing",
        },
        "ft:babbage-002": {
            **CHAT,
            "output_cost_per_token": 1.6e-06,
            "output_cost_per_token_batches": 9e-07,
        },
    }
    found = judged(parsed("litellm", tuned))
    assert [row.key for row in found.rows] == [
        "openai/ft:gpt-4o-2024-08-06/input_mtok",
        "openai/ft:gpt-4o-2024-08-06/output_mtok",
        "openai/ft:gpt-4o-2024-11-20/input_mtok",
        "openai/ft:babbage-002/output_mtok",
    ]
    assert {held.key: held.reason for held in found.held} == {
        "openai/ft:gpt-4-0613": "the feed says that it is a guess",
        "openai/ft:gpt-4o-2024-08-06/batch_input_mtok": "batch costs 59% of 3.75, half everywhere"
        " else",
        "openai/ft:gpt-4o-2024-08-06/batch_output_mtok": "batch costs 83% of 15, half everywhere"
        " else",
        "openai/ft:gpt-4o-2024-11-20/cache_write_mtok": "writing the cache costs less than input"
        " (3.75)",
        "openai/ft:babbage-002/batch_output_mtok": "batch costs 56% of 1.6, half everywhere else",
    }


def test_defect_3_zero_is_free_only_where_it_is_listed() -> None:
    found = judged(
        parsed(
            "litellm",
            {
                "gpt-6-luna": {
                    **CHAT,
                    "output_cost_per_token": 5e-07,
                    "output_cost_per_token_decisions": 0.0,
                },
                "together_ai/Prism-ML/Ternary-Bonsai-27B": {
                    "litellm_provider": "together_ai",
                    "mode": "chat",
                    "input_cost_per_token": 0.0,
                    "output_cost_per_token": 0.0,
                },
            },
        )
    )
    assert {row.key: row.usd for row in found.rows} == {
        "openai/gpt-6-luna/output_mtok": Decimal("0.5"),
        "openai/gpt-6-luna/decisions_output_mtok": 0,
    }
    assert {held.reason for held in found.held} == {"0 is not listed as free"}


@pytest.mark.parametrize("value", ["free", True, -1e-06, [], "1e999999", "NaN"])
def test_amounts_that_are_none_are_refused_one_by_one(value: Any) -> None:
    found = litellm(
        a={**CHAT, "input_cost_per_token": value}, b={**CHAT, "input_cost_per_token": 1e-06}
    )
    assert list(usd(found)) == ["openai/b/input_mtok"]
    assert [held.reason for held in found.refused] == ["not an amount"]


# -- genai-prices -----------------------------------------------------------------------------


def genai(provider: str, **model: Any) -> dict[str, Decimal]:
    return usd(parsed("genai-prices", [{"id": provider, "models": [model]}]))


def test_genai_prices_go_by_every_name_that_a_model_equals() -> None:
    found = genai(
        "openai",
        id="gpt-4.1-mini",
        match={"or": [{"equals": "gpt-4.1-mini-2025-04-14"}, {"starts_with": "gpt-4.1-m"}]},
        prices={"input_mtok": 0.4, "cache_read_mtok": 0.1},
    )
    assert found == {
        "openai/gpt-4.1-mini/input_mtok": Decimal("0.4"),
        "openai/gpt-4.1-mini/cached_input_mtok": Decimal("0.1"),
        "openai/gpt-4.1-mini-2025-04-14/input_mtok": Decimal("0.4"),
        "openai/gpt-4.1-mini-2025-04-14/cached_input_mtok": Decimal("0.1"),
    }


def test_defect_4_a_model_of_one_feed_only_is_answered_by_it() -> None:
    found = genai("anthropic", id="claude-fable-5-2", prices={"input_mtok": 8, "output_mtok": 40})
    assert found["anthropic/claude-fable-5-2/output_mtok"] == 40


def test_defect_5_tiers_are_not_mixed_into_the_ordinary_price() -> None:
    found = genai(
        "openai",
        id="gpt-6.1-terra",
        prices={"output_mtok": {"base": 5, "tiers": [{"start": 272000, "price": 7.5}]}},
    )
    assert found == {
        "openai/gpt-6.1-terra/output_mtok": 5,
        "openai/gpt-6.1-terra/output_mtok_above_272000": Decimal("7.5"),
    }


def test_defect_5_absent_cached_input_is_absent_not_the_full_price() -> None:
    found = genai("openai", id="ft:gpt-4o", prices={"input_mtok": 3.75, "output_mtok": 15})
    assert "openai/ft:gpt-4o/cached_input_mtok" not in found


@pytest.mark.parametrize(("usual", "by_day"), [(0.15, 0.3), (0.3, 0.15)])
def test_defect_5_by_the_hour_the_dearest_price_counts(usual: float, by_day: float) -> None:
    found = genai(
        "deepseek",
        id="deepseek-flash",
        prices=[
            {"prices": {"input_mtok": usual}},
            {
                "constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"},
                "prices": {"input_mtok": by_day},
            },
        ],
    )
    assert found["deepseek/deepseek-flash/input_mtok"] == Decimal("0.3")


def test_genai_prices_are_those_in_force_on_the_day() -> None:
    prices = [
        {"prices": {"input_mtok": 1}},
        {"constraint": {"start_date": "2026-07-30"}, "prices": {"input_mtok": 0.2}},
        {"constraint": {"start_date": "2026-12-01"}, "prices": {"input_mtok": 0.1}},
    ]
    found = genai("openai", id="gpt-5.6-luna", prices=prices)
    assert found["openai/gpt-5.6-luna/input_mtok"] == Decimal("0.2")


def test_defect_5_feeds_that_differ_by_more_than_one_percent_keep_both_values() -> None:
    key = "mistral/mistral-large-4/input_mtok"
    near = "together/openai/gpt-oss-120b/output_mtok"
    found = disagreements(
        {
            "litellm": [(key, Decimal("1.36")), (near, Decimal("0.600"))],
            "genai-prices": [(key, Decimal("0.70")), (near, Decimal("0.606"))],
        }
    )
    assert found == {key: {"litellm": Decimal("1.36"), "genai-prices": Decimal("0.70")}}


# -- Portkey, Tinker, AWS, OpenAI -------------------------------------------------------------


def test_defect_6_portkey_counts_in_cents() -> None:
    document = {
        "default": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0}}}},
        "gpt-4.1-2025-04-14": {
            "pricing_config": {"finetune_config": {"pay_per_token": {"price": 0.0025}}}
        },
        "o4-mini-2025-04-16": {
            "pricing_config": {"finetune_config": {"pay_per_hour": {"price": 10000}}}
        },
        "code-cushman-001": {"pricing_config": None},
    }
    assert usd(parsed("portkey-openai", document)) == {
        "openai/gpt-4.1-2025-04-14/training_mtok": 25,
        "openai/o4-mini-2025-04-16/training_hour": 100,
    }


def test_portkey_names_of_vertex_lose_their_publisher() -> None:
    config = {"finetune_config": {"pay_per_token": {"price": 0.000577}}}
    document = {"llama4@llama-4-scout-17b-16e-instruct": {"pricing_config": config}}
    found = usd(parsed("portkey-vertex", document))
    assert found == {"vertex/llama-4-scout-17b-16e-instruct/training_mtok": Decimal("5.77")}


def test_tinker_writes_dollars() -> None:
    entry = {
        "tinker_id": "Qwen/Qwen3-8B",
        "prefill": "$0.195",
        "cached_prefill": "\u2014",
        "sample": "$1,000.60",
        "train": "$0.44",
    }
    assert usd(parsed("tinker", [entry, {"name": "no id"}])) == {
        "tinker/Qwen/Qwen3-8B/input_mtok": Decimal("0.195"),
        "tinker/Qwen/Qwen3-8B/output_mtok": Decimal("1000.60"),
        "tinker/Qwen/Qwen3-8B/training_mtok": Decimal("0.44"),
    }


def aws_offer(**products: tuple[str, str, str]) -> dict[str, Any]:
    terms = {
        sku: {"o": {"priceDimensions": {"d": {"unit": unit, "pricePerUnit": {"USD": price}}}}}
        for sku, (_, unit, price) in products.items()
    }
    return {
        "products": {
            sku: {"attributes": {"usagetype": usage}} for sku, (usage, _, _) in products.items()
        },
        "terms": {"OnDemand": terms},
    }


def test_aws_prices_of_custom_models() -> None:
    offer = aws_offer(
        a=("USE1-Nova2.0Lite-Customization-Training", "1K tokens", "0.0037800000"),
        b=("USE1-Nova2.0Lite-Customization-Storage", "Model/month", "1.95"),
        c=("USE1-Nova2.0Lite-output-tokens-custom-model", "1M tokens", "2.5"),
        d=("USE1-Nova2.0Lite-input-tokens", "1K tokens", "0.00033"),
        e=("USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits", "hour", "60.50"),
        f=("USE1-TitanText-Customization-Training", "1K tokens", "9"),
    )
    model = "bedrock-nova/amazon.nova-2-lite-v1"
    assert usd(parsed("aws", offer)) == {
        f"{model}/training_mtok": Decimal("3.78"),
        f"{model}/storage_month": Decimal("1.95"),
        "bedrock-nova/ft:amazon.nova-2-lite-v1/output_mtok": Decimal("2.5"),
    }


def test_aws_prices_in_an_unknown_measure_are_refused() -> None:
    offer = aws_offer(a=("USE1-NovaPro-Customization-Training", "1K images", "0.008"))
    found = parsed("aws", offer)
    assert found.rows == ()
    assert found.refused[0].reason == "training_mtok is priced per '1K images'"


@pytest.mark.parametrize("feed", [name for name, feed in FEEDS.items() if feed.url])
@pytest.mark.parametrize("document", [None, 3, "text", {"a": 1}, [1], [{}], {"terms": []}, {}, []])
def test_a_document_of_another_shape_is_refused_or_empty(feed: str, document: Any) -> None:
    said = ""
    try:
        found = parsed(feed, document).rows
    except FeedError as error:
        said, found = error.message, ()
    assert found == ()
    assert said == "" or "the format has changed" in said


WHOLE: dict[str, Any] = {
    "litellm": {"a": {**CHAT, "input_cost_per_token": 1e-06, "deprecation_date": "2027-01-01"}},
    "genai-prices": [
        {
            "id": "openai",
            "models": [
                {
                    "id": "m",
                    "match": {"or": [{"equals": "b"}]},
                    "prices": [
                        {
                            "constraint": {"start_date": "2026-01-01"},
                            "prices": {"input_mtok": {"base": 1, "tiers": [{"start": 9}]}},
                        },
                    ],
                }
            ],
        }
    ],
    "tinker": [{"tinker_id": "q", "prefill": "$1"}],
    "aws": aws_offer(a=("USE1-Nova2.0Lite-Customization-Training", "1K tokens", "0.003")),
    "portkey-openai": {"a": {"pricing_config": {"finetune_config": {"pay_per_token": {}}}}},
    "openai-models": [{"id": "a", "shutdown_date": "2027-01-01"}],
}


def damaged(document: Any, value: Any) -> Iterator[Any]:
    """The document with each of its parts replaced by the value, one at a time."""
    yield value
    for key in document if isinstance(document, dict) else range(len(document)):
        if isinstance(document[key], (dict, list)):
            parts: Any = damaged(document[key], value)
        else:
            parts = (value,)
        for part in parts:
            whole = document.copy()
            whole[key] = part
            yield whole


@pytest.mark.parametrize("feed", WHOLE)
@pytest.mark.parametrize("value", [None, True, 3, -1.5, "", "x", [], [1], {}, {"a": 1}, [[]]])
def test_whatever_a_part_of_a_feed_is_nothing_but_the_feed_fails(feed: str, value: Any) -> None:
    for document in damaged(WHOLE[feed], value):
        with suppress(FeedError):
            assert isinstance(parsed(feed, document), Parsed)


@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_says_who_it_is(feed: str) -> None:
    assert FEEDS[feed].title
    assert FEEDS[feed].floor > 0
    assert FEEDS[feed].confidence in ("A", "B", "C")
    assert FEEDS[feed].url.startswith("https://") or feed == "openai-models"


# -- JSON that is none ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": -Infinity}', "not a number"),
        (b'{"a": 1', "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 100_000 + b"}", "not JSON"),
        (b'{"a": 1e99999999999999999999}', "out of range"),
        (b'{"a": "\xff\xfe"}', "not JSON"),
    ],
    ids=["empty", "html", "nan", "infinity", "cut", "lists", "objects", "digits", "power", "bytes"],
)
def test_hostile_json_is_an_error_of_the_feed(body: bytes, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        decode(body, "litellm")


# -- distrust ---------------------------------------------------------------------------------


def judged(found: Parsed, **changes: Any) -> Any:
    settings: dict[str, Any] = {"feed": "litellm", "floor": 1, "canaries": (), "known": {}}
    return vet(found, **{**settings, **changes})


def rows(**prices: str) -> Parsed:
    return Parsed(
        tuple(Row("openai", name, "input_mtok", Decimal(p)) for name, p in prices.items())
    )


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("0.1", ""),  # by 90 %, which is not more than 90 %
        ("0.0999", "fell by 90.0% from 1"),
        ("0.05", "fell by 95.0% from 1"),
        ("10", ""),
        ("10.01", "rose 10.0-fold from 1"),
        ("0", "0 is not listed as free"),
    ],
)
def test_jumps_are_held_back_and_the_old_price_stays(now: str, reason: str) -> None:
    found = judged(rows(a=now, b="1"), known={"openai/a/input_mtok": Decimal(1)})
    assert [(held.reason, held.kept) for held in found.held] == ([(reason, "1")] if reason else [])
    assert len(found.rows) == (1 if reason else 2)


@pytest.mark.parametrize("accepted", ["openai/a", "openai/a/input_mtok"])
def test_a_jump_that_somebody_looked_at_passes(accepted: str) -> None:
    known = {"openai/a/input_mtok": Decimal(1)}
    assert judged(rows(a="0.01"), known=known, accepted={accepted}).held == ()


def test_zero_is_never_accepted_by_name() -> None:
    assert judged(rows(a="0"), accepted={"openai/a"}).rows == ()


def test_what_to_do_about_a_price_that_is_held_back_can_work() -> None:
    known = {f"openai/{name}/input_mtok": Decimal(1) for name in "ab"}
    zero, jump = judged(rows(a="0", b="0.01"), known=known).held
    assert 'state it: [[price]] with model = "a", provider = "openai", input_mtok' in zero.step
    assert (
        jump.step
        == "look at the provider's page, then: ftgate prices update --accept openai/b/input_mtok"
    )


def test_an_absurd_price_is_held_back_though_nothing_is_known() -> None:
    assert [held.reason for held in judged(rows(a="1000000")).held] == ["more than 100,000 USD"]


def test_a_refused_amount_of_a_known_price_is_a_known_price_held_back() -> None:
    found = litellm(
        a={**CHAT, "input_cost_per_token": "free"}, b={**CHAT, "output_cost_per_token": 1e-06}
    )
    assert judged(found, known={"openai/a/input_mtok": Decimal(2)}).held[0].kept == "2"


@pytest.mark.parametrize(
    ("day", "stored", "curated", "passed", "reason"),
    [
        ("2026-11-22", "", None, "2026-11-22", ""),
        ("2036-12-31", "", None, "2036-12-31", ""),
        ("2037-01-01", "", None, "", "more than 10 years ahead"),
        ("2026-11-21", "", None, "", "this day is over"),
        ("2019-12-31", "", None, "", "a day before 2020"),
        ("2026-11-21", "2027-01-14", "2027-01-14", "2027-01-14", "this day is over"),
        ("2026-11-21", "", "2027-01-14", "", "this day is over"),
        ("2026-11-21", "", "2026-11-21", "2026-11-21", ""),
        ("2026-11-21", "2026-11-21", "2027-01-14", "", "this day is over"),
        ("2026-11-21", "2026-11-21", None, "2026-11-21", ""),  # it came meanwhile
    ],
)
def test_days_that_cannot_be_meant_are_held_back(
    day: str, stored: str, curated: str | None, passed: str, reason: str
) -> None:
    key = "openai/gpt-9"
    found, held = vet_dates(
        [Dated("openai", "gpt-9", date.fromisoformat(day))],
        TODAY,
        {key: stored} if stored else {},
        {key: date.fromisoformat(curated)} if curated else {},
    )
    assert found == ({key: passed} if passed else {})
    assert [(each.reason, each.kept) for each in held] == (
        [(reason, curated or "")] if reason else []
    )


def test_cross_checks_are_feeds() -> None:
    from ftgate.prices.live import CROSS_CHECKS

    assert set(FEEDS) >= CROSS_CHECKS


def test_the_noise_of_a_float_is_no_part_of_a_price() -> None:
    found = litellm(a={**CHAT, "input_cost_per_token": 2.7000000000000002e-07})
    assert usd(found) == {"openai/a/input_mtok": Decimal("0.27")}


@pytest.mark.parametrize(
    "entry",
    [
        {"bad\ud800": {**CHAT, "input_cost_per_token": 1e-06}},
        {"a": {**CHAT, "input_cost_per_token": "\ud800"}},
        {"a\udfff": {**CHAT, "deprecation_date": "2027-01-01"}},
        {"a": {**CHAT, "deprecation_date": "\udc00"}},
    ],
)
def test_half_a_character_fails_the_feed(entry: dict[str, Any]) -> None:
    with pytest.raises(FeedError, match="is not text"):
        parsed("litellm", entry)


def test_a_file_whose_prices_jump_together_has_changed_its_unit() -> None:
    known = {f"openai/m{n}/input_mtok": Decimal(1) for n in range(30)}
    cents = rows(**{f"m{n}": "100" for n in range(30)})
    with pytest.raises(FeedError, match=r"30 of 30 prices .* its unit has changed"):
        judged(cents, known=known)


def test_a_file_with_too_few_models_is_refused() -> None:
    with pytest.raises(FeedError, match="only 2 models \\(at least 3\\)"):
        judged(rows(a="1", b="1"), floor=3)


def test_a_file_with_half_of_its_prices_gone_is_refused() -> None:
    with pytest.raises(FeedError, match="2 prices where 5 were stored"):
        judged(rows(a="1", b="1"), stored=5)


def test_a_file_without_its_well_known_prices_is_refused() -> None:
    canaries = ("openai/a/input_mtok", "openai/x/input_mtok", "openai/y/input_mtok")
    assert judged(rows(a="1", x="1"), canaries=canaries).rows
    with pytest.raises(FeedError, match="well-known prices are missing: openai/x"):
        judged(rows(a="1", b="1"), canaries=canaries)


def test_the_sample_file_is_one_that_passes() -> None:
    feed = FEEDS["litellm"]
    found = feed.parse(decode(litellm_file(), "litellm"), TODAY)
    vetted = judged(found, floor=feed.floor, canaries=feed.canaries)
    assert len(vetted.rows) > 2000
    assert vetted.held == ()


def test_training_prices_of_the_feeds_go_by_the_names_of_the_catalogue() -> None:
    """A canary is a price of the catalogue: a feed that spells it otherwise would answer nobody."""
    from ftgate.prices.update import bundled_amounts

    known = bundled_amounts()
    trained = [key for feed in FEEDS.values() for key in feed.canaries if "/training_" in key]
    assert trained
    assert [key for key in trained if key not in known] == []
