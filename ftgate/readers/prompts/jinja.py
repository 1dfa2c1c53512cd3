"""``.j2``, ``.jinja``, ``.jinja2``: a template, read as text and never rendered."""

from __future__ import annotations

from ftgate.model.prompts import Message, PromptFile, PromptText
from ftgate.readers.prompts.contract import Include, Reader
from ftgate.readers.prompts.front_matter import declared_inputs, split


def read(text: str, include: Include) -> PromptFile:
    """One prompt; front matter, where there is some, declares its variables."""
    del include
    front, body, line = split(text)
    declared = declared_inputs(front)
    message = Message("system", body, line)
    prompt = PromptText((message,), "jinja", declared, declared or frozenset())
    return PromptFile("jinja", (prompt,))


JINJA = Reader("jinja", lambda name: name.endswith((".j2", ".jinja", ".jinja2")), read)
