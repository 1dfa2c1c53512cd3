"""What ``mistral-finetune`` refuses: conversations as Mistral does, and texts to pretrain on.

Source: ``finetune/data/tokenize.py`` (``get_pretrain_sample``) of mistral-finetune.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.model import Problem
from ftgate.targets import mistral
from ftgate.targets.contract import Check, Record, text_at

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat


def check_text(record: Record, chat: Chat) -> list[Problem]:
    """Problems of a record with a ``text``: ``content`` is its other name, so not both."""
    if "content" in record:
        return [Problem("bad-field", "the record has text and content", "content")]
    return text_at(record, "text")


CHECKS: dict[str, Check] = {**mistral.CHECKS, "text": check_text}
