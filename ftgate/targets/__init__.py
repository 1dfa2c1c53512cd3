"""What each provider and training framework refuses, record by record.

Reading order: :mod:`~ftgate.targets.contract`, :mod:`~ftgate.targets.chat` (the terms that a sheet
can say), then the modules of single targets, for what a sheet cannot say. OpenAI and Azure have no
module: :mod:`ftgate.formats` reads their schemas with their rules.
"""

from __future__ import annotations

import importlib

from ftgate import catalog
from ftgate.model import Example, Problem
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record


class Target:
    """One provider or framework as a judge of records.

    ``CHECKS`` of its module maps names of formats to checks. A chat without an entry is checked by
    the sheet's terms alone; any other format by what the format itself says. ``csv`` says whether
    the target reads tables as well as JSON Lines.
    """

    def __init__(self, name: str, chat: Chat, checks: dict[str, Check], csv: bool = False) -> None:
        self.name = name
        self.csv = csv
        self._chat = chat
        self._checks = checks

    def problems(self, record: Record, format_name: str, example: Example) -> list[Problem]:
        """Why the target refuses a record of this format, at most one problem of each kind."""
        check = self._checks.get(format_name)
        if check is not None:
            found = check(record, self._chat)
        elif format_name == "openai_chat":
            found = self._chat.check(record.get("messages"))
        else:
            found = example.problems
        if len(found) < 2:
            return found
        return list({problem.kind: problem for problem in reversed(found)}.values())[::-1]


def open_target(name: str) -> Target | None:
    """The judge of a provider; None for those whose rules are the formats' own (OpenAI, Azure)."""
    if name not in catalog.provider_names():
        return None
    sheet = catalog.read_provider(name)
    terms = sheet.table("chat")
    if not terms:
        return None
    checks = _checks(f"ftgate.targets.{name.replace('-', '_')}")
    return Target(name, Chat(terms), checks, csv=bool(sheet.table("formats").get("csv")))


def _checks(module: str) -> dict[str, Check]:
    """The checks of a target's module; none for a target that has no module."""
    try:
        checks: dict[str, Check] = importlib.import_module(module).CHECKS
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return {}
    return checks


__all__ = ["Chat", "Check", "Record", "Target", "open_target"]
