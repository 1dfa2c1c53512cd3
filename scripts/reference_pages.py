"""Reference pages of the documentation: pure functions from the program to Markdown.

Rules come from their registry, commands from click, keys from the JSON Schema of ``ftgate.toml``,
the report from its own schema, providers from their sheets. A new rule, key, command, format or
provider is documented without a line here.
"""

from __future__ import annotations

import html
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

FAMILIES = {
    "FT0": "Input",
    "FT1": "Record format",
    "FT2": "Volume and balance",
    "FT3": "Tokens and limits",
    "FT4": "Knowledge-style content",
    "FT5": "Hygiene",
    "FT6": "Prompt files",
    "FT7": "Prices, budget and lifecycle",
    "FT8": "Economics",
    "FT9": "Suppressions",
}

_OUTCOMES = {
    "pass": "every judged dataset may be trained",
    "fail": "not justified, over budget, or the data would fail or harm the job",
    "error": "wrong flags or configuration, an unreadable file, a bug",
    "undecided": "a number is missing; the report says which, and the line that supplies it",
}

Schema = Mapping[str, Any]


def cell(text: str) -> str:
    """Text as one cell of a table; what looks like an HTML tag stays text."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table of cells that are Markdown already."""
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: object) -> str:
    """Text between backticks, also when it has some, and also in a table."""
    shown = str(text).replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


# -- rules ------------------------------------------------------------------------------------


def rule_pages(rules: Mapping[str, Any]) -> dict[str, str]:
    """One page for each family that has rules, and an overview."""
    families: dict[str, list[Any]] = {}
    for rule in rules.values():
        families.setdefault(rule.code[:3], []).append(rule)
    pages = {"rules/index.md": _rule_overview(families)}
    for family, members in families.items():
        pages[f"rules/{family.lower()}.md"] = _family_page(family, members)
    return pages


def family_title(family: str) -> str:
    """``FT4 Knowledge-style content``; the bare prefix when nobody named the family yet."""
    return f"{family} {FAMILIES.get(family, '')}".strip()


def _rule_overview(families: Mapping[str, list[Any]]) -> str:
    count = sum(map(len, families.values()))
    parts = [f"# Rules\n\n{count} rules. `ftgate explain CODE` prints the same in a terminal.\n"]
    for family, members in families.items():
        page = f"{family.lower()}.md"
        rows = (
            (f"[{rule.code}]({page}#{rule.code.lower()})", rule.name, rule.severity, _prose(rule))
            for rule in members
        )
        parts.append(f"## [{family_title(family)}]({page})\n")
        parts.append(table(("code", "name", "severity", "finds"), rows))
    return "\n".join(parts)


def _prose(rule: Any) -> str:
    return cell(rule.summary)


def _family_page(family: str, members: list[Any]) -> str:
    parts = [f"# {family_title(family)}\n"]
    for rule in members:
        parts += [
            f"## {rule.code} {rule.name} {{#{rule.code.lower()}}}\n",
            f"**{rule.severity}** · since {rule.since}\n",
            lowered(rule.documentation) + "\n",
        ]
        if rule.options:
            from ftgate.commands.toml_text import value

            options = ((code(name), code(value(each))) for name, each in rule.options.items())
            parts += [
                f"**Options, under `[rules.{rule.code}]`**\n",
                table(("key", "default"), options),
            ]
    return "\n".join(parts)


def lowered(documentation: str) -> str:
    """A rule's docstring with its headings as bold words and no accidental HTML."""
    lines = []
    for line in documentation.splitlines():
        pieces = re.split(r"(`[^`]*`)", line)  # code spans are left alone
        safe = "".join(p if p.startswith("`") else p.replace("<", "&lt;") for p in pieces)
        lines += [f"**{safe[3:]}**", ""] if safe.startswith("## ") else [safe]
    return "\n".join(lines)


# -- command line -----------------------------------------------------------------------------


def cli_page(group: click.Group) -> str:
    """The help of every command and subcommand, as the terminal prints it."""
    parts = ["# Command line\n", "Every flag can be set in the environment: `FTGATE_MODEL` for"]
    parts[1] += " `--model`. An unknown command that is a path is checked.\n"
    for names, command in every_command(group, ("ftgate",)):
        level = "#" * min(len(names) + 1, 3)
        parts += [f"{level} {' '.join(names)}\n", f"```text\n{_help(names, command)}\n```\n"]
    return "\n".join(parts)


def every_command(
    command: click.Command, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and subcommand with its full name, the group itself first."""
    yield names, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=names[-1])
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from every_command(inner, (*names, name))


def _help(names: tuple[str, ...], command: click.Command) -> str:
    settings = command.context_settings | {"terminal_width": 90, "max_content_width": 90}
    with click.Context(command, info_name=" ".join(names), **settings) as context:
        return click.unstyle(command.get_help(context)).rstrip()


# -- configuration ----------------------------------------------------------------------------


def configuration_page(schema: Schema) -> str:
    """Every table and key of ``ftgate.toml``: type, default, meaning."""
    parts = [
        "# Configuration\n",
        "`ftgate.toml`, or `[tool.ftgate]` in `pyproject.toml`. The nearest file upwards to the"
        " repository's root is read; parents are not merged. Flags and `--config KEY=VALUE` come"
        " before it. `ftgate config schema` prints the JSON Schema of this page, `ftgate config"
        " show` the values in force and where each comes from.\n",
    ]
    plain = {key: each for key, each in schema["properties"].items() if not _target(each)}
    tables = {key: _target(each) for key, each in schema["properties"].items() if _target(each)}
    scalar = {key: each for key, each in plain.items() if each.get("type") != "object"}
    parts += ["## Top level\n", _keys(scalar, set())]
    for key, (name, many) in ((key, target) for key, target in tables.items() if target):
        inner = schema["$defs"][name]
        parts += [f"## {f'[[{key}]]' if many else f'[{key}]'}\n", cell(inner["description"]) + "\n"]
        parts.append(_keys(inner["properties"], set(inner.get("required", ()))))
    for key, each in plain.items():
        if each.get("type") == "object":
            parts += [f"## [{key}]\n", cell(each.get("description", "")) + "\n"]
            parts.append(_open_table(each))
    return "\n".join(parts)


def _open_table(schema: Schema) -> str:
    """A table whose keys are rules or globs: the options of rules stand with the rules."""
    fixed = {k: v for k, v in schema.get("properties", {}).items() if v.get("type") != "object"}
    if not fixed:
        return f"Each key is a glob, its value a {kind(schema['additionalProperties'])}.\n"
    return _keys(fixed, set()) + (
        "\nEvery rule with options has a table of its own, such as `[rules.FT201]`: see the"
        " [rules](rules/index.md).\n"
    )


def _target(schema: Schema) -> tuple[str, bool] | None:
    """The definition that a property refers to, and whether it is a list of them."""
    items = schema.get("items", {})
    reference = schema.get("$ref") or items.get("$ref")
    return (reference.rpartition("/")[2], bool(items)) if reference else None


def _keys(properties: Schema, required: set[str]) -> str:
    rows = []
    for name, each in properties.items():
        default = "required" if name in required else _default(each)
        type_ = kind(each).removesuffix(" or null")  # TOML has no null: the key is left out
        rows.append((code(name), type_, default, cell(each.get("description", ""))))
    return table(("key", "type", "default", "meaning"), rows)


def _default(schema: Schema) -> str:
    default = schema.get("default")
    if default is None:
        return "not set"
    from ftgate.commands.toml_text import value

    return code(value(default))


def kind(schema: Schema | bool) -> str:
    """A JSON Schema's type in words; ``true`` is the schema of anything."""
    if isinstance(schema, bool):
        return "any"
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})" if name.islower() else name
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return ", ".join(code(each) for each in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(each) for each in schema["anyOf"]))
    of = schema.get("type", "any")
    if isinstance(of, list):
        return " or ".join(of)
    if of == "array":
        return f"list of {kind(schema.get('items', {}))}"
    return "date" if schema.get("format") == "date" else str(of)


# -- report, exit codes, formats, providers ---------------------------------------------------


def report_page(schema: Schema) -> str:
    """The JSON report, definition by definition."""
    name = schema["properties"]["schema"]["const"]
    parts = [
        "# JSON report\n",
        f"`ftgate check -f json` or `-o json=report.json`. The contract is {code(name)}:"
        f" {schema['description'].partition('. ')[2]}\n",
        "## report\n",
        _members(schema),
    ]
    for key, each in schema["$defs"].items():
        parts += [f"## {key}\n", cell(each.get("description", "")) + "\n"]
        parts.append(_members(each) if each.get("properties") else f"{kind(each)}\n")
    return "\n".join(parts)


def _members(schema: Schema) -> str:
    required = set(schema.get("required", ()))
    rows = []
    for path, each, always in _walk(schema, "", required):
        words = cell(each.get("description", ""))
        rows.append((code(path), kind(each), "yes" if always else "", words))
    return table(("key", "type", "always there", "meaning"), rows)


def _walk(schema: Schema, prefix: str, required: set[str]) -> Iterator[tuple[str, Schema, bool]]:
    """``(dotted.key, schema, required)`` of a table and of those inside it."""
    for name, each in schema.get("properties", {}).items():
        yield f"{prefix}{name}", each, name in required
        inner = each.get("items", each) if "$ref" not in each.get("items", {}) else {}
        suffix = "[]." if each.get("type") == "array" else "."
        if inner.get("properties"):
            yield from _walk(inner, f"{prefix}{name}{suffix}", set(inner.get("required", ())))


def exit_codes_page(codes: Mapping[str, int], interrupted: int, errors: str) -> str:
    """Exit codes, and the tree of errors that end a run before its verdict."""
    by_code = sorted((number, outcome) for outcome, number in codes.items())
    rows = [(code(number), outcome, _OUTCOMES[outcome]) for number, outcome in by_code]
    rows.append((code(interrupted), "interrupted", "Ctrl-C"))
    tree = inspect.cleandoc(errors).partition("::\n")[2].partition("\n\nBroken")[0]
    return "\n".join(
        [
            "# Exit codes\n",
            table(("code", "outcome", "meaning"), rows),
            "Several datasets end with the worst of their outcomes: error, fail, undecided, pass."
            " `--exit-zero` ends with 0 whatever the verdict is; wrong flags and configuration"
            ' still end with 2. With `on_unknown = "warn"` an undecided run ends with 0.'
            " `ftgate run` ends with the code of the command that it started.\n",
            "`ftgate audit` is no gate: without `--fail-on` it ends with 0 whatever it found, with"
            " 2 when a dataset could not be judged, and with 3 when there was no time for all of"
            " them. After `--timeout`, `count`, `cost`, `report` and `baseline` end with 2.\n",
            "## Errors\n",
            "What the library raises. A broken line is no error but a finding.\n",
            f"```text\n{inspect.cleandoc(tree)}\n```\n",
        ]
    )


def formats_page(
    renderers: Mapping[str, str], formats: Iterable[Any], suffixes: Iterable[str]
) -> str:
    """What is read and what is written."""
    written = []
    for name, module in renderers.items():
        about = (importlib.import_module(module).__doc__ or "").partition("\n")[0]
        about = re.sub(r":\w+:`~?([^`]*)`|``(.*?)``", r"`\1\2`", about)
        written.append((code(name), cell(about.partition(": ")[2] or about)))
    read = [(code(each.name), cell(each.title)) for each in formats]
    return "\n".join(
        [
            "# Formats\n",
            "## Written\n",
            "`-f FORMAT` for standard output, `-o FORMAT=PATH` for files, several in one run.\n",
            table(("format", "what it is"), written),
            "## Read\n",
            f"Files: {', '.join(code(suffix) for suffix in suffixes)}, all JSON Lines. Records,"
            " recognised by their keys:\n",
            table(("format", "records"), read),
        ]
    )


def providers_page(descriptions: Iterable[Any]) -> str:
    """Whom each provider lets train, and its sheet in full with sources and their dates."""
    every = list(descriptions)
    rows = (
        (f"[{each.name}](#{each.name})", cell(each.title), cell(each.customers), str(each.as_of))
        for each in every
    )
    parts = [
        "# Providers\n",
        "A name is what `--provider` and `[model] provider` take. Confidence of a source: A"
        " primary, B mirror or feed, C secondary. What nobody publishes is unknown, and treated"
        " as unknown.\n",
        table(("name", "what it is", "open to", "oldest source"), rows),
    ]
    return "\n".join([*parts, *(_sheet(each) for each in every)])


def _sheet(about: Any) -> str:
    many = "several schemas may share a file" if about.mixed else "one schema for each file"
    trains_on = ", ".join(about.format_titles) or "unknown"
    facts = [*about.availability, *about.limits, *about.billing]
    rows = [
        (cell(fact.label), cell(fact.value), _cited(fact.source), str(fact.expires))
        for fact in facts
    ]
    rows += [(name, "unknown", "", "") for names in about.unknown.values() for name in names]
    parts = [
        f"## {about.name}\n",
        f"{cell(about.title)}, {about.kind}. Trains on: {cell(trains_on)}; {many}.\n",
        table(("what", "value", "source", "relied on until"), rows),
    ]
    if about.refusals:
        refused = ((code(r.kind), r.severity, cell(r.says), cell(r.fix)) for r in about.refusals)
        parts.append(table(("refuses", "severity", "because", "repair"), refused))
    return "\n".join(parts)


def _cited(source: Any) -> str:
    return f"[{cell(source.title)}]({source.url}), {source.confidence}, {source.as_of}"
