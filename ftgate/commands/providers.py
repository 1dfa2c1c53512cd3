"""``ftgate providers``: what each provider and framework accepts, and how it bills."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT, complete_providers, output_format
from ftgate.commands.output import emit, screen_width, wants_color

if TYPE_CHECKING:
    from ftgate.description import Description, Fact, Refusal

_WIDTH = 38  # columns of a label


@click.command("providers", context_settings=CONTEXT)
@click.argument("name", required=False, shell_complete=complete_providers)
@output_format("text", "json", "markdown", shown="Words, JSON, or a table for a document.")
@click.option(
    "--today",
    "--as-of",
    "as_of",
    envvar=["FTGATE_TODAY", "FTGATE_AS_OF"],
    metavar="DATE",
    help="Judge ages as if today were YYYY-MM-DD.",
)
@COLOR
def command(name: str | None, output_format: str, as_of: str | None, color: str) -> int:
    """Show whom a provider lets train, what it accepts, refuses and bills, with sources and ages.

    Without NAME, one line for each. A name of this list is what --provider takes.
    """
    from ftgate.gate import parse_day
    from ftgate.render.fit import fitted

    today = parse_day(as_of)
    descriptions = _descriptions(name)
    if output_format == "json":
        import json

        emit(json.dumps([_plain(one) for one in descriptions], indent=2) + "\n")
    elif output_format == "markdown":
        emit(markdown(descriptions))
    elif name:
        emit(fitted(in_words(descriptions[0], today, wants_color(color)), screen_width()))
    else:
        emit(fitted(overview(descriptions), screen_width()))
    return 0


def _descriptions(name: str | None) -> list[Description]:
    from ftgate.catalog import check_provider, provider_names, read_provider
    from ftgate.description import describe

    if name:
        check_provider(name)
    return [describe(read_provider(one)) for one in ((name,) if name else provider_names())]


def overview(descriptions: list[Description]) -> str:
    """A line for each: name, what it is, to whom it is open."""
    from ftgate.render import words

    lines = []
    for kind in ("provider", "framework"):
        chosen = [one for one in descriptions if one.kind == kind]
        lines += ["", kind.capitalize() + "s"]
        lines += [f"  {one.name:<17} {one.title}: {one.customers}" for one in chosen]
    count = words.count(len(descriptions), "profile")
    return "\n".join([*lines[1:], "", f"{count}. One in full: ftgate providers NAME"]) + "\n"


def in_words(about: Description, today: date, color: bool) -> str:
    """One profile in full."""
    from ftgate.render.style import paint

    many = "several schemas may share a file" if about.mixed else "one schema for each file"
    trains_on = ", ".join(about.format_titles) or "unknown"
    lines = [f"{paint(about.title, 1, color=color)} ({about.name}), {about.kind}"]
    lines += ["", "trains on", f"  {trains_on}; {many}"]
    for head, facts in (
        ("availability", about.availability),
        ("limits", about.limits),
        ("billing", about.billing),
    ):
        rows = [_fact(fact, today, color) for fact in facts]
        rows += [f"  {label:<{_WIDTH}} unknown" for label in about.unknown.get(head, ())]
        lines += ["", head, *(rows or ["  none: you train yourself"])]
    if about.refusals:
        lines += ["", "refuses", *(line for one in about.refusals for line in _refusal(one))]
    if about.models:
        lines += ["", "models with facts of their own", f"  {', '.join(about.models)}"]
    lines += ["", "sources: confidence A primary, B mirror or feed, C secondary"]
    for each in about.sources:
        dates = f"{each.as_of}, checked {each.verified}"
        lines += [f"  [{each.confidence}] {each.title}, {dates}", f"      {each.url}"]
    return "\n".join(lines) + "\n"


def _refusal(refusal: Refusal) -> list[str]:
    mild = refusal.severity in ("warning", "info")
    kind = f"{refusal.kind} ({refusal.severity})" if mild else refusal.kind
    lines = [f"  {kind:<{_WIDTH}} {refusal.says}"]
    return [*lines, f"  {'':<{_WIDTH}} \u2192 {refusal.fix}"] if refusal.fix else lines


def _fact(fact: Fact, today: date, color: bool) -> str:
    from ftgate.render.style import paint

    source = fact.source
    text = f"  {fact.label:<{_WIDTH}} {fact.value}  [{source.confidence}, {source.as_of}]"
    if today > fact.expires:
        text += " " + paint(f"expired {fact.expires}", 33, color=color)
    return text


def markdown(descriptions: list[Description]) -> str:
    """The table of the README."""
    rows = [
        "| `--provider` | open to whom, until when | trains on | limits | bills | oldest source |",
        "|---|---|---|---|---|---|",
    ]
    for one in descriptions:
        until = next((f.value for f in one.availability if f.key == "jobs_close"), "")
        open_to = one.customers + (f"; no new jobs from {until}" if until else "")
        limits = "; ".join(f"{fact.label}: {fact.value}" for fact in one.limits) or "unknown"
        nothing = "unknown" if one.kind == "provider" else "your machines"
        bills = "; ".join(f"{fact.label}: {fact.value}" for fact in one.billing) or nothing
        formats = ", ".join(title.partition(" (")[0] for title in one.format_titles)
        cells = (f"`{one.name}`", open_to, formats, limits, bills, one.as_of.isoformat())
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _plain(one: Description) -> Any:
    from ftgate.report_json import plain

    return plain(one)
