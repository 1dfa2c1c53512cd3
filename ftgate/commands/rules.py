"""``ftgate rules``: every rule on one line."""

from __future__ import annotations

import click

from ftgate.commands.flags import COLOR, CONTEXT
from ftgate.commands.output import emit, wants_color


@click.command("rules", context_settings=CONTEXT)
@click.option(
    "-f",
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Table or JSON.  [default: text]",
)
@COLOR
def command(output_format: str, color: str) -> int:
    """List every rule: code, name, severity and what it finds."""
    from ftgate.rules import load_rules

    rules = list(load_rules().values())
    if output_format == "json":
        import json

        from ftgate.report_json import plain

        table = [
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
        emit(json.dumps(table, indent=2) + "\n")
        return 0
    from ftgate.render.style import SEVERITY_COLORS, paint

    painted = wants_color(color)
    width = max((len(rule.name) for rule in rules), default=0)
    lines = [
        f"{paint(rule.code, SEVERITY_COLORS[rule.severity], color=painted)}  "
        f"{rule.name:<{width}}  {rule.severity:<7}  {rule.summary}"
        for rule in rules
    ]
    lines += ["", f"{len(lines)} rules. What one means: ftgate explain CODE"]
    emit("\n".join(lines) + "\n")
    return 0
