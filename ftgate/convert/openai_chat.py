"""Writes OpenAI chat."""

from __future__ import annotations

from ftgate.convert.chat import EMPTY
from ftgate.formats.as_chat import AsChat
from ftgate.formats.contract import Record
from ftgate.formats.openai_messages import MESSAGE_KEYS


def write(chat: AsChat) -> Record:
    """One record with ``messages`` and, where there are any, ``tools``."""
    messages = []
    for message in chat.messages:
        known = MESSAGE_KEYS[message["role"]]
        chat.lost += [
            f"messages[].{key}"
            for key, value in message.items()
            if key not in known and value not in EMPTY
        ]
        messages.append({key: value for key, value in message.items() if key in known})
    tools = {} if chat.tools is None else {"tools": chat.tools}
    return {"messages": messages, **tools, **chat.extras}
