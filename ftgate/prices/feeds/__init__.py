"""Where live prices come from: one module per feed, and the only network access of the prices.

A feed is a pure function from its document to rows; :data:`FEEDS` names them in the order in
which they answer. :func:`read` fetches and parses one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ftgate.prices.feeds import aws, genai, litellm, openai_models, portkey, tinker
from ftgate.prices.feeds.client import DEFAULT, Fetched, Limits, fetch
from ftgate.prices.feeds.rows import Dated, FeedError, Held, Parsed, Row, decode

__all__ = ["FEEDS", "Dated", "Feed", "FeedError", "Held", "Limits", "Parsed", "Row", "read"]


@dataclass(frozen=True, slots=True)
class Feed:
    """One source of live prices.

    ``floor`` is the least number of models that a whole file has, ``canaries`` are prices that
    it has had for long, most of which must be there. ``confidence`` is as in the catalogue.
    A feed without ``url`` is not a file: its prices come from an API that wants a key.
    """

    name: str
    title: str
    url: str
    confidence: str
    parse: Callable[[Any, date], Parsed]
    floor: int
    canaries: tuple[str, ...] = ()


_PORTKEY = "https://configs.portkey.ai/pricing"
_TUNABLE = ("gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4o-2024-08-06")

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        Feed(
            "litellm",
            "LiteLLM price file",
            "https://raw.githubusercontent.com/BerriAI/litellm/main/"
            "model_prices_and_context_window.json",
            "B",
            litellm.parse,
            1000,
            (
                "openai/gpt-4o-mini/input_mtok",
                "openai/gpt-5/input_mtok",
                "openai/gpt-6-luna/output_mtok",
                "anthropic/claude-haiku-4-5/input_mtok",
                "google/gemini-2.5-flash/output_mtok",
                "together/openai/gpt-oss-120b/input_mtok",
            ),
        ),
        Feed(
            "tinker",
            "Tinker models and pricing",
            "https://tinker-docs.thinkingmachines.ai/tinker/models.json",
            "A",
            tinker.parse,
            3,
        ),
        Feed(
            "aws",
            "AWS price list of Bedrock, us-east-1",
            "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonBedrock/current/"
            "us-east-1/index.json",
            "A",
            aws.parse,
            1,
            ("bedrock-nova/amazon.nova-2-lite-v1/training_mtok",),
        ),
        Feed(
            "portkey-openai",
            "Portkey model prices, OpenAI",
            f"{_PORTKEY}/openai.json",
            "B",
            portkey.parser("openai"),
            3,
            tuple(f"openai/{model}/training_mtok" for model in _TUNABLE),
        ),
        Feed(
            "portkey-azure",
            "Portkey model prices, Azure OpenAI",
            f"{_PORTKEY}/azure-openai.json",
            "C",
            portkey.parser("azure"),
            3,
            tuple(f"azure/{model}/training_mtok" for model in _TUNABLE),
        ),
        Feed(
            "portkey-vertex",
            "Portkey model prices, Vertex AI",
            f"{_PORTKEY}/vertex-ai.json",
            "C",
            portkey.parser("vertex"),
            3,
        ),
        Feed(
            "genai-prices",
            "genai-prices",
            "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/"
            "prices/new_data/v2/data.json",
            "B",
            genai.parse,
            200,
            (
                "openai/gpt-4o-mini/input_mtok",
                "openai/gpt-5/input_mtok",
                "anthropic/claude-haiku-4-5/input_mtok",
                "google/gemini-2.5-flash/output_mtok",
            ),
        ),
        Feed(
            "openai-models",
            "OpenAI, list of models",
            "",
            "A",
            openai_models.parse,
            1,
        ),
    )
}


class Answer(NamedTuple):
    """What one feed said; ``parsed`` is None when nothing has changed since the last time."""

    parsed: Parsed | None
    etag: str = ""
    modified: str = ""


def read(
    feed: Feed,
    day: date,
    *,
    url: str = "",
    etag: str = "",
    modified: str = "",
    limits: Limits = DEFAULT,
) -> Answer:
    """Fetch and parse one feed, from its own address or from ``url``. Raises FeedError."""
    if not feed.url:
        return Answer(feed.parse(openai_models.fetch(url or None), day))
    found: Fetched = fetch(url or feed.url, etag=etag, modified=modified, limits=limits)
    if found.body is None:
        return Answer(None, etag, modified)
    parsed = feed.parse(decode(found.body, feed.name), day)
    return Answer(parsed, found.etag, found.modified)
