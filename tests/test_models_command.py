"""``ftgate models``: the timeline for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from ftgate.prices import store
from ftgate.prices.places import live_path
from ftgate.prices.store import Record
from tests.conftest import AS_OF

Show = Callable[..., str]


@pytest.fixture
def models(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Show:
    """What the command prints on a terminal of so many columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)

    def shown(*args: str, columns: int = 120, code: int = 0) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        assert run(["models", *args]) == code
        return capsys.readouterr().out

    return shown


@pytest.fixture
def rows(models: Show) -> Callable[..., list[dict[str, Any]]]:
    def listed(*args: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(models(*args, "-f", "json"))
        return found

    return listed


def one(found: list[dict[str, Any]], model: str, provider: str = "openai") -> dict[str, Any]:
    (row,) = (each for each in found if (each["model"], each["provider"]) == (model, provider))
    return row


MINI = "gpt-4.1-mini-2025-04-14"


def test_a_line_has_the_days_the_prices_and_the_replacement(models: Show) -> None:
    text = models("--tunable", "--provider", "openai")
    (line,) = (line for line in text.splitlines() if line.startswith(MINI))
    for said in ("2027-01-06*", "2027-01-14", "53 d", " 5 ", "0.8/3.2", "gpt-6-luna"):
        assert said in line


def test_who_may_train_until_when_is_said_by_customer(models: Show) -> None:
    text = " ".join(models("--tunable", "--provider", "openai").split())
    assert (
        "new closed since 2026-05-07, idle closed since 2026-07-02, active until 2027-01-06" in text
    )
    azure = " ".join(models("--tunable", "--provider", "azure").split())
    assert "new until 2027-04-14, idle no earlier than 2027-04-01" in azure


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("args", [(), ("--tunable",)])
def test_no_line_is_wider_than_the_terminal(
    models: Show, columns: int, args: tuple[str, ...]
) -> None:
    lines = models(*args, columns=columns).splitlines()
    assert len(lines) > 50
    assert max(map(len, lines)) <= columns


def test_a_narrow_terminal_loses_no_fact(models: Show) -> None:
    text = " ".join(models("--provider", "openai", "--tunable", columns=80).split())
    for said in ("tune until 2027-01-06*", "serve until 2027-01-14", "train 5", "calls 0.8/3.2"):
        assert said in text


def test_models_come_by_days_left_then_unknown_then_gone(
    rows: Callable[..., list[dict[str, Any]]],
) -> None:
    left = [row["days_left"] for row in rows()]
    alive = [days for days in left if days is not None and days > 0]
    gone = [days for days in left if days is not None and days <= 0]
    unknown = [days for days in left if days is None]
    assert left == [*sorted(alive), *unknown, *sorted(gone, reverse=True)]
    assert alive
    assert gone
    assert unknown


def test_json_has_every_day_and_every_price_with_its_source(
    rows: Callable[..., list[dict[str, Any]]],
) -> None:
    row = one(rows(), MINI)
    assert row["tune_until"] == {"new": "2026-05-07", "idle": "2026-07-02", "active": "2027-01-06"}
    assert row["open_to"] == ["active"]
    assert (row["serve_until"], row["days_left"]) == ("2027-01-14", 53)
    assert row["training"]["training_mtok"]["usd"] == "5"
    assert row["tuned"]["input_mtok"]["source"]
    assert one(rows(), MINI, "azure")["tune_until_is_earliest"] is True


def test_unknown_is_null_and_never_zero(rows: Callable[..., list[dict[str, Any]]]) -> None:
    row = one(rows("--provider", "azure"), "gpt-oss-20b", "azure")
    assert (row["serve_until"], row["days_left"], row["training"], row["tuned"]) == (
        None,
        None,
        {},
        {},
    )
    assert one(rows(), "accounts/fireworks/models/qwen3-8b", "fireworks")["tunable"] is None
    assert one(rows(), "gpt-6-luna")["tunable"] is False


def test_unknown_is_said(models: Show) -> None:
    text = models("--tunable", "--provider", "azure")
    (line,) = (line for line in text.splitlines() if line.startswith("Ministral"))
    assert line.split() == ["Ministral-3B", "azure", *["unknown"] * 5]


def test_tunable_leaves_out_what_takes_no_jobs(rows: Callable[..., list[dict[str, Any]]]) -> None:
    named = {(row["provider"], row["model"]) for row in rows("--tunable")}
    assert ("openai", MINI) in named
    assert ("openai", "gpt-6-luna") not in named
    assert ("openai", "gpt-3.5-turbo") not in named
    later = {row["provider"] for row in rows("--tunable", "--on", "2027-01-06")}
    assert "openai" not in later
    assert "azure" in later


def test_the_day_moves_what_is_left(rows: Callable[..., list[dict[str, Any]]]) -> None:
    assert one(rows("--on", "2027-01-13"), MINI)["days_left"] == 1
    assert one(rows("--on", "2027-01-14"), MINI)["days_left"] == 0
    assert one(rows("--on", "2027-01-15"), MINI)["days_left"] == -1


def test_colours_are_asked_for(models: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[31m" in models("--tunable", "--color", "always")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in models("--tunable")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in models("--tunable")


def test_live_days_count_when_they_are_asked_for(
    rows: Callable[..., list[dict[str, Any]]], models: Show
) -> None:
    dates = {f"openai/{MINI}": "2026-12-24"}
    store.save(
        live_path(), "litellm", Record("A feed", "https://f.example", "B", AS_OF, dates=dates)
    )
    assert one(rows(), MINI)["serve_until"] == "2027-01-14"
    row = one(rows("--prices", "cached"), MINI)
    assert row["serve_until"] == "2026-12-24"
    assert row["disputed"] == "stops on 2026-12-24 by A feed, the catalogue 2027-01-14"
    shown = models("--prices", "cached", "--provider", "openai", columns=80)
    assert "stops on 2026-12-24 by A feed" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("args", [("--provider", "opnai"), ("--on", "yesterday")])
def test_an_unknown_provider_and_no_date_are_usage_errors(
    models: Show, args: tuple[str, ...]
) -> None:
    assert models(*args, code=2) == ""
