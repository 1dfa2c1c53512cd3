"""The life of models as a timeline for a terminal, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ftgate.model import Price
from ftgate.prices.lifecycle import CUSTOMERS
from ftgate.prices.timeline import Span
from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.style import paint
from ftgate.report_json import plain

_HEADS = (
    *("model", "provider", "tune until", "serve until", "days left"),
    *("train", "calls", "replaced by"),
)
_BAR_DAYS = 365  # a full bar
_BAR_WIDTH = 6
_SOON, _LATER = 60, 180  # days: red below the first, yellow below the second
_RED, _YELLOW, _GREEN, _GREY = 31, 33, 32, 90
_BLOCKS = "\u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588"  # eighths of a column
UNKNOWN = "unknown"
_GLUE = "\u00a0"


def table(spans: Sequence[Span], day: date, width: int, color: bool) -> str:
    """One line for each model, or a few short ones where a line does not fit."""
    rows = [_cells(span) for span in spans]
    widths = [max(map(len, column)) for column in zip(_HEADS, *rows, strict=True)]
    if _total(widths) <= width:
        lines = [_line(_HEADS, widths)]
        for span, row in zip(spans, rows, strict=True):
            lines.append(paint(_line(row, widths), _color(span), color=color))
    else:
        lines = [line for span in spans for line in _short(span, widths[:2], width, color)]
    closed = [line for note in _by_customer(spans) for line in _wrapped(note, width)]
    count = words.count(len(spans), "model")
    tail = f"{count} on {day}; USD per million tokens, calls as input/output"
    return (
        "\n".join([*lines, *([""] if closed else []), *closed, "", *_wrapped(tail, width)]) + "\n"
    )


def plain_span(span: Span) -> Any:
    """One model for JSON: days are ISO, amounts are texts, what is not known is null."""
    facts = span.facts
    return {
        "provider": facts.provider,
        "model": facts.name,
        "tunable": None if facts.note and not facts.tunable else facts.tunable,
        "methods": list(facts.methods),
        "open_to": list(span.open_to),
        "tune_until": plain(span.tune_until) if facts.tunable else None,
        "tune_until_is_earliest": facts.closes.floor,
        "serve_until": plain(span.ends),
        "base_until": plain(facts.shutdown),
        "days_left": span.days_left,
        "servable": facts.servable,
        "training": plain(span.training),
        "tuned": plain(span.tuned),
        "base": plain(span.base),
        "replacement": facts.replacement or None,
        "disputed": facts.disputed or None,
        "dates_expire": plain(facts.dates_expire),
        "source": facts.source,
    }


def _cells(span: Span) -> tuple[str, ...]:
    facts = span.facts
    return (
        visible(facts.name),
        facts.provider,
        _tune(span),
        str(span.ends or UNKNOWN) + ("!" if facts.disputed else ""),
        f"{_left(span):>7} {_bar(span, _BAR_WIDTH)}".rstrip(),
        _training(span),
        _calls(span),
        facts.replacement,
    )


def _short(span: Span, widths: Sequence[int], width: int, color: bool) -> Iterator[str]:
    facts = span.facts
    head = _line((visible(facts.name), f"{facts.provider:<{widths[1]}}"), widths)
    head = f"{head}  {_left(span):>7}  "
    bar = _bar(span, max(width - _total(widths) - 11, 0))
    yield paint((head + bar).rstrip(), _color(span), color=color)
    parts = (
        f"tune until {_tune(span)}" if facts.tunable else f"tunable: {_tunable(span)}",
        f"serve until {span.ends or UNKNOWN}",
        f"train {_training(span)}" if facts.tunable else "",
        f"DPO {_usd(apart)}" if (apart := span.training.get("training_dpo_mtok")) else "",
        f"calls {_calls(span)}",
        f"replaced by {facts.replacement}" if facts.replacement else "",
        facts.disputed,
    )
    # A part stays whole: a date or a price that is torn apart is hard to find.
    joined = " \u00b7 ".join(part.replace(" ", _GLUE) for part in parts if part)
    for line in _wrapped(joined, width - 2):
        yield f"  {line}".replace(_GLUE, " ")


def _tune(span: Span) -> str:
    """The day of active customers, who may longest; a star where others are refused earlier."""
    if not span.facts.tunable:
        return _tunable(span)
    days = span.tune_until
    longest = days["active"] if days["active"] is None else max(filter(None, days.values()))
    return f"{longest or UNKNOWN}{'*' if _differs(span) else ''}"


def _tunable(span: Span) -> str:
    """No, or that the catalogue does not say what the provider tunes."""
    return UNKNOWN if span.facts.note else "no"


def _differs(span: Span) -> bool:
    """Whether it matters who asks: some customers may still train, and not all until one day."""
    return bool(span.open_to) and len(set(span.tune_until.values())) > 1


def _by_customer(spans: Sequence[Span]) -> Iterator[str]:
    """Who may until when, for the models with a star; alike ones together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for span in spans:
        days = span.tune_until
        if _differs(span):
            floor = span.facts.closes.floor
            said = ", ".join(_customer(kind, days[kind], floor, span.day) for kind in CUSTOMERS)
            names = groups.setdefault((span.facts.provider, said), [])
            names.append(visible(span.facts.name))
    for (provider, said), names in groups.items():
        yield f"* {provider} {', '.join(names)}: {said}"


def _customer(kind: str, day: date | None, floor: bool, today: date) -> str:
    if day is None:
        return f"{kind} {UNKNOWN}"
    if day <= today:
        return f"{kind} closed since {day}"
    least = "no earlier than " if floor and kind != "new" else "until "
    return f"{kind} {least}{day}"


def _left(span: Span) -> str:
    if span.days_left is None:
        return UNKNOWN
    return f"{span.days_left:,} d" if span.days_left > 0 else "gone"


def _bar(span: Span, width: int) -> str:
    """A bar that is full from a year on."""
    eighths = min(max(span.days_left or 0, 0), _BAR_DAYS) * width * 8 // _BAR_DAYS
    whole, part = divmod(eighths, 8)
    return _BLOCKS[-1] * whole + (_BLOCKS[part - 1] if part else "")


def _color(span: Span) -> int | None:
    left = span.days_left
    if left is None:
        return None
    if left <= 0:
        return _GREY
    return _RED if left < _SOON else _YELLOW if left < _LATER else _GREEN


def _training(span: Span) -> str:
    if not span.facts.tunable:
        return "-"
    units = span.training
    if "training_hour" in units:
        return f"{_usd(units['training_hour'])}/h"
    if "training_mtok" not in units:
        return UNKNOWN
    return _usd(units["training_mtok"])


def _calls(span: Span) -> str:
    """``input/output`` of the fine-tune, or of the model itself where it cannot be tuned."""
    units = span.tuned if span.facts.tunable else span.base
    if not units:
        return UNKNOWN
    shown = (units.get(unit) for unit in ("input_mtok", "output_mtok"))
    return "/".join(_usd(price) if price else "?" for price in shown)


def _usd(price: Price) -> str:
    return f"{price.usd:f}"


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{size}}" for cell, size in zip(cells, widths, strict=True)).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
