"""``ftgate prices``, run against a feed on this machine."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftgate import cli
from ftgate.errors import UsageError
from ftgate.prices import store
from ftgate.prices.feeds.rows import FeedError
from ftgate.prices.places import LIVE_NAME
from ftgate.prices.update import refresh, update
from tests.conftest import ROOT
from tests.price_server import Page, PriceServer, litellm_file, price_server
from tests.test_price_client import QUICK, TODAY

TUNED = "ft:gpt-4.1-mini-2025-04-14"


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty repository, the day of the release, and the command in the table."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_TODAY", str(TODAY))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setitem(cli.COMMANDS, "prices", cli.Entry("Look", "Prices with their sources."))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[PriceServer]:
    with price_server() as running:
        running.pages["/litellm"] = Page(litellm_file(), headers={"ETag": '"v1"'})
        yield running


@pytest.fixture
def path(own_cache: Path) -> Path:
    return own_cache / LIVE_NAME


class Told:
    """Exit code and output of one command line."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        capsys.readouterr()
        self.code = cli.run(["prices", *arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def fetch(server: PriceServer, *more: str) -> tuple[str, ...]:
    return ("update", "--feed", "litellm", "--feed-url", f"litellm={server.url}/litellm", *more)


# -- update -----------------------------------------------------------------------------------


def test_update_stores_what_a_feed_says(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Told(capsys, *fetch(server))
    assert told.code == 0
    assert told.out.startswith("litellm         updated   2,212 prices, 2,212 changed")
    shown = Told(capsys, "show", "gpt-6-luna", "--prices", "cached", "-f", "json")
    layers = {row["unit"]: row["layer"] for row in shown.json}
    assert (layers["input_mtok"], layers["batch_input_mtok"]) == ("live", "bundled")


def test_a_second_update_sends_validators_and_changes_no_price(
    server: PriceServer, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    Told(capsys, *fetch(server))
    told = Told(capsys, *fetch(server, "--today", "2026-11-25"))
    assert told.code == 0
    assert "unchanged 2,212 prices, 0 changed" in told.out
    assert server.requests[-1][1]["if-none-match"] == '"v1"'
    record = store.read_records(path)[0]["litellm"]
    assert record.checked == "2026-11-25"
    assert record.rows["openai/gpt-6-luna/input_mtok"] == ("0.1", "2026-11-25")


FAULTS = {
    "404": (Page(b"", 404), "HTTP 404"),
    "429": (Page(b"", 429, {"Retry-After": "3600"}), "asks to be left alone for 3,600 s"),
    "500": (Page(b"", 500, {"Retry-After": "0"}), "HTTP 500"),
    "cut off": (Page(litellm_file(), cut_after=5000), "cut off"),
    "wrong type": (Page(b"<html>", kind="text/html"), "sent text/html, not JSON"),
    "cut gzip": (
        Page(gzip.compress(litellm_file())[:-9], headers={"Content-Encoding": "gzip"}),
        "cut off",
    ),
    "not json": (Page(b"{"), "not JSON"),
    "nested": (Page(b"[" * 100_000), "nested too deeply"),
    "nan": (Page(b'{"a": NaN}'), "NaN is not a number"),
    "a list": (Page(b"[]"), "the format has changed"),
    "few models": (Page(litellm_file(models=10)), "only 16 models (at least 1000)"),
    "no canaries": (
        Page(litellm_file().replace(b'"litellm_provider": "openai"', b'"x": ""')),
        "well-known prices are missing",
    ),
    "cents": (
        Page(litellm_file().replace(b"1e-07", b"1e-05").replace(b"4e-07", b"4e-05")),
        "its unit has changed",
    ),
    "elsewhere": (Page(b"", 302, {"Location": "http://prices.example/"}), "not https"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_update_leaves_the_stored_prices_whole_and_says_so(
    server: PriceServer, capsys: pytest.CaptureFixture[str], path: Path, fault: str
) -> None:
    Told(capsys, *fetch(server))
    before = path.read_bytes()
    page, said = FAULTS[fault]
    server.pages["/litellm"] = page
    told = Told(capsys, *fetch(server))
    assert told.code == 2
    assert "failed" in told.out
    assert said in told.out
    assert len(told.out.splitlines()) == 2  # what, and what to do
    assert path.read_bytes() == before
    shown = Told(capsys, "show", "gpt-6-luna", "--prices", "cached", "-f", "json")
    assert shown.json[0]["layer"] == "live"


def test_a_slow_feed_fails_in_time_and_damages_nothing(server: PriceServer, path: Path) -> None:
    urls = {"litellm": f"{server.url}/litellm"}
    update(today=TODAY, names=["litellm"], urls=urls)
    before = path.read_bytes()
    server.pages["/litellm"] = Page(litellm_file(), wait_seconds=0.6)
    results = update(today=TODAY, names=["litellm"], urls=urls, limits=QUICK)
    assert "nothing sent for 0.3 s" in results[0].message
    assert path.read_bytes() == before


def test_one_failing_feed_of_two_is_exit_1_and_the_other_is_stored(
    server: PriceServer, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    both = ("--feed", "tinker", "--feed-url", f"tinker={server.url}/nothing")
    assert Told(capsys, *fetch(server, *both)).code == 1
    assert list(store.read_records(path)[0]) == ["litellm"]


def test_a_price_drop_of_more_than_90_percent_waits_for_somebody_to_look(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    Told(capsys, *fetch(server))
    dropped = {"nebius/model-7": {"input_cost_per_token": 8e-09}}
    server.pages["/litellm"] = Page(litellm_file(dropped), headers={"ETag": '"v2"'})
    told = Told(capsys, *fetch(server))
    assert told.code == 1
    assert "nebius/model-7/input_mtok: 0.008: fell by 92.0% from 0.1" in told.out
    assert price_of(capsys, "nebius/model-7") == "0.1"
    assert Told(capsys, *fetch(server)).code == 1  # unchanged, and still held back
    assert "held      nebius/model-7/input_mtok" in Told(capsys, "doctor").out
    assert Told(capsys, *fetch(server, "--accept", "nebius/model-7/input_mtok")).code == 0
    assert price_of(capsys, "nebius/model-7") == "0.008"
    assert "nebius/model-7" not in Told(capsys, "doctor").out


def test_a_zero_is_named_with_advice_that_can_work(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    Told(capsys, *fetch(server))
    zero = {"nebius/model-7": {"input_cost_per_token": 0.0}}
    server.pages["/litellm"] = Page(litellm_file(zero))
    told = Told(capsys, *fetch(server))
    assert told.code == 1
    assert "nebius/model-7/input_mtok: 0: 0 is not listed as free" in told.out
    assert 'state it: [[price]] with model = "model-7", provider = "nebius"' in told.out
    assert "--accept" not in told.out


def test_a_feed_with_a_broken_name_fails_alone(
    server: PriceServer, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    server.pages["/tinker"] = Page(json.dumps([{"tinker_id": "a\ud800", "train": "$1"}]).encode())
    both = ("--feed", "tinker", "--feed-url", f"tinker={server.url}/tinker")
    told = Told(capsys, *fetch(server, *both))
    assert told.code == 1
    assert "is not text" in told.out
    assert list(store.read_records(path)[0]) == ["litellm"]


def test_doctor_says_that_the_store_is_damaged(
    server: PriceServer, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    Told(capsys, *fetch(server))
    path.write_bytes(path.read_bytes()[:-40])
    told = Told(capsys, "doctor")
    assert told.code == 1
    assert "damaged" in told.out
    assert "nothing to do" not in told.out


def test_doctor_names_a_live_price_off_the_catalogue(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.pages["/litellm"] = Page(litellm_file({"gpt-6-luna": {"input_cost_per_token": 2e-07}}))
    Told(capsys, *fetch(server))
    said = "openai/gpt-6-luna/input_mtok: litellm 0.2, the catalogue 0.1"
    assert said in Told(capsys, "doctor").out


def test_a_day_that_is_over_never_reaches_a_verdict(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {"gpt-6-luna": {"deprecation_date": "2026-11-01"}}
    server.pages["/litellm"] = Page(litellm_file(gone))
    assert "openai/gpt-6-luna: 2026-11-01: this day is over" in Told(capsys, *fetch(server)).out
    shown = Told(capsys, "show", "gpt-6-luna", "--prices", "cached").out
    assert "2026-11-01" not in shown


def price_of(capsys: pytest.CaptureFixture[str], model: str, mode: str = "cached") -> str:
    rows = Told(capsys, "show", model, "--prices", mode, "-f", "json").json
    return str(next(row["usd"] for row in rows if row["unit"] == "input_mtok"))


def test_the_first_update_is_compared_with_the_catalogue(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    dropped = {"gpt-6-luna": {"input_cost_per_token": 1e-09}}
    server.pages["/litellm"] = Page(litellm_file(dropped))
    told = Told(capsys, *fetch(server))
    assert told.code == 1
    assert "fell by 99.0% from 0.1" in told.out
    assert price_of(capsys, "gpt-6-luna") == "0.1"


def test_a_damaged_store_is_rebuilt_by_the_next_update(
    server: PriceServer, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    Told(capsys, *fetch(server))
    path.write_bytes(path.read_bytes()[:100])
    shown = Told(capsys, "show", "gpt-6-luna", "--prices", "cached")
    assert shown.code == 0
    assert "damaged and not used" in shown.err
    assert Told(capsys, *fetch(server)).code == 0
    assert Told(capsys, "show", "gpt-6-luna", "--prices", "cached").err == ""


def test_two_updates_at_once_leave_one_whole_file(server: PriceServer, path: Path) -> None:
    program = (
        "import sys\nfrom ftgate import cli\n"
        "cli.COMMANDS['prices'] = cli.Entry('Look', '')\nsys.exit(cli.run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "prices", *fetch(server)]
    runs = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(2)]
    assert [run.communicate() and run.returncode for run in runs] == [0, 0]
    records, note = store.read_records(path)
    assert note == ""
    assert len(records["litellm"].rows) == 2212


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("update", "--feed", "litelm"), "no feed 'litelm'"),
        (("update", "--feed-url", "litellm"), "--feed-url litellm: no address"),
        (("diff",), "no live prices to compare with"),
        (("list", "--provider", "nobody"), "no prices of nobody"),
        (("lock", "gpt-99"), "no price of gpt-99"),
        (("show", "gpt-5", "--today", "soon"), "not a date"),
    ],
)
def test_what_cannot_be_done_is_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    told = Told(capsys, *arguments)
    assert told.code == 2
    assert said in told.err
    assert "hint:" in told.err


def test_a_store_that_cannot_be_written_is_exit_2(
    server: PriceServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FTGATE_CACHE_DIR", str(tmp_path / "file"))
    told = Told(capsys, *fetch(server))
    assert told.code == 2
    assert "live prices cannot be stored" in told.err


# -- modes ------------------------------------------------------------------------------------


@pytest.fixture
def only_litellm(server: PriceServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The feeds are one, on this machine."""
    from dataclasses import replace

    from ftgate.prices.feeds import FEEDS

    one = replace(FEEDS["litellm"], url=f"{server.url}/litellm")
    monkeypatch.setattr("ftgate.prices.feeds.FEEDS", {"litellm": one})
    monkeypatch.setattr("ftgate.prices.update.FEEDS", {"litellm": one})


@pytest.mark.usefixtures("only_litellm")
def test_offline_and_cached_ask_nobody(server: PriceServer) -> None:
    assert refresh("offline", today=TODAY) == refresh("cached", today=TODAY) == ()
    assert server.requests == []


@pytest.mark.usefixtures("only_litellm")
def test_live_asks_first_and_fails_clearly(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert price_of(capsys, "gpt-5", "live") == "1.25"
    server.pages["/litellm"] = Page(b"", 404)
    with pytest.raises(FeedError, match=r"--prices live: .*HTTP 404") as caught:
        refresh("live", today=TODAY)
    assert "--prices cached" in caught.value.hint


@pytest.mark.usefixtures("only_litellm")
def test_if_stale_asks_after_a_week_and_goes_on_without_an_answer(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    from datetime import timedelta

    refresh("if-stale", today=TODAY)
    refresh("if-stale", today=TODAY + timedelta(days=7))
    assert len(server.requests) == 1
    server.pages["/litellm"] = Page(b"", 404)
    notes = refresh("if-stale", today=TODAY + timedelta(days=8))
    assert len(server.requests) == 2
    assert notes[0].startswith("old prices are used: ")
    assert price_of(capsys, "gpt-5", "cached") == "1.25"


def test_if_stale_asks_again_only_the_feeds_that_ever_answered(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from ftgate.prices.feeds import FEEDS

    two = {name: replace(FEEDS[name], url=f"{server.url}/{name}") for name in ("litellm", "tinker")}
    monkeypatch.setattr("ftgate.prices.update.FEEDS", two)
    assert len(refresh("if-stale", today=TODAY)) == 1  # nothing is stored: both are asked
    assert refresh("if-stale", today=TODAY) == ()
    assert [path for path, _ in server.requests] == ["/litellm", "/tinker"]


def test_modes_ask_the_feeds_and_addresses_of_the_environment(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setenv("FTGATE_FEED", "litellm")
    monkeypatch.setenv("FTGATE_FEED_URL", f"litellm={server.url}/litellm\n")
    refresh("live", today=TODAY)
    path.unlink()
    refresh("if-stale", today=TODAY)
    assert [asked for asked, _ in server.requests] == ["/litellm", "/litellm"]


# -- looking ----------------------------------------------------------------------------------


def test_show_names_layer_source_age_and_expiry_of_every_unit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Told(capsys, "show", "gpt-4.1-mini")
    assert told.code == 0
    assert "openai/gpt-4.1-mini-2025-04-14" in told.out
    line = next(line for line in told.out.splitlines() if line.startswith("training_mtok"))
    assert line.split() == ["training_mtok", "5", "bundled", "2026-08-21", "2027-01-06"]
    assert "[B] Portkey model prices  https://configs.portkey.ai/pricing/openai.json" in told.out
    assert "no new fine-tuning jobs from 2027-01-06" in told.out


def test_show_marks_what_has_expired(capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(capsys, "show", "gpt-6-luna", "--today", "2027-02-01")
    assert "2027-01-06 expired" in told.out


def test_an_unknown_model_is_exit_3_with_the_line_to_add(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Told(capsys, "show", "gpt-6-moon")
    assert told.code == 3
    assert "no price openai/gpt-6-moon/input_mtok" in told.out
    assert "(nearest: gpt-6-" in told.out
    assert '[[price]] with model = "gpt-6-moon", provider = "openai", input_mtok = "<USD>"' in (
        told.out
    )
    assert "gpt-6-moon" in Told(capsys, "show", "gpt-6-moon", "-f", "json").json["add"]


def test_prices_of_your_own_come_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "ftgate.toml").write_text(
        '[[price]]\nmodel = "gpt-6-luna"\ninput_mtok = "0.07"\nsource = "contract"\n'
        "as_of = 2026-11-01\n"
    )
    rows = Told(capsys, "show", "gpt-6-luna", "-f", "json").json
    assert rows[0]["unit"] == "input_mtok"
    assert (rows[0]["usd"], rows[0]["layer"], rows[0]["source"]) == ("0.07", "override", "contract")


def test_list_has_a_line_for_each_model_and_a_dash_for_what_is_not_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Told(capsys, "list", "--provider", "openai")
    line = next(line for line in told.out.splitlines() if line.startswith("openai/gpt-6-luna"))
    assert line.split() == ["openai/gpt-6-luna", "0.1", "0.01", "0.5", "-", "bundled", "2026-11-12"]
    assert "USD per million tokens" in told.out


def test_list_all_has_the_models_of_the_feeds(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    Told(capsys, *fetch(server))
    names = {
        (row["provider"], row["model"])
        for row in Told(capsys, "list", "--all", "--prices", "cached", "-f", "json").json
    }
    assert {("nebius", "model-7"), ("openai", TUNED)} <= names
    assert ("nebius", "model-7") not in {
        (row["provider"], row["model"])
        for row in Told(capsys, "list", "--prices", "cached", "-f", "json").json
    }


# -- lock, diff, doctor -----------------------------------------------------------------------


def test_lock_and_diff_follow_the_live_prices(
    server: PriceServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    Told(capsys, *fetch(server))
    locked = Told(capsys, "lock")
    assert locked.code == 0
    assert "ftgate-prices.json" in locked.out
    before = (tmp_path / "ftgate-prices.json").read_text().splitlines()
    assert Told(capsys, "diff").code == 0

    dearer = {"gpt-6-luna": {"input_cost_per_token": 2e-07}}
    server.pages["/litellm"] = Page(litellm_file(dearer))
    Told(capsys, *fetch(server))
    changed = Told(capsys, "diff")
    assert changed.code == 1
    line = next(line for line in changed.out.splitlines() if line.startswith("openai/gpt-6-luna"))
    assert line.split()[:4] == ["openai/gpt-6-luna/input_mtok", "0.1", "0.2", "+100.0%"]
    assert [row["key"] for row in Told(capsys, "diff", "-f", "json").json] == [
        "openai/gpt-6-luna/input_mtok"
    ]
    assert price_of(capsys, "gpt-6-luna") == "0.1"  # the lock holds

    Told(capsys, "lock")
    after = (tmp_path / "ftgate-prices.json").read_text().splitlines()
    assert len(set(after) - set(before)) == 1  # a change is one line
    assert price_of(capsys, "gpt-6-luna", "offline") == "0.2"


def test_a_model_of_the_feeds_can_be_locked_by_name(
    server: PriceServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    Told(capsys, *fetch(server))
    assert Told(capsys, "lock", "nebius/model-7").code == 0
    text = (tmp_path / "ftgate-prices.json").read_text()
    assert '"nebius/model-7/output_mtok": {"usd": "0.4"' in text
    assert price_of(capsys, "nebius/model-7", "offline") == "0.1"


def test_without_live_prices_the_catalogue_is_locked_and_it_is_said_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Told(capsys, "lock", "-f", "json")
    assert told.json["layers"] == ["bundled"]


def test_doctor_finds_nothing_to_do_on_the_day_of_the_release(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Told(capsys, "doctor")
    assert (told.code, told.out.splitlines()[-1]) == (0, "nothing to do")


def test_doctor_names_what_is_stale_expired_missing_and_misdated(
    server: PriceServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    dated = {"gpt-5": {"deprecation_date": "2026-12-01"}}
    server.pages["/litellm"] = Page(litellm_file(dated))
    Told(capsys, *fetch(server))
    (tmp_path / "ftgate.toml").write_text('[model]\nbase = "gpt-5"\ntoday = "gpt-77"\n')
    told = Told(capsys, "doctor", "--today", "2026-12-05")
    assert told.code == 1
    assert "litellm was last checked 13 days ago" in told.out
    assert "missing   openai/gpt-77/input_mtok" in told.out
    assert "openai/gpt-5 stops on 2026-12-01 by LiteLLM price file, the catalogue 2026-12-11" in (
        told.out
    )
    late = Told(capsys, "doctor", "--today", "2027-02-01", "-f", "json").json
    assert {"stale", "expired", "missing"} <= {note["kind"] for note in late}


def test_doctor_names_what_is_odd_in_the_lock(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    Told(capsys, "lock")
    path = tmp_path / "ftgate-prices.json"
    whole = path.read_text()
    dearer = whole.replace('luna/input_mtok": {"usd": "0.1"', 'luna/input_mtok": {"usd": "100"')
    assert dearer != whole
    path.write_text(dearer.replace(f'"openai/{TUNED}/input', '"openai/ft:gpt-4.1-mini/input'))
    told = Told(capsys, "doctor")
    assert told.code == 1
    assert "gpt-6-luna/input_mtok@2026-11-12: 100 is locked, the catalogue has 0.1" in told.out
    assert "a line without effect: openai/ft:gpt-4.1-mini: prices are looked up as" in told.out


def test_a_live_price_off_the_lock_is_disputed(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    Told(capsys, *fetch(server))
    Told(capsys, "lock")
    server.pages["/litellm"] = Page(litellm_file({"gpt-5": {"input_cost_per_token": 2e-06}}))
    Told(capsys, *fetch(server))
    shown = Told(capsys, "show", "gpt-5", "--prices", "cached").out
    assert "sources disagree: litellm 2, ftgate-prices.json 1.25" in shown


def test_names_of_a_feed_cannot_draw_on_the_terminal(
    server: PriceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "gpt-\x1b[2Jevil\nopenai/fake"
    server.pages["/litellm"] = Page(litellm_file({evil: {"input_cost_per_token": 1e-06}}))
    Told(capsys, *fetch(server))
    told = Told(capsys, "list", "--all", "--prices", "cached")
    assert "\x1b" not in told.out
    assert "gpt-\\x1b[2Jevil\\nopenai/fake" in told.out


def test_an_unknown_feed_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no feed 'x'"):
        update(today=TODAY, names=["x"])


def test_help_says_what_every_exit_code_means(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("update", "diff", "doctor"):
        told = Told(capsys, name, "--help")
        assert "Exit 0" in " ".join(told.out.split())
        assert "Exit 1" in " ".join(told.out.split())


def test_looking_at_prices_loads_nothing_slow_and_no_client() -> None:
    program = (
        "import sys\nfrom ftgate import cli\n"
        "cli.COMMANDS['prices'] = cli.Entry('Look', '')\n"
        "code = cli.run(['prices', 'list', '--prices', 'cached'])\n"
        "print(code, {'pydantic', 'httpx2', 'openai', 'tiktoken'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "0 set()"


def test_flags_can_be_set_in_the_environment(
    server: PriceServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_FEED", "litellm")
    monkeypatch.setenv("FTGATE_FEED_URL", f"litellm={server.url}/litellm")
    assert Told(capsys, "update").code == 0
    monkeypatch.setenv("FTGATE_PRICES", "cached")
    rows = Told(capsys, "show", "gpt-5", "-f", "json").json
    assert rows[0]["layer"] == "live"
