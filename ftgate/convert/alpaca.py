"""Writes Alpaca: text alone, question by question."""

from __future__ import annotations

from ftgate.convert.chat import CannotSayError, functions_of, messages_of, without_system
from ftgate.formats.as_chat import AsChat
from ftgate.formats.contract import Record


def write(chat: AsChat) -> Record:
    """One record with ``instruction``, ``input`` (empty), ``output``; earlier rounds: history."""
    system, messages = without_system(messages_of(chat))
    if functions_of(chat) or any(message.calls for message in messages):
        raise CannotSayError("there are tools or calls")
    roles = [message.role for message in messages]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2):
        raise CannotSayError("messages are not one question and one answer after the other")
    texts = [message.text for message in messages]
    if not all(texts[-2:]):
        raise CannotSayError("the last question or answer is empty")
    record: Record = {"instruction": texts[-2], "input": "", "output": texts[-1]}
    if len(texts) > 2:
        record["history"] = [list(pair) for pair in zip(texts[:-2:2], texts[1:-2:2], strict=True)]
    if system:
        record["system"] = system
    return record
