"""Record schemas: which family is a record of, and what are its turns?

Reading order: :mod:`~ftgate.formats.contract` (what a format has to say),
:mod:`~ftgate.formats.openai_chat` with its messages, parts and tools, then the two other schemas
that OpenAI trains on, then the families that are only named: :mod:`~ftgate.formats.dialogues` and
:mod:`~ftgate.formats.pairs`.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats import (
    dialogues,
    openai_chat,
    openai_preference,
    pairs,
    prompt_completion,
)
from ftgate.formats.contract import Format

FORMATS: tuple[Format, ...] = (
    openai_chat.FORMAT,
    openai_preference.FORMAT,
    prompt_completion.FORMAT,
    dialogues.BEDROCK_CONVERSE,
    dialogues.MESSAGES_STRING,
    dialogues.SHAREGPT,
    dialogues.GEMINI,
    dialogues.TRL,
    dialogues.MISTRAL_INTERACTIONS,
    dialogues.COHERE_CHAT,
    dialogues.OPENAI_BATCH,
    pairs.ALPACA,
    pairs.VERTEX_TEXT,
    pairs.PROMPT_RESPONSE,
    pairs.TEXT,
)
"""In detection order: the first that matches names the record."""

BY_NAME: dict[str, Format] = {known.name: known for known in FORMATS}


def detect(record: Any) -> Format | None:
    """The family of a record, or None when no known family has such keys."""
    if not isinstance(record, dict):
        return None
    for known in FORMATS:
        if known.matches(record):
            return known
    return None


__all__ = ["BY_NAME", "FORMATS", "Format", "detect"]
