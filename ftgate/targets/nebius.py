"""Nebius Token Factory: fields of its two formats without messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.model import Problem
from ftgate.targets.contract import Check, Record, text_at

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat


def _instruction(record: Record, _: Chat) -> list[Problem]:
    return text_at(record, "prompt") + text_at(record, "completion")


def _text(record: Record, _: Chat) -> list[Problem]:
    return text_at(record, "text")


CHECKS: dict[str, Check] = {"prompt_completion": _instruction, "text": _text}
