"""``ftgate providers``: every profile in words, as JSON and as the table of the README."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from ftgate.catalog import provider_names, read_provider
from ftgate.cli import run
from ftgate.description import describe
from ftgate.rules import load_rules
from tests.conftest import AS_OF

ASKED_FOR = (
    *("openai", "azure", "together", "fireworks", "mistral", "vertex", "bedrock-nova"),
    *("bedrock-llama", "nebius", "tinker", "trl", "axolotl", "llama-factory", "ms-swift"),
    *("torchtune", "llm-foundry", "mistral-finetune"),
)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def providers(*args: str) -> str:
        assert run(["providers", *args]) == 0
        return capsys.readouterr().out

    return providers


def test_the_profiles_asked_for_are_there() -> None:
    assert set(provider_names()) >= set(ASKED_FOR)


def test_the_list_names_every_profile(shown: Callable[..., str]) -> None:
    listed = shown()
    assert all(f"  {name} " in listed for name in ASKED_FOR)


@pytest.mark.parametrize("name", provider_names())
def test_a_profile_shows_every_fact_with_confidence_and_date(
    name: str, shown: Callable[..., str]
) -> None:
    about = describe(read_provider(name))
    text = " ".join(shown(name, "--as-of", AS_OF).split())
    for fact in (*about.availability, *about.limits, *about.billing):
        assert f"{fact.value} [{fact.source.confidence}, {fact.source.as_of}]" in text
    for refusal in about.refusals:
        assert refusal.says in text
    assert about.formats, "a profile says what it trains on"
    assert "expired" not in text


def test_what_nobody_publishes_is_shown_as_unknown(shown: Callable[..., str]) -> None:
    text = shown("nebius")
    assert re.search(r"fewest examples +unknown\n", text)
    assert re.search(r"bills validation tokens +unknown\n", text)
    assert "unknown\n" not in shown("trl")


def test_facts_that_nobody_checked_for_long_are_marked(shown: Callable[..., str]) -> None:
    assert "expired 2027-02-20" in shown("openai", "--as-of", "2027-06-01")


@pytest.mark.parametrize("name", provider_names())
def test_a_profile_refuses_by_rules_that_exist(name: str) -> None:
    kinds = {rule.name for rule in load_rules().values()}
    assert {refusal.kind for refusal in describe(read_provider(name)).refusals} <= kinds


def test_json_has_sources(shown: Callable[..., str]) -> None:
    (about,) = json.loads(shown("together", "-f", "json"))
    assert about["name"] == "together"
    assert all(each["url"].startswith("https://") for each in about["sources"])


def test_the_table_has_a_row_for_each(shown: Callable[..., str]) -> None:
    rows = shown("-f", "markdown").splitlines()
    assert len(rows) == 2 + len(provider_names())
    assert len({row.count(" | ") for row in rows if not row.startswith("|---")}) == 1


def test_an_unknown_name_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["providers", "bedrok-nova"]) == 2
    assert "did you mean bedrock-nova?" in capsys.readouterr().err
