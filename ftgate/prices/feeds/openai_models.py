"""The list of models of an OpenAI-compatible API: the day on which each one stops.

``GET /v1/models`` through the ``openai`` package, which reads the key from ``OPENAI_API_KEY`` and
the address from ``OPENAI_BASE_URL``. The best source of dates, for who has a key.
"""

from __future__ import annotations

import os
from datetime import date
from typing import Any

from ftgate.prices.feeds.client import check_address, is_loopback, within
from ftgate.prices.feeds.rows import FeedError, Parsed, Reader, expect, objects

TIMEOUT_SECONDS = 20.0
_FEED = "openai-models"
_TRY_AGAIN = "check the network and OPENAI_BASE_URL, or leave this feed out"


def has_key() -> bool:
    """Whether the key that the feed needs is there."""
    return bool(os.environ.get("OPENAI_API_KEY"))


def fetch(
    base_url: str | None = None, *, timeout_seconds: float = TIMEOUT_SECONDS
) -> list[dict[str, Any]]:
    """The models that the key may use; ``base_url`` is another server's.

    Raises FeedError without a key, for an address that would carry it in the clear, and when the
    server cannot be asked, says no, or answers with something else.
    """
    if not has_key():
        raise FeedError(f"{_FEED}: no key", hint="set OPENAI_API_KEY, or leave this feed out")
    address = base_url or os.environ.get("OPENAI_BASE_URL")
    if address:
        check_address(address, may_be_local=is_loopback(address))
    answer = within(timeout_seconds * 2, _FEED, lambda: _ask(address, timeout_seconds))
    listed = expect(answer, dict, _FEED, "the answer").get("data")
    return list(objects(expect(listed, list, _FEED, "data")))


def _ask(base_url: str | None, timeout_seconds: float) -> Any:
    """The JSON value as it was sent: its shape is for the caller to check."""
    import openai

    try:
        with openai.OpenAI(base_url=base_url, timeout=timeout_seconds, max_retries=1) as client:
            return client.get("/models", cast_to=object)
    except openai.APIStatusError as error:
        raise FeedError(f"{_FEED}: HTTP {error.status_code}", hint=_hint(error)) from None
    except openai.APITimeoutError:
        raise FeedError(f"{_FEED}: no answer in {timeout_seconds:g} s", hint=_TRY_AGAIN) from None
    except (openai.OpenAIError, ValueError, RecursionError) as error:
        raise FeedError(f"{_FEED}: {type(error).__name__}", hint=_TRY_AGAIN) from None


def parse(models: Any, day: date) -> Parsed:
    """``shutdown_date`` of each model; null means that none is announced."""
    del day
    reader = Reader()
    for model in objects(models):
        if isinstance(model.get("id"), str):
            reader.shutdown("openai", model["id"], model.get("shutdown_date"))
    return reader.parsed()


def _hint(error: Any) -> str:
    if error.status_code in (401, 403):
        return "the key in OPENAI_API_KEY is refused: it needs to read models"
    return _TRY_AGAIN
