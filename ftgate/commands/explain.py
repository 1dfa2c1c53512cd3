"""``ftgate explain``: a rule's own documentation, its options and how to live without it."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT
from ftgate.commands.output import emit_fitted, screen_width, wants_color
from ftgate.errors import UsageError

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
@click.argument("rule", shell_complete=complete_rules, metavar="CODE|NAME|FAMILY")
@COLOR
def command(rule: str, color: str) -> int:
    """What a rule means, why it matters, what to do instead, and how to set it.

    \b
    Examples:
      ftgate explain FT401
      ftgate explain too-few-examples
      ftgate explain FT4    every rule of the family
    """
    from ftgate.commands.rules import table
    from ftgate.rules import find_rule, is_selector, load_rules

    painted, width = wants_color(color), screen_width()
    code = rule.upper()
    rules = load_rules()
    if code not in rules and re.fullmatch(r"FT\d*", code):
        if not is_selector(code):
            raise _unknown(code)
        emit_fitted(table([each for each in rules.values() if each.code.startswith(code)], painted))
        return 0
    emit_fitted(explanation(find_rule(rule), color=painted, width=width))
    return 0


def _unknown(code: str) -> UsageError:
    """A code that is close in spelling is another rule: its family is what is near."""
    from ftgate.rules import is_selector

    family = code[:3]
    near = is_selector(family)
    return UsageError(
        f"no rule {code}" if near else f"no rule {code}, and no family {family}",
        hint=f"its family: ftgate explain {family}" if near else "list them with: ftgate rules",
    )


def explanation(rule: Rule, *, color: bool, width: int) -> str:
    """The page of one rule, for a terminal of ``width`` columns."""
    from ftgate.render.style import SEVERITY_COLORS, paint

    code = paint(rule.code, SEVERITY_COLORS[rule.severity], color=color)
    parts = [
        f"{code} {rule.name}   ({rule.severity}, since {rule.since})",
        "",
        *_paragraphs(rule.documentation, color=color, width=width),
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


def _paragraphs(documentation: str, *, color: bool, width: int) -> list[str]:
    """The docstring with its headings painted and its text filled and indented below them."""
    summary, _, rest = documentation.partition("\n")
    lines = _filled(summary, width, "")
    for paragraph in re.split(r"\n\s*\n", rest.strip("\n")):
        text = paragraph
        if paragraph.startswith("## "):
            heading, _, text = paragraph.partition("\n")
            lines += ["", _heading(heading[3:], color=color)]
        else:
            lines.append("")
        lines += _filled(text, width, "  ")
    return lines


def _filled(text: str, width: int, indent: str) -> list[str]:
    """Lines of at most ``width`` columns; a list keeps its items, code its lines."""
    if text.startswith(" "):
        return [indent + line for line in text.splitlines()]
    lines: list[str] = []
    for item in re.split(r"\n(?=[-*] )", text):
        hang = indent + ("  " if item.startswith(("- ", "* ")) else "")
        lines += textwrap.wrap(
            " ".join(item.split()),
            width,
            initial_indent=indent,
            subsequent_indent=hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
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
