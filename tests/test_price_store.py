"""Stored live prices and the lock: whole or not at all, and answered in the right order."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ftgate.errors import CatalogError, ConfigError, UsageError
from ftgate.model import Missing, ModelFacts, Price
from ftgate.prices import store
from ftgate.prices.book import PriceBook
from ftgate.prices.live import Live
from ftgate.prices.lock import lock_text
from ftgate.prices.names import ModelName
from ftgate.prices.overrides import parse_flag
from ftgate.prices.places import LIVE_NAME, find_lock
from ftgate.prices.store import Record, StoreError
from ftgate.prices.update import _is_stale
from ftgate.settings import PriceSettings
from tests.conftest import ROOT

TODAY = date(2026, 11, 22)
LUNA = "openai/gpt-6-luna/input_mtok"


def record(prices: dict[str, str], checked: date = TODAY, **changes: Any) -> Record:
    rows = {key: (usd, str(checked)) for key, usd in prices.items()}
    url = "https://prices.example/feed"
    return Record("A feed", url, "B", str(checked), rows=rows, **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / LIVE_NAME


def book(path: Path, today: date = TODAY, **options: Any) -> PriceBook:
    return PriceBook.load(today=today, mode="cached", live=path, **options)


def price(found: Price | Missing) -> Price:
    assert isinstance(found, Price)
    return found


# -- the file ---------------------------------------------------------------------------------


def test_what_is_stored_is_read_again(path: Path) -> None:
    before = record({LUNA: "0.2"}, etag='"v1"', held=[{"key": "a", "kept": ""}])
    store.save(path, "litellm", before)
    assert store.read_records(path) == ({"litellm": before}, "")
    assert store.read_index(path).providers == ("openai",)


def test_a_second_feed_leaves_the_first(path: Path) -> None:
    store.save(path, "genai-prices", record({LUNA: "0.3"}))
    store.save(path, "litellm", record({"nebius/a/input_mtok": "1"}))
    assert list(store.read_records(path)[0]) == ["litellm", "genai-prices"]


def test_no_file_is_no_price_and_no_problem(path: Path) -> None:
    assert store.read_records(path) == ({}, "")
    assert store.read_records(None) == ({}, "")
    assert book(path).notes == ("no live prices are stored: ftgate prices update",)


@pytest.mark.parametrize("where", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_changed_byte_is_seen_and_nothing_is_used(path: Path, where: float) -> None:
    store.save(path, "litellm", record({LUNA: "0.2", "nebius/a/input_mtok": "1"}))
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= 1
    path.write_bytes(data)
    notes = (book(path).notes, store.read_records(path)[1])
    assert any("damaged" in str(note) for note in notes)
    answer = price(book(path).lookup("gpt-6-luna", "input_mtok"))
    assert (answer.layer, answer.usd) in (("live", Decimal("0.2")), ("bundled", Decimal("0.1")))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_cut_file_is_rebuilt_by_the_next_update(path: Path, share: float) -> None:
    store.save(path, "litellm", record({LUNA: "0.2"}))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "damaged" in store.read_records(path)[1]
    store.save(path, "litellm", record({LUNA: "0.3"}))
    assert price(book(path).lookup("gpt-6-luna", "input_mtok")).usd == Decimal("0.3")


def test_a_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(StoreError, match="cannot be stored") as caught:
        store.save(tmp_path / "cache" / "prices", "litellm", record({}))
    assert "FTGATE_CACHE_DIR" in caught.value.hint


def test_what_killed_updates_left_behind_is_removed(path: Path) -> None:
    path.parent.mkdir()
    left = path.parent / f".ftgate-{'0' * 16}"
    left.write_text("half")
    store.save(path, "litellm", record({LUNA: "0.2"}))
    assert not left.exists()


@pytest.mark.parametrize(("days", "stale"), [(0, False), (7, False), (8, True), (-1, False)])
def test_prices_age_in_a_week_and_are_not_kept_for_a_clock_that_was_set_back(
    days: int, stale: bool
) -> None:
    stored = {"litellm": record({}, TODAY - timedelta(days))}
    assert _is_stale(stored, "litellm", TODAY) == stale
    assert _is_stale(stored, "litellm", TODAY - timedelta(3650))


def test_writers_side_by_side_lose_no_feed(path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    feeds = [f"feed-{number}" for number in range(12)]
    with ThreadPoolExecutor(len(feeds)) as pool:
        list(pool.map(lambda feed: store.save(path, feed, record({LUNA: "0.2"})), feeds))
    assert sorted(store.read_records(path)[0]) == sorted(feeds)


WRITER = """
import sys
from pathlib import Path
from ftgate.prices import store
path, feed = Path(sys.argv[1]), sys.argv[2]
rows = {f"openai/m{n}/input_mtok": (str(n + 1), "2026-11-22") for n in range(3000)}
print("ready", flush=True)
while True:
    store.save(path, feed, store.Record("A", "https://a.example", "B", "2026-11-22", rows=rows))
"""


@pytest.mark.slow
def test_killed_writers_side_by_side_never_leave_a_damaged_file(path: Path) -> None:
    """50 writers, five at a time, each killed without warning at a random moment."""
    store.save(path, "litellm", record({"openai/m1/input_mtok": "2"}))
    chance = random.Random(4)  # noqa: S311 - moments, not secrets
    for _ in range(10):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(path), feed], stdout=subprocess.PIPE, cwd=ROOT
            )
            for feed in ("litellm", "genai-prices", "tinker", "aws", "portkey-openai")
        ]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        for writer in writers:
            time.sleep(chance.uniform(0, 0.01))
            writer.kill()
            writer.communicate()
            records, note = store.read_records(path)
            assert note == ""
            assert store.read_index(path).note == ""
            assert all(each.amounts()["openai/m1/input_mtok"] == 2 for each in records.values())


# -- layers -----------------------------------------------------------------------------------


def test_offline_never_looks_at_live_prices(path: Path) -> None:
    store.save(path, "litellm", record({LUNA: "0.2"}))
    found = PriceBook.load(today=TODAY, live=path).lookup("gpt-6-luna", "input_mtok")
    assert price(found).layer == "bundled"


def test_the_first_layer_that_knows_a_price_answers(path: Path, tmp_path: Path) -> None:
    store.save(path, "litellm", record({LUNA: "0.2", "openai/gpt-6-luna/output_mtok": "0.9"}))
    live = book(path)
    locked = tmp_path / "ftgate-prices.json"
    locked.write_text(lock_text([price(live.lookup("gpt-6-luna", "input_mtok"))], TODAY))
    store.save(path, "litellm", record({LUNA: "0.4", "openai/gpt-6-luna/output_mtok": "0.9"}))
    own = parse_flag("gpt-6-luna,cached_input_mtok=0.005", TODAY)
    layered = book(path, lock=locked, overrides=[own])
    found = {
        unit: (answer.layer, answer.usd)
        for unit in ("input_mtok", "output_mtok", "cached_input_mtok", "batch_input_mtok")
        for answer in [price(layered.lookup("gpt-6-luna", unit))]
    }
    assert found == {
        "input_mtok": ("lock", Decimal("0.2")),
        "output_mtok": ("live", Decimal("0.9")),
        "cached_input_mtok": ("override", Decimal("0.005")),
        "batch_input_mtok": ("bundled", Decimal("0.05")),
    }


def test_a_live_price_says_where_it_comes_from(path: Path) -> None:
    store.save(path, "litellm", record({LUNA: "0.2"}))
    found = price(book(path).lookup("GPT-6-Luna", "input_mtok"))
    assert found == Price(
        ref=f"{LUNA}@2026-11-22",
        model="gpt-6-luna",
        provider="openai",
        unit="input_mtok",
        usd=Decimal("0.2"),
        source="A feed",
        url="https://prices.example/feed",
        as_of=TODAY,
        expires=TODAY + timedelta(days=45),
        layer="live",
        confidence="B",
    )


def test_an_alias_is_asked_for_under_its_snapshot(path: Path) -> None:
    key = "openai/gpt-4.1-mini-2025-04-14/input_mtok"
    store.save(path, "litellm", record({key: "0.41", "openai/gpt-4.1-mini/input_mtok": "9"}))
    assert price(book(path).lookup("gpt-4.1-mini", "input_mtok")).usd == Decimal("0.41")


def test_a_model_of_the_feeds_only_has_prices_and_no_promise_that_it_can_be_tuned(
    path: Path,
) -> None:
    prices = {"mistral/mistral-huge-9/input_mtok": "3", "mistral/mistral-huge-9/output_mtok": "9"}
    dates = {"mistral/mistral-huge-9": "2027-03-01"}
    store.save(path, "litellm", record(prices, dates=dates))
    fed = book(path)
    assert price(fed.lookup("mistral/Mistral-Huge-9", "output_mtok")).usd == 9
    facts = fed.model("mistral/mistral-huge-9")
    assert isinstance(facts, ModelFacts)
    assert (facts.tunable, facts.shutdown) == (False, date(2027, 3, 1))
    assert "they do not say" in facts.note
    assert isinstance(PriceBook.load(today=TODAY).model("mistral/mistral-huge-9"), Missing)


def test_long_requests_are_billed_whole_by_their_tier(path: Path) -> None:
    tier = "openai/gpt-6-luna/input_mtok_above_272000"
    store.save(path, "litellm", record({LUNA: "0.1", tier: "0.2"}))
    fed = book(path)
    asked = {
        tokens: price(fed.lookup("gpt-6-luna", "input_mtok", request_tokens=tokens)).usd
        for tokens in (0, 1_000, 272_000, 272_001, 900_000)
    }
    cheap, dear = Decimal("0.1"), Decimal("0.2")
    assert asked == {0: cheap, 1_000: cheap, 272_000: cheap, 272_001: dear, 900_000: dear}


def test_live_prices_older_than_a_week_are_used_and_said(path: Path) -> None:
    store.save(path, "litellm", record({LUNA: "0.2"}, checked=date(2026, 11, 14)))
    old = book(path)
    assert old.notes == ("live prices were last checked on 2026-11-14: ftgate prices update",)
    assert price(old.lookup("gpt-6-luna", "input_mtok")).layer == "live"
    assert book(path, today=date(2026, 11, 21)).notes == ()


def test_live_prices_past_their_life_answer_nothing(path: Path) -> None:
    store.save(path, "litellm", record({LUNA: "0.2"}, checked=TODAY - timedelta(days=46)))
    assert price(book(path).lookup("gpt-6-luna", "input_mtok")).layer == "bundled"


def test_feeds_that_disagree_keep_both_values(path: Path) -> None:
    key = "mistral/mistral-large-4/input_mtok"
    store.save(path, "litellm", record({key: "1.36", LUNA: "0.1"}))
    store.save(path, "genai-prices", record({key: "0.70", LUNA: "0.1005"}))
    fed = book(path)
    answer = price(fed.lookup("mistral/mistral-large-4", "input_mtok"))
    assert (answer.usd, answer.confidence) == (Decimal("1.36"), "C")
    dispute = fed.dispute(answer)
    assert dispute is not None
    assert dispute.said == (("litellm", Decimal("1.36")), ("genai-prices", Decimal("0.70")))
    assert fed.dispute(price(fed.lookup("gpt-6-luna", "input_mtok"))) is None
    assert [each.key for each in Live(path, TODAY).disputes()] == [key]


def test_a_cross_check_never_replaces_a_price_that_somebody_else_knows(path: Path) -> None:
    """LiteLLM failed: what is left checks the catalogue, and fills only what it does not have."""
    extra = "openai/gpt-6-luna/cache_write_12h_mtok"
    store.save(path, "genai-prices", record({LUNA: "0.7", extra: "0.3"}))
    fed = book(path)
    answer = price(fed.lookup("gpt-6-luna", "input_mtok"))
    assert (answer.layer, answer.usd) == ("bundled", Decimal("0.1"))
    assert price(fed.lookup("gpt-6-luna", "cache_write_12h_mtok")).usd == Decimal("0.3")
    dispute = fed.dispute(answer)
    assert dispute is not None
    assert dispute.said == (("genai-prices", Decimal("0.7")), ("the catalogue", Decimal("0.1")))


def test_a_live_price_off_the_catalogue_is_disputed_until_somebody_states_it(path: Path) -> None:
    store.save(path, "litellm", record({LUNA: "0.2"}))
    dispute = book(path).dispute(price(book(path).lookup("gpt-6-luna", "input_mtok")))
    assert dispute is not None
    assert dispute.said == (("litellm", Decimal("0.2")), ("the catalogue", Decimal("0.1")))
    own = book(path, overrides=[parse_flag("gpt-6-luna,input_mtok=0.15", TODAY)])
    assert own.dispute(price(own.lookup("gpt-6-luna", "input_mtok"))) is None


def test_a_date_of_a_feed_takes_no_alternative_away(path: Path) -> None:
    days = {"openai/gpt-6-luna": "2026-12-01"}
    store.save(path, "litellm", record({}, dates=days))
    fed = book(path)
    assert "gpt-6-luna" in {facts.name for facts in fed.current(date(2027, 11, 22), "openai")}
    asked = fed.model("gpt-6-luna")
    assert isinstance(asked, ModelFacts)
    assert (asked.shutdown, "2026-12-01" in asked.disputed) == (date(2026, 12, 1), True)


def test_of_two_dates_the_earlier_counts(path: Path) -> None:
    days = {"litellm": "2027-02-01", "aws": "2028-01-01", "openai-models": "2027-03-01"}
    for feed, day in days.items():
        store.save(path, feed, record({}, dates={"openai/gpt-9": day}))
    assert Live(path, TODAY).shutdown(ModelName("openai", "gpt-9")) == (date(2027, 2, 1), "A feed")


def test_who_was_asked_is_said_when_nobody_knows(path: Path, tmp_path: Path) -> None:
    locked = tmp_path / "ftgate-prices.json"
    locked.write_text(locked_text())
    missing = book(path, lock=locked).lookup("gpt-6-luna", "training_mtok")
    assert missing == Missing(
        "openai/gpt-6-luna/training_mtok",
        "not in ftgate-prices.json, live prices or the catalogue",
    )


def test_a_lookup_in_stored_prices_loads_nothing_heavy(path: Path) -> None:
    store.save(path, "litellm", record({LUNA: "0.2"}))
    program = (
        "import sys, datetime\nfrom pathlib import Path\nimport ftgate.prices.book as b\n"
        "today, path = datetime.date(2026, 11, 22), Path(sys.argv[1])\n"
        "book = b.PriceBook.load(today=today, mode='cached', live=path)\n"
        "units = 'input_mtok', 'output_mtok'\n"
        "print(*[book.lookup('gpt-6-luna', unit).layer for unit in units])\n"
        "slow = {'pydantic', 'httpx2', 'openai', 'ftgate.prices.feeds'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.split() == ["live", "bundled"]


# -- the lock ---------------------------------------------------------------------------------


def locked_text() -> str:
    catalogue = PriceBook.load(today=TODAY)
    units = ("output_mtok", "input_mtok")
    prices = [price(catalogue.lookup("gpt-6-luna", unit)) for unit in units]
    tuned = price(catalogue.lookup("ft:gpt-4.1-mini", "input_mtok"))
    return lock_text([*prices, tuned], TODAY)


def test_a_lock_is_sorted_with_one_price_on_each_line() -> None:
    lines = [line for line in locked_text().splitlines() if '"usd"' in line]
    assert [line.split('"')[1] for line in lines] == [
        "openai/ft:gpt-4.1-mini-2025-04-14/input_mtok",
        "openai/gpt-6-luna/input_mtok",
        "openai/gpt-6-luna/output_mtok",
    ]
    assert '"usd": "0.1"' in lines[1]
    assert '"expires": "2027-01-06"' in lines[1]


def test_a_lock_answers_as_what_was_locked(tmp_path: Path) -> None:
    path = tmp_path / "ftgate-prices.json"
    path.write_text(locked_text())
    free, locked = PriceBook.load(today=TODAY), PriceBook.load(today=TODAY, lock=path)
    for model in ("gpt-6-luna", "ft:gpt-4.1-mini:acme::9xYz"):
        before, after = (price(each.lookup(model, "input_mtok")) for each in (free, locked))
        assert after.layer == "lock"
        assert (after.ref, after.usd, after.source) == (before.ref, before.usd, before.source)
        assert (after.expires, after.confidence) == (before.expires, before.confidence)


def test_locking_what_is_locked_changes_nothing(tmp_path: Path) -> None:
    from ftgate.prices.lock import Lock

    path = tmp_path / "ftgate-prices.json"
    path.write_text(locked_text())
    assert lock_text(reversed(Lock(path).prices()), TODAY) == locked_text()


def test_a_lock_is_found_upwards_to_the_root_of_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "repository" / "data" / "train"
    inner.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "ftgate-prices.json").write_text("{}")
    assert find_lock(inner) is None
    beside = tmp_path / "repository" / "ftgate-prices.json"
    beside.write_text("{}")
    assert find_lock(inner) == beside


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"ftgate/prices/1"', '"ftgate/prices/2"', "schema is not ftgate/prices/1"),
        ('"usd": "0.1"', '"usd": 0.1', "usd is not a text"),
        ('"usd": "0.1"', '"usd": "NaN"', "usd is not an amount"),
        ('"as_of": "2026-11-12"', '"as_of": "yesterday"', "as_of is not a date"),
        ("gpt-6-luna/input_mtok", "gpt-6-luna/input", "is no price"),
        ('"prices"', '"price', "not JSON"),
        ('"prices"', '"other"', "there are no prices in it"),
        ('"usd": "0.1"', '"usd": "0"', "0 is not listed as free"),
        ('"usd": "0.1"', '"usd": "1e999999"', "more than 12 digits"),
        ('"usd": "0.1"', '"usd": "0.1000000000000001"', "or 15 behind the point"),
        ('"usd": "0.1"', '"usd": "5000000"', "more than 100,000 USD"),
        ('"expires": "2027-01-06"', '"expires": "2027-01-07"', "more than 45 days after"),
        ('"expires": "2027-01-06", ', "", "no expires"),
        ("gpt-6-luna/output_mtok", "gpt-6-luna/input_mtok", "is there twice"),
        ("gpt-6-luna/output_mtok", "GPT-6-Luna/input_mtok", "are one price"),
    ],
)
def test_a_damaged_lock_names_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "ftgate-prices.json"
    assert old in locked_text()
    path.write_text(locked_text().replace(old, new))
    with pytest.raises(CatalogError, match="ftgate-prices") as caught:
        PriceBook.load(today=TODAY, lock=path).lookup("gpt-6-luna", "input_mtok")
    assert said in caught.value.message
    assert "ftgate prices lock" in caught.value.hint


# -- --price ----------------------------------------------------------------------------------


def test_a_price_of_the_command_line_is_read_today() -> None:
    own = parse_flag("gpt-oss-20b,training_mtok=0.40,provider=together", TODAY)
    assert (own.model, own.provider, own.training_mtok) == (
        "gpt-oss-20b",
        "together",
        Decimal("0.40"),
    )
    assert (own.as_of, own.source) == (TODAY, "--price on the command line")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gpt-5", "--price gpt-5"),
        (",input_mtok=1", "--price ,input_mtok=1"),
        ("gpt-5,input=1", "input is not known"),
        ("gpt-5,input_mtok=cheap", "'cheap' is not an amount"),
    ],
)
def test_a_wrong_price_of_the_command_line_is_explained(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_flag(text, TODAY)


def test_an_amount_that_is_there_twice_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="input_mtok is there twice"):
        parse_flag("gpt-5,input_mtok=1,input_mtok=2", TODAY)


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("gpt-5,input_mtok=1,provider=OpenAi", "did you mean openai?"),
        ("gpt-5,input_mtok=1,provider=opnai", "did you mean openai?"),
        ("gpt-5,input_mtok=0.1234567890123456", "15 behind the point"),
        ("gpt-5,input_mtok=1e999999", "1e12"),
    ],
)
def test_a_price_that_can_have_no_effect_is_refused(flag: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PriceBook.load(overrides=[parse_flag(flag, TODAY)], today=TODAY)
    assert said in f"{caught.value.message} {caught.value.hint}"


def test_an_entry_without_a_price_is_refused() -> None:
    entry = PriceSettings(model="gpt-5", source="contract", as_of=TODAY)
    with pytest.raises(ConfigError, match="there is no price in it"):
        PriceBook.load(overrides=[entry], today=TODAY)


def test_anybody_may_be_a_provider() -> None:
    own = parse_flag("my-model,input_mtok=1,provider=acme", TODAY)
    found = PriceBook.load(overrides=[own], today=TODAY).lookup("my-model", "input_mtok", "acme")
    assert price(found).usd == 1


def test_lines_of_a_lock_that_no_lookup_reaches_are_named(tmp_path: Path) -> None:
    path = tmp_path / "ftgate-prices.json"
    text = locked_text().replace("ft:gpt-4.1-mini-2025-04-14", "ft:gpt-4.1-mini")
    path.write_text(text.replace("openai/gpt-6-luna/output", "OpenAI/gpt-6-luna/output"))
    assert PriceBook.load(today=TODAY, lock=path).idle_lock_lines() == (
        "openai/ft:gpt-4.1-mini: prices are looked up as openai/ft:gpt-4.1-mini-2025-04-14",
        "OpenAI/gpt-6-luna: no provider OpenAI",
    )
