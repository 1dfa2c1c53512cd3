"""Fetching a feed from a server that misbehaves in every way."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from ftgate.prices.feeds import client, openai_models
from ftgate.prices.feeds.client import Limits, fetch
from ftgate.prices.feeds.rows import FeedError
from tests.price_server import (
    MEGABYTE,
    Page,
    PriceServer,
    compressed,
    price_server,
    trickling_server,
)

TODAY = date(2026, 11, 22)
QUICK = Limits(connect_seconds=2, read_seconds=0.3, total_seconds=1, retries=1)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PriceServer]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with price_server() as running:
        yield running


def get(server: PriceServer, page: Page | list[Page], **options: Any) -> Any:
    server.pages["/feed"] = page
    return fetch(f"{server.url}/feed", **{"limits": QUICK, **options})


def test_a_feed_is_fetched_with_its_validators(server: PriceServer) -> None:
    page = Page(b"{}", headers={"ETag": '"v1"', "Last-Modified": "Sun, 22 Nov 2026 00:00:00 GMT"})
    found = get(server, page)
    assert found == (b"{}", '"v1"', "Sun, 22 Nov 2026 00:00:00 GMT")
    _, headers = server.requests[0]
    assert headers["user-agent"].startswith("ftgate/")
    assert headers["accept-encoding"] == "gzip"


def test_what_has_not_changed_is_not_sent_again(server: PriceServer) -> None:
    found = get(server, Page(b"{}", headers={"ETag": '"v1"'}), etag='"v1"', modified="yesterday")
    assert found.body is None
    assert server.requests[0][1]["if-none-match"] == '"v1"'
    assert server.requests[0][1]["if-modified-since"] == "yesterday"


def test_gzip_is_unpacked(server: PriceServer) -> None:
    assert get(server, compressed(b'{"a": 1}')).body == b'{"a": 1}'


def test_a_redirect_is_followed(server: PriceServer) -> None:
    server.pages["/new"] = Page(b"[]")
    assert get(server, Page(b"", 302, {"Location": "/new"})).body == b"[]"


@pytest.mark.parametrize(
    ("page", "said", "hint"),
    [
        (Page(b"", 404), "HTTP 404", "--feed-url"),
        (Page(b"", 403), "HTTP 403", "proxy"),
        (Page(b"", 418), "HTTP 418", "try again later"),
        (Page(b"", 500), "HTTP 500, the server has a problem of its own", "try again later"),
        (Page(b"", 429), "HTTP 429, the server asks to slow down", "try again later"),
        (Page(b"<html>", kind="text/html; charset=utf-8"), "sent text/html, not JSON", "login"),
        (Page(b"{}" * 50, cut_after=10), "cut off or damaged", "try again later"),
        (Page(gzip.compress(b"{}")[:-4], headers={"Content-Encoding": "gzip"}), "cut off", "later"),
        (Page(b"{}", headers={"Content-Encoding": "gzip"}), "damaged", "try again later"),
        (Page(b"{}", headers={"Content-Encoding": "br"}), "compressed by br", "try again later"),
        (Page(b"{}", wait_seconds=0.6), "nothing sent for 0.3 s", "try again later"),
        (Page([b" "] * 30, piece_seconds=0.05), "not complete after 1 s", "try again later"),
        (Page(b"", 302, {"Location": "/feed"}), "more than 5 redirects", "network"),
        (Page(b"", 302, {"Location": "http://prices.example/"}), "not https", "https only"),
        (Page(b"", 302, {"Location": "file:///etc/passwd"}), "not https", "https only"),
        (Page(b"", 302), "redirects to nowhere", "try again later"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_goes_wrong_is_said_with_what_to_do(
    server: PriceServer, page: Page, said: str, hint: str
) -> None:
    with pytest.raises(FeedError) as caught:
        get(server, page, sleep=lambda seconds: None)
    assert said in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX: ", b""])
def test_a_header_that_comes_byte_by_byte_ends_with_the_time(first: bytes) -> None:
    with trickling_server(first) as url, pytest.raises(FeedError, match="not complete after"):
        fetch(url, limits=Limits(read_seconds=0.4, total_seconds=0.5, retries=0))


def test_a_validator_that_no_request_can_hold_is_not_kept(server: PriceServer) -> None:
    assert get(server, Page(b"{}", headers={"ETag": '"caf\xe9"'})).etag == ""


def test_a_busy_server_is_asked_again_when_it_says(server: PriceServer) -> None:
    naps: list[float] = []
    pages = [Page(b"", 429, {"Retry-After": "1"}), Page(b"{}")]
    assert get(server, pages, sleep=naps.append, limits=Limits()).body == b"{}"
    assert naps == [1.0]


def test_a_server_may_name_the_time_to_come_back(server: PriceServer) -> None:
    naps: list[float] = []
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    pages = [Page(b"", 503, {"Retry-After": then}), Page(b"{}")]
    get(server, pages, sleep=naps.append, limits=Limits(total_seconds=20))
    assert 0 <= naps[0] <= 2


def test_nobody_waits_an_hour(server: PriceServer) -> None:
    with pytest.raises(FeedError, match="it asks to be left alone for 3,600 s"):
        get(server, Page(b"", 429, {"Retry-After": "3600"}))
    assert len(server.requests) == 1


def test_a_hundred_megabytes_stop_at_the_limit(server: PriceServer) -> None:
    with pytest.raises(FeedError, match="larger than 64 MB"):
        get(server, Page([bytes(MEGABYTE)] * 100), limits=Limits())
    assert server.sent_bytes < 80 * MEGABYTE


def test_a_declared_size_is_refused_before_it_is_read(server: PriceServer) -> None:
    with pytest.raises(FeedError, match="larger than 1 MB"):
        get(server, Page(bytes(8 * MEGABYTE)), limits=Limits(max_bytes=MEGABYTE))


def test_a_gzip_bomb_stops_at_the_limit_in_little_memory(server: PriceServer) -> None:
    server.pages["/feed"] = compressed(bytes(50 * MEGABYTE))
    tracemalloc.start()
    try:
        with pytest.raises(FeedError, match="larger than 1 MB"):
            fetch(f"{server.url}/feed", limits=Limits(max_bytes=MEGABYTE))
        assert tracemalloc.get_traced_memory()[1] < 16 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_public_feed_may_not_redirect_to_this_machine() -> None:
    with pytest.raises(FeedError, match="redirects to this machine"):
        client.check_address("http://127.0.0.1:8080/feed", may_be_local=False)


def test_nobody_listening_is_said(server: PriceServer) -> None:
    with pytest.raises(FeedError, match="no connection") as caught:
        fetch("http://127.0.0.1:1/feed", limits=QUICK)
    assert "proxy settings" in caught.value.hint


@pytest.mark.parametrize("url", ["http://prices.example/feed", "ftp://127.0.0.1/feed", "feed", ""])
def test_prices_are_fetched_over_https_only(url: str) -> None:
    with pytest.raises(FeedError, match="not https"):
        fetch(url, limits=QUICK)


def test_the_proxy_of_the_environment_is_used_and_its_refusal_said(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    server.pages["prices.example:443"] = Page(b"", 403)
    with pytest.raises(FeedError, match="the proxy refuses") as caught:
        fetch("https://prices.example/feed", limits=QUICK)
    assert server.requests[0][0] == "prices.example:443"
    assert "HTTPS_PROXY" in caught.value.hint


def test_secrets_in_an_address_are_not_repeated(server: PriceServer) -> None:
    server.pages["/feed"] = Page(b"", 404)
    secret = server.url.replace("http://", "http://user:hunter2@")
    with pytest.raises(FeedError) as caught:
        fetch(f"{secret}/feed?token=hunter2", limits=QUICK)
    assert "hunter2" not in caught.value.message + caught.value.hint


# -- the list of models -----------------------------------------------------------------------


def test_shutdown_dates_come_through_the_openai_package(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    listed = [
        {"id": "gpt-4.1-mini-2025-04-14", "object": "model", "shutdown_date": "2027-01-14"},
        {"id": "gpt-6-luna", "object": "model", "shutdown_date": None},
        {"id": "odd", "object": "model", "shutdown_date": "soon"},
    ]
    for model in listed:
        model |= {"created": 0, "owned_by": "openai"}
    server.pages["/v1/models"] = Page(json.dumps({"object": "list", "data": listed}).encode())
    found = openai_models.parse(openai_models.fetch(f"{server.url}/v1", timeout_seconds=2), TODAY)
    assert [(each.key, each.shutdown) for each in found.dates] == [
        ("openai/gpt-4.1-mini-2025-04-14", date(2027, 1, 14))
    ]
    assert [held.reason for held in found.refused] == ["not a date"]
    assert server.requests[0][1]["authorization"] == "Bearer sk-test"


def test_a_refused_key_is_said_without_the_key(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    server.pages["/v1/models"] = Page(b'{"error": {"message": "no: sk-test"}}', 401)
    with pytest.raises(FeedError, match="HTTP 401") as caught:
        openai_models.fetch(f"{server.url}/v1", timeout_seconds=2)
    assert "sk-test" not in caught.value.message + caught.value.hint
    assert "OPENAI_API_KEY" in caught.value.hint


def test_without_a_key_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(FeedError, match="no key"):
        openai_models.fetch()


@pytest.mark.parametrize("body", [b"[]", b"3", b'"text"', b"null", b"{}", b'{"data": {"a": 1}}'])
def test_another_answer_than_a_list_of_models_is_said(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    server.pages["/v1/models"] = Page(body)
    with pytest.raises(FeedError, match="the format has changed"):
        openai_models.fetch(f"{server.url}/v1", timeout_seconds=2)


@pytest.mark.parametrize("stated", ["argument", "environment"])
def test_the_key_never_leaves_this_machine_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, stated: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setitem(__import__("sys").modules, "openai", None)  # nobody is asked
    address = "http://prices.example/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", address if stated == "environment" else "https://a.b")
    with pytest.raises(FeedError, match="not https"):
        openai_models.fetch(address if stated == "argument" else None)
