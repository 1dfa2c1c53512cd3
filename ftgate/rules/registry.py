"""The rule decorator and the table of rules.

A rule is a documented generator. Its positional parameters name the facts it reads
(:class:`ftgate.rules.Case` attributes); its keyword-only parameters are its options, set in
``[rules.CODE]``. A rule whose first parameter is ``file`` runs once per data file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ftgate.model import Finding, Severity

RuleFunction = Callable[..., Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``facts`` are the case attributes it reads, ``options`` its settings."""

    code: str
    name: str
    severity: Severity
    since: str
    function: RuleFunction
    facts: tuple[str, ...]
    options: dict[str, Any]

    @property
    def summary(self) -> str:
        """First line of the documentation."""
        return self.documentation.partition("\n")[0]

    @property
    def documentation(self) -> str:
        """The docstring, dedented: what ``ftgate explain`` prints."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def per_file(self) -> bool:
        """True when the rule runs once per data file."""
        return self.facts[:1] == ("file",)


RULES: dict[str, Rule] = {}


def rule(code: str, *, severity: Severity, since: str) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule under its code; the kebab-case name comes from the function's name."""

    def register(function: RuleFunction) -> RuleFunction:
        if code in RULES:
            raise ValueError(f"rule code {code} is used twice")
        facts: list[str] = []
        options: dict[str, Any] = {}
        code_object = function.__code__
        positional = code_object.co_argcount
        facts.extend(code_object.co_varnames[:positional])
        options.update(function.__kwdefaults__ or {})
        RULES[code] = Rule(
            code=code,
            name=function.__name__.replace("_", "-"),
            severity=severity,
            since=since,
            function=function,
            facts=tuple(facts),
            options=options,
        )
        return function

    return register
