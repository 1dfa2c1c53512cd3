"""``ftgate explain``: a rule's own documentation, its options and how to live without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT
from ftgate.commands.output import emit, wants_color

if TYPE_CHECKING:
    from ftgate.rules.registry import Rule


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Codes, and names, that start like what was typed."""
    del ctx, param
    from click.shell_completion import CompletionItem

    from ftgate.rules import load_rules

    return [
        CompletionItem(word, help=rule.summary)
        for rule in load_rules().values()
        for word in (rule.code, rule.name)
        if word.lower().startswith(incomplete.lower())
    ]


@click.command("explain", context_settings=CONTEXT)
@click.argument("rule", shell_complete=complete_rules, metavar="CODE|NAME")
@COLOR
def command(rule: str, color: str) -> int:
    """What a rule means, why it matters, what to do instead, and how to set it.

    \b
    Examples:
      ftgate explain FT401
      ftgate explain too-few-examples
    """
    from ftgate.rules import find_rule

    emit(explanation(find_rule(rule), color=wants_color(color)))
    return 0


def explanation(rule: Rule, *, color: bool) -> str:
    """The page of one rule, for a terminal."""
    from ftgate.render.style import SEVERITY_COLORS, paint

    code = paint(rule.code, SEVERITY_COLORS[rule.severity], color=color)
    parts = [
        f"{code} {rule.name}   ({rule.severity}, since {rule.since})",
        "",
        *_paragraphs(rule.documentation, color=color),
        "",
        *_options(rule, color=color),
        _heading("Example", color=color),
        f"  sample_data/{rule.code}-{rule.name}/fails and passes, in the source repository",
        "",
        _heading("To live without it", color=color),
        f"  once: --ignore {rule.code}",
        f'  for good, in ftgate.toml: [rules] ignore = ["{rule.code}"]',
        f'  as a reviewed exception: [[waive]] with code = "{rule.code}", reason and until',
    ]
    return "\n".join(parts) + "\n"


def _paragraphs(documentation: str, *, color: bool) -> list[str]:
    """The docstring with its headings painted and its text indented below them."""
    summary, _, rest = documentation.partition("\n")
    lines = [summary]
    for line in rest.splitlines():
        if line.startswith("## "):
            lines.append(_heading(line[3:], color=color))
        else:
            lines.append(f"  {line}" if line.strip() else "")
    return lines


def _options(rule: Rule, *, color: bool) -> list[str]:
    if not rule.options:
        return []
    from ftgate.commands.toml_text import value

    width = max(map(len, rule.options))
    rows = [f"  {name:<{width}} = {value(default)}" for name, default in rule.options.items()]
    return [_heading(f"Options, under [rules.{rule.code}]", color=color), *rows, ""]


def _heading(text: str, *, color: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if color else text
