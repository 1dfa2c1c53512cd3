"""Claude on Bedrock: what Anthropic's notebook asks of a record beside its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.model import Problem
from ftgate.targets.contract import Check, Record, only_keys, text_at

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat


def _conversation(record: Record, chat: Chat) -> list[Problem]:
    problems = only_keys(record, {"system", "messages"})
    if "system" in record:
        problems += text_at(record, "system")
    return problems + chat.check(record.get("messages"))


CHECKS: dict[str, Check] = {"openai_chat": _conversation}
