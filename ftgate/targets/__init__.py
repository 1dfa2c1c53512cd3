"""What each provider and training framework refuses, record by record.

Reading order: :mod:`~ftgate.targets.contract`, :mod:`~ftgate.targets.chat` (the terms that a sheet
can say), then the modules of single targets, for what a sheet cannot say. OpenAI and Azure have no
module: :mod:`ftgate.formats` reads their schemas with their rules.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection

from ftgate.catalog import provider_names, read_provider
from ftgate.errors import CatalogError
from ftgate.model import Example, Problem
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record


class Target:
    """One provider or framework as a judge of records.

    ``CHECKS`` of its module maps names of formats to checks. A chat without an entry is checked by
    the sheet's terms alone; any other format by what the format itself says. ``csv`` says whether
    the target reads tables as well as JSON Lines. Records of a schema that it does not accept
    (``accepts``; empty: any) have no problems here: rule FT102 says the one thing to know.
    """

    def __init__(
        self,
        name: str,
        chat: Chat,
        checks: dict[str, Check],
        accepts: Collection[str] = (),
        *,
        csv: bool = False,
    ) -> None:
        self.name = name
        self.csv = csv
        self._accepts = frozenset(accepts)
        self._chat = chat
        self._checks = checks

    def reads_table(self, name: str) -> bool:
        """Whether a file of this name is read as comma-separated values."""
        return self.csv and name.lower().endswith(".csv")

    def problems(self, record: Record, format_name: str, example: Example) -> list[Problem]:
        """Every place in a record of this format that the target refuses."""
        if self._accepts and format_name not in self._accepts:
            return []
        check = self._checks.get(format_name)
        if check is not None:
            return check(record, self._chat)
        if format_name == "openai_chat":
            return self._chat.check(record.get("messages"))
        return example.problems


def open_target(name: str) -> Target | None:
    """The judge of a provider; None for those whose rules are the formats' own (OpenAI, Azure).

    Raises CatalogError when a sheet says neither what a chat is nor ``like`` whose.
    """
    if name not in provider_names():
        return None
    sheet = read_provider(name)
    terms = sheet.table("chat")
    if terms.get("like") == "openai":
        return None
    if not terms.get("roles") and not terms.get("required"):
        raise CatalogError(f"{sheet.where}: [chat] has neither terms nor like")
    checks = _checks(f"ftgate.targets.{name.replace('-', '_')}")
    formats = sheet.table("formats")
    accepts = formats.get("accepts", ())
    return Target(name, Chat(terms), checks, accepts, csv=bool(formats.get("csv")))


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
