"""The bars and the JSON of ``ftgate prompts``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ftgate.prompts.drift import difference, system_text
from ftgate.prompts.variables import IDENTIFIER
from ftgate.render import words
from ftgate.render.escape import quiet, visible

if TYPE_CHECKING:
    from ftgate.commands.prompts_look import Look, Rate
    from ftgate.prompts.anatomy import Anatomy
    from ftgate.prompts.study import PromptStudy, Studied

_BAR_COLUMNS = 40
_TITLES = {
    "persona": "persona, tone",
    "format": "output format",
    "rules": "rules",
    "examples": "examples",
    "facts": "facts",
    "legal": "legal text",
    "variables": "variables",
}


def as_text(found: Look, *, diff: bool) -> str:
    """Every prompt with its parts, what is cached and taught, and its price per 1,000 calls."""
    lines: list[str] = []
    for study in found.studies:
        for number, one in enumerate(study.prompts, 1):
            lines += _prompt(study, one, number, found)
    for study, drift in found.drifts:
        lines.append(
            f"{visible(study.path)}: {drift.matching:,} of {words.count(drift.examples, 'example')}"
            f" carry this prompt; {drift.similarity:.0%} similar to the most frequent other"
        )
        if diff and drift.nearest:
            own = system_text(study.prompts[0].prompt)
            shown = difference(own, drift.nearest.text, ("prompt file", "training set"))
            lines += [f"  {visible(line)}" for line in shown]
        lines.append("")
    for finding in found.findings:
        where = f"{finding.path}{''.join(f':{line}' for line in finding.lines[:1])}"
        lines.append(f"{visible(where)}: {finding.code} {visible(finding.message)}")
    lines += [f"{visible(path)}: not read: {visible(reason)}" for path, reason in found.unreadable]
    sources = sorted({rate.source for rate in found.rates})
    encoding = f"{found.encoding.name} ({found.encoding.exactness})"
    lines += [""] if lines and lines[-1] else []
    lines.append(f"tokens: {encoding} · prices: {visible('; '.join(sources))}")
    return "\n".join(lines) + "\n"


def _prompt(study: PromptStudy, one: Studied, number: int, found: Look) -> list[str]:
    anatomy = one.anatomy
    if anatomy is None:
        return []
    name = visible(study.path) + (f" #{number}" if len(study.prompts) > 1 else "")
    lines = [f"{name}  {words.count(anatomy.tokens, 'token')} · {study.format}"]
    for label, tokens in anatomy.by_label.items():
        if tokens:
            share = tokens / anatomy.tokens
            bar = "\u2588" * max(1, round(share * _BAR_COLUMNS))
            lines.append(f"  {_TITLES[label]:<14} {tokens:>7,}  {share:>4.0%}  {bar}")
    lines.append(
        f"  a fine-tune can take over {anatomy.removable_tokens:,} (tone, format, examples);"
        f" {anatomy.residue_tokens:,} stay (estimate)"
    )
    if anatomy.by_label["facts"]:
        lines.append(f"  facts are for retrieval, not for training: {anatomy.by_label['facts']:,}")
    lines.append(f"  before the first variable: {words.count(anatomy.static_tokens, 'token')}")
    if found.query_tokens is not None:
        lines.append(f"  overhead: {_overhead(anatomy, found.query_tokens):.1%} of input per call")
    lines += [f"  {'per 1,000 calls':<24} {'uncached':>10} {'cached':>10}"]
    lines += [_rate_line(rate, anatomy) for rate in found.rates]
    return [*lines, ""]


def _rate_line(rate: Rate, anatomy: Anatomy) -> str:
    full, cached = rate.usd(anatomy), rate.cached_usd(anatomy)
    why = ""
    if full is not None and cached is None:
        short = anatomy.static_tokens < rate.cache_minimum
        why = f"  from {rate.cache_minimum:,} tokens on" if short else "  no price known"
    return f"  {visible(rate.model):<24} {_usd(full):>10} {_usd(cached):>10}{why}"


def _usd(amount: Decimal | None) -> str:
    return "-" if amount is None else words.usd(amount)


def _overhead(anatomy: Anatomy, query_tokens: int) -> float:
    return anatomy.tokens / max(anatomy.tokens + query_tokens, 1)


def as_json(found: Look) -> str:
    """The same numbers for machines; of the prompts' text only names of variables."""
    document = {
        "schema": "ftgate/prompts/1",
        "encoding": found.encoding.name,
        "exactness": found.encoding.exactness,
        "files": [_file(study, found) for study in found.studies],
        "findings": [
            {
                "code": finding.code,
                "name": finding.name,
                "severity": finding.severity,
                "path": finding.path,
                "lines": list(finding.lines),
                "message": finding.message,
            }
            for finding in found.findings
        ],
        "drift": [
            {
                "path": study.path,
                "matching": drift.matching,
                "examples": drift.examples,
                "similarity": round(drift.similarity, 4),
            }
            for study, drift in found.drifts
        ],
        "unreadable": [{"path": path, "reason": reason} for path, reason in found.unreadable],
    }
    import orjson  # a folder of prompts has many segments

    from ftgate.report_json import plain

    return quiet(orjson.dumps(plain(document), option=orjson.OPT_INDENT_2).decode()) + "\n"


def _file(study: PromptStudy, found: Look) -> dict[str, Any]:
    return {
        "path": study.path,
        "format": study.format,
        "defects": [{"line": defect.line, "detail": defect.detail} for defect in study.defects],
        "prompts": [
            _anatomy(one, one.anatomy, found) for one in study.prompts if one.anatomy is not None
        ],
    }


def _anatomy(one: Studied, anatomy: Anatomy, found: Look) -> dict[str, Any]:
    query = found.query_tokens
    return {
        "tokens": anatomy.tokens,
        "static_tokens": anatomy.static_tokens,
        "removable_tokens": anatomy.removable_tokens,
        "residue_tokens": anatomy.residue_tokens,
        "overhead_ratio": None if query is None else round(_overhead(anatomy, query), 4),
        "by_label": anatomy.by_label,
        "variables": _named(one.used.lines),
        "declared": None if one.prompt.declared is None else _named(one.prompt.declared),
        "segments": [
            {
                "label": part.label,
                "role": one.prompt.messages[part.message].role,
                "message": part.message,
                "lines": [part.first_line, part.last_line],
                "tokens": part.tokens,
            }
            for part in anatomy.segments
        ],
        "usd_per_1000_calls": [
            {
                "model": rate.model,
                "uncached": _amount(rate.usd(anatomy)),
                "cached": _amount(rate.cached_usd(anatomy)),
                "cache_min_tokens": rate.cache_minimum,
                "source": rate.source,
            }
            for rate in found.rates
        ],
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def _named(names: Any) -> list[str]:
    return sorted(name for name in names if IDENTIFIER.fullmatch(name))
