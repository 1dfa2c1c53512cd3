"""What llm-foundry refuses: its two kinds of records have no keys but their own.

Source: ``llmfoundry/data/finetuning/tasks.py`` of llm-foundry (``_get_example_type``,
``_validate_chat_formatted_example``, ``is_valid_ift_example``). Datasets that a preprocessing
function turns into these kinds are not judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.model import Problem
from ftgate.targets.contract import Check, Record, only_keys, text_at

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat


def check_messages(record: Record, chat: Chat) -> list[Problem]:
    """Problems of a conversation: the sheet's terms, and ``messages`` as the only key."""
    return only_keys(record, {"messages"}) + chat.check(record.get("messages"))


def check_pair(record: Record, chat: Chat) -> list[Problem]:
    """Problems of a ``prompt`` with a ``response``, which may also be called ``completion``.

    A pair with an empty side has no tokens there, and is dropped with a warning.
    """
    answer = "response" if "response" in record else "completion"
    problems = only_keys(record, {"prompt", answer})
    for key in ("prompt", answer):
        problems += text_at(record, key)
        if record.get(key) == "":
            detail = f"{key} is empty, so the record is dropped"
            problems.append(Problem("nothing-to-train", detail, key))
    return problems


CHECKS: dict[str, Check] = {
    "openai_chat": check_messages,
    "prompt_response": check_pair,
    "prompt_completion": check_pair,
}
