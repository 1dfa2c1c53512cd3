"""Record schemas: which family is a record of, and what are its turns?

Reading order: :mod:`~ftgate.formats.contract` (what a format has to say),
:mod:`~ftgate.formats.openai_chat` with its messages, parts and tools, then the two other schemas
that OpenAI trains on. All others are told in OpenAI's terms, see :mod:`~ftgate.formats.as_chat`.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats import (
    converse,
    dialogues,
    gemini,
    openai_chat,
    openai_preference,
    pairs,
    prompt_completion,
    sharegpt,
    trl,
)
from ftgate.formats.contract import Format

FORMATS: tuple[Format, ...] = (
    converse.PREFERENCE,
    openai_chat.FORMAT,
    openai_preference.FORMAT,
    converse.FORMAT,
    dialogues.MESSAGES_STRING,
    sharegpt.FORMAT,
    gemini.FORMAT,
    dialogues.OPENAI_REINFORCEMENT,
    dialogues.MISTRAL_INTERACTIONS,
    dialogues.OPENAI_BATCH,
    dialogues.COHERE_CHAT,
    pairs.ALPACA,
    trl.PREFERENCE,
    trl.UNPAIRED,
    trl.STEPWISE,
    prompt_completion.FORMAT,
    pairs.VERTEX_TEXT,
    pairs.QUERY_RESPONSE,
    pairs.PROMPT_RESPONSE,
    pairs.NAMED_COLUMNS,
    pairs.TEXT,
    pairs.RESPONSE,
    pairs.SEGMENTS,
    trl.PROMPT_ONLY,
    pairs.NAMED_TURNS,
)
"""In detection order, the most specific first: the first that matches names the record."""

PREFERENCE_FORMATS = (
    "openai_preference",
    "bedrock_preference",
    "trl_preference",
    "trl_unpaired",
)
"""Records that say which of several answers is better: direct preference optimisation."""

CONVERTED = ("openai_chat", "sharegpt", "gemini", "bedrock_converse", "alpaca")
"""What ``ftgate convert`` can write."""

BY_NAME: dict[str, Format] = {known.name: known for known in FORMATS}


def detect(record: Any) -> Format | None:
    """The family of a record, or None when no known family has such keys."""
    if not isinstance(record, dict):
        return None
    for known in FORMATS:
        if known.matches(record):
            return known
    return None


__all__ = ["BY_NAME", "CONVERTED", "FORMATS", "PREFERENCE_FORMATS", "Format", "detect"]
