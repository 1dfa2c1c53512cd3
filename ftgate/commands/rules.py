"""``ftgate rules``: every rule on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ftgate.commands.flags import COLOR, CONTEXT, output_format
from ftgate.commands.output import emit, emit_fitted, wants_color

if TYPE_CHECKING:
    from ftgate.rules.registry import Rule


@click.command("rules", context_settings=CONTEXT)
@output_format("text", "json", shown="Table or JSON.")
@COLOR
def command(output_format: str, color: str) -> int:
    """List every rule: code, name, severity and what it finds."""
    from ftgate.rules import load_rules

    rules = list(load_rules().values())
    if output_format == "json":
        import json

        from ftgate.report_json import plain

        rows = [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.severity,
                "since": rule.since,
                "summary": rule.summary,
                "options": plain(rule.options),
            }
            for rule in rules
        ]
        emit(json.dumps(rows, indent=2) + "\n")
        return 0
    emit_fitted(table(rules, wants_color(color)))
    return 0


def table(rules: list[Rule], color: bool) -> str:
    """A line per rule, as wide as its summary."""
    from ftgate.render import words
    from ftgate.render.style import SEVERITY_COLORS, paint

    width = max((len(rule.name) for rule in rules), default=0)
    lines = [
        f"{paint(rule.code, SEVERITY_COLORS[rule.severity], color=color)}  "
        f"{rule.name:<{width}}  {rule.severity:<7}  {rule.summary}"
        for rule in rules
    ]
    lines += ["", f"{words.count(len(rules), 'rule')}. What one means: ftgate explain CODE"]
    return "\n".join(lines) + "\n"
