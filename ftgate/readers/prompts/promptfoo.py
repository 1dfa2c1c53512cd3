"""``promptfooconfig.yaml``: prompts that stand in it, and those in the files that it names."""

from __future__ import annotations

from typing import Any

from ftgate.model.prompts import Message, PromptDefect, PromptFile, PromptText
from ftgate.readers.prompts.chat import is_chat, read_chat
from ftgate.readers.prompts.contract import Include, MalformedError, names_of
from ftgate.readers.prompts.document import Document, parse

_FILE = "file://"
_PROGRAMS = (".py", ".js", ".mjs", ".cjs", ".ts", ".sh", ".exe")
_TEXTS = (".txt", ".md", ".j2", ".json", ".yaml", ".yml")


def is_promptfoo(value: Any) -> bool:
    """Whether a document lists prompts beside providers or tests."""
    return isinstance(value, dict) and "prompts" in value


def read_promptfoo(tree: Document, include: Include) -> PromptFile:
    """Every prompt of a configuration; a prompt that is a program is not run, and left out.

    A file that cannot be had is a defect of its line; the other prompts are read.
    """
    stated = tree.value["prompts"]
    entries = stated if isinstance(stated, list) else [stated]
    single = not isinstance(stated, list)
    declared = _tested(tree.value)
    prompts: list[PromptText] = []
    defects: list[PromptDefect] = []
    for at, entry in enumerate(entries):
        path: tuple[str | int, ...] = ("prompts",) if single else ("prompts", at)
        try:
            for messages in _prompts(entry, tree, path, include):
                prompts.append(PromptText(messages, "mustache", declared))
        except MalformedError as error:
            defects.append(PromptDefect(tree.line(*path), error.defect.detail))
    return PromptFile("promptfoo", tuple(prompts), tuple(defects))


def _prompts(
    entry: Any, tree: Document, path: tuple[str | int, ...], include: Include
) -> list[tuple[Message, ...]]:
    if isinstance(entry, dict):
        key = next((name for name in ("raw", "file", "id") if isinstance(entry.get(name), str)), "")
        path, entry = (*path, key), entry.get(key)
    if not isinstance(entry, str):
        raise MalformedError(tree.line(*path), "a prompt is no text")
    name = _file_name(entry)
    if not name:
        return [(Message("user", entry, tree.line(*path), tree.is_block(*path)),)]
    if name.lower().endswith(_PROGRAMS):
        return []
    return [messages for _, text in include(name) for messages in _included(name, text)]


def _file_name(entry: str) -> str:
    """The file that an entry names, "" for one that is the prompt itself."""
    if entry.startswith(_FILE):
        name = entry.removeprefix(_FILE)
        program = name.rpartition(":")[0]  # file://prompt.py:function
        return program if program.lower().endswith(_PROGRAMS) else name
    plain = "\n" not in entry and " " not in entry.strip() and "{{" not in entry
    return entry.strip() if plain and entry.strip().lower().endswith(_TEXTS) else ""


def _included(name: str, text: str) -> list[tuple[Message, ...]]:
    """The prompts of a file: messages in JSON and YAML, else texts between lines of ``---``."""
    if name.lower().endswith((".json", ".yaml", ".yml")):
        tree = parse(text)
        if not is_chat(tree.value):
            raise MalformedError(1, "no list of messages in the file")
        found = read_chat(tree).prompts[0].messages
        return [tuple(message._replace(exact=False) for message in found)]
    parts = text.split("\n---\n") if name.lower().endswith(".txt") else [text]
    return [(Message("user", part, 1, False),) for part in parts if part.strip()]


def _tested(value: dict[str, Any]) -> frozenset[str] | None:
    """Variables that the tests give values to; None when they are not all in this file."""
    tests, usual = value.get("tests"), value.get("defaultTest")
    rows = tests if isinstance(tests, list) else []
    if "scenarios" in value or not rows or not all(isinstance(row, dict) for row in rows):
        return None
    tables = [row.get("vars") for row in rows]
    tables.append(usual.get("vars") if isinstance(usual, dict) else None)
    if any(isinstance(table, str | list) for table in tables):  # in files
        return None
    found = frozenset().union(*map(names_of, tables))
    return found or None
