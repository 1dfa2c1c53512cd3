"""Prompt files to messages, one module per format; nothing of a template is ever run.

Reading order: :mod:`~ftgate.readers.prompts.contract`, :mod:`~ftgate.readers.prompts.plain`, then
the formats. :func:`read_prompt_text` is the way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.model.prompts import Message, PromptFile, PromptText
from ftgate.readers.prompts import (
    chat,
    document,
    dotprompt,
    jinja,
    langchain,
    plain,
    promptfoo,
    prompty,
)
from ftgate.readers.prompts.contract import MalformedError, Reader

if TYPE_CHECKING:
    from ftgate.readers.prompts.contract import Include


def _github(text: str, include: Include) -> PromptFile:
    tree = document.parse(text)
    if isinstance(tree.value, dict) and "messages" in tree.value:
        return chat.read_chat(tree, github=True)
    return _by_content(tree, include)


def _document(text: str, include: Include) -> PromptFile:
    return _by_content(document.parse(text), include)


def _by_content(tree: document.Document, include: Include) -> PromptFile:
    if promptfoo.is_promptfoo(tree.value):
        return promptfoo.read_promptfoo(tree, include)
    if chat.is_chat(tree.value):
        return chat.read_chat(tree)
    if langchain.is_langchain(tree.value):
        return langchain.read_langchain(tree, include)
    raise MalformedError(1, "no prompt in it: neither messages, nor a template, nor prompts")


_GITHUB = (".prompt.yml", ".prompt.yaml")
_DOCUMENTS = (".json", ".yaml", ".yml")

READERS: tuple[Reader, ...] = (
    Reader("github models", lambda name: name.endswith(_GITHUB), _github),
    prompty.PROMPTY,
    dotprompt.DOTPROMPT,
    jinja.JINJA,
    Reader("document", lambda name: name.endswith(_DOCUMENTS), _document),
    plain.MARKDOWN,
    plain.TEXT,
)
"""Readers in the order in which they are asked: the first that matches reads."""


def read_prompt_text(text: str, name: str, include: Include) -> PromptFile:
    """Read a prompt file by the format that its name says.

    What cannot be read as that format is read as plain text, with the defect: somebody pays for
    its tokens all the same.
    """
    base = name.replace("\\", "/").rpartition("/")[2].lower()
    reader = next((one for one in READERS if one.matches(base)), plain.TEXT)
    try:
        return reader.read(text, include)
    except MalformedError as error:
        whole = PromptText((Message("system", text),), "braces")
        return PromptFile(reader.name, (whole,), (error.defect,))
