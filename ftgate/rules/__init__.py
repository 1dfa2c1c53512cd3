"""Runs rules over the facts of one dataset.

The families: FT0 input, FT1 record format, FT2 volume and balance, FT3 tokens and limits, FT4
knowledge-style content, FT5 hygiene, FT6 prompt files, FT7 prices, budget and lifecycle, FT8
economics, FT9 suppressions. Each is one module; a rule is one documented function in it.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ftgate.errors import ConfigError, FtgateError, RuleCrashError, place_of
from ftgate.model import (
    SEVERITIES,
    BaselineUse,
    Comparison,
    FileRole,
    Finding,
    Goal,
    Measured,
    Missing,
    ModelFacts,
    Price,
    Problem,
    ProviderFacts,
    Repetition,
    Training,
    WaiverUse,
)
from ftgate.profile import Profile
from ftgate.rules.registry import RULES, Rule
from ftgate.settings import DatasetSettings, ModelSettings, PolicySettings

if TYPE_CHECKING:
    from ftgate.economics.risk import Risk
    from ftgate.model.change import Before
    from ftgate.model.outcome import VoidIgnore
    from ftgate.model.prompts import Caching
    from ftgate.prices.lifecycle import Offer
    from ftgate.prices.live import Dispute
    from ftgate.prompts.study import PromptData, PromptStudy

_MODULES = (
    *("setup", "input", "records", "conversations", "fields", "volume", "tokens", "content"),
    *("hygiene", "secrets", "answers", "labels"),
    *("prompt_files", "prompt_costs"),
    *("prices", "lifecycle", "eligibility", "disputes", "changes", "economics", "likelihood"),
    *("budget", "suppressions"),
)


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """One data file for the per-file rules; ``error`` is why it could not be read as a whole.

    ``provider`` is whose rules the records had to follow (None: those of the formats themselves).
    """

    path: str
    role: FileRole
    bytes: int
    error: Problem | None
    profile: Profile | None
    provider: ProviderFacts | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Every fact that a rule may name as a parameter. None means: not known in this run."""

    files: tuple[JudgedFile, ...] = ()
    profile: Profile | None = None
    validation: Profile | None = None
    goal: Goal | None = None
    repetition: Repetition | None = None
    plan: DatasetSettings | None = None
    model_plan: ModelSettings | None = None
    policy: PolicySettings | None = None
    provider: ProviderFacts | None = None
    base: ModelFacts | Missing | None = None
    todays: ModelFacts | Missing | None = None
    training: Training | None = None
    measured: Measured | None = None
    comparison: Comparison | None = None
    risk: Risk | None = None
    prices: tuple[Price, ...] | None = None
    disputes: tuple[Dispute, ...] | None = None
    offers: tuple[Offer, ...] = ()
    today: date | None = None
    vocabulary: str | None = None
    seconds: float | None = None  # of the time budget, where it was spent
    searched: tuple[str, ...] | None = None
    before: Before | None = None
    waivers: tuple[WaiverUse, ...] | None = None
    baseline: tuple[BaselineUse, ...] | None = None
    void_ignores: tuple[VoidIgnore, ...] | None = None
    prompts: tuple[PromptStudy, ...] | None = None
    prompt_data: PromptData | None = None
    caching: Caching | None = None


_LOOKALIKES = str.maketrans("LIO", "110")  # letters for digits of a code: FT4Ol


@functools.cache
def load_rules() -> dict[str, Rule]:
    """Import every family and return the rules by code."""
    for name in _MODULES:
        importlib.import_module(f"ftgate.rules.{name}")
    return dict(sorted(RULES.items()))


def find_rule(name: str) -> Rule:
    """The rule with this code or kebab-case name; ConfigError with the nearest one."""
    rules = load_rules()
    for rule in rules.values():
        if name.upper() == rule.code or name.lower() == rule.name:
            return rule
    import difflib  # only mistakes pay for it

    known = [*rules, *(rule.name for rule in rules.values())]
    typed = name.upper().translate(_LOOKALIKES)
    nearest = [typed] if typed in rules else difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    raise ConfigError(
        f"no rule {name!r}",
        hint=f"did you mean {nearest[0]}?" if nearest else "list them with: ftgate rules",
    )


def selected(select: tuple[str, ...], ignore: tuple[str, ...]) -> dict[str, Rule]:
    """Rules whose code (or name) starts with a selector and with no ignored one."""
    for selector in (*select, *ignore):
        if not is_selector(selector):
            find_rule(selector)  # raises with the nearest name
    chosen = {
        code: rule
        for code, rule in load_rules().items()
        if any(_matches(rule, selector) for selector in select)
        and not any(_matches(rule, selector) for selector in ignore)
    }
    if not chosen:
        raise ConfigError("no rule is left: everything that was selected is ignored")
    return chosen


def is_selector(text: str) -> bool:
    """Whether at least one rule has this code, prefix or name."""
    return bool(matching(text))


def matching(selector: str) -> list[Rule]:
    """The rules of this code, prefix or name; none for an empty selector."""
    if not selector:
        return []
    return [rule for rule in load_rules().values() if _matches(rule, selector)]


def run(rules: Mapping[str, Rule], case: Case, options: Mapping[str, Any]) -> list[Finding]:
    """Findings in order of severity, code and path.

    A rule runs when every fact it names is known. A rule that raises is never a pass:
    RuleCrashError names it.
    """
    findings: list[Finding] = []
    for rule in rules.values():
        chosen = chosen_options(rule, options)
        for facts in _facts(rule, case):
            try:
                findings.extend(
                    replace(
                        finding,
                        code=rule.code,
                        name=rule.name,
                        severity=finding.severity or rule.severity,
                    )
                    for finding in rule.function(*facts, **chosen)
                )
            except FtgateError:
                raise
            except Exception as error:
                raise RuleCrashError(
                    f"rule {rule.code} {rule.name} failed: {place_of(error)}",
                    hint=f"this is a bug; until it is fixed: --ignore {rule.code}",
                ) from error
    return sorted(findings, key=_order)


def _facts(rule: Rule, case: Case) -> Iterator[tuple[Any, ...]]:
    if rule.per_file:
        rest = tuple(getattr(case, name) for name in rule.facts[1:])
        for file in case.files:
            if None not in rest:
                yield (file, *rest)
        return
    facts = tuple(getattr(case, name) for name in rule.facts)
    if not any(fact is None for fact in facts):
        yield facts


def chosen_options(rule: Rule, options: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's options: the defaults and, over them, its table in ``[rules]``, checked."""
    chosen = dict(rule.options)
    named = {key.lower(): value for key, value in options.items()}
    given = named.get(rule.code.lower(), named.get(rule.name, {}))
    for name, value in given.items():
        if name not in chosen:
            import difflib  # only mistakes pay for it

            near = difflib.get_close_matches(name, chosen, n=1)
            known = f"known: {', '.join(chosen) or 'none'}"
            hint = f"did you mean {near[0]}? {known}" if near else known
            raise ConfigError(f"[rules.{rule.code}] has no option {name!r}", hint=hint)
        default = chosen[name]
        kinds = _ACCEPTED.get(type(default), type(default))
        if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(default, bool):
            wanted = "list" if isinstance(default, tuple) else type(default).__name__
            raise ConfigError(f"[rules.{rule.code}] {name} = {value!r}: expected {wanted}")
        if name.endswith("_ratio") and not 0 <= value <= 1:
            raise ConfigError(f"[rules.{rule.code}] {name} = {value}: a ratio is between 0 and 1")
        if name.startswith("min_") and value < 1:
            raise ConfigError(f"[rules.{rule.code}] {name} = {value}: at least 1")
        chosen[name] = value
    return chosen


_ACCEPTED: dict[type, Any] = {float: (int, float), tuple: (list, tuple)}  # default's type: given


def _matches(rule: Rule, selector: str) -> bool:
    return rule.code.startswith(selector.upper()) or rule.name == selector.lower()


def _order(finding: Finding) -> tuple[int, str, str, tuple[int, ...]]:
    severity = SEVERITIES.index(finding.severity)
    return severity, finding.code, finding.path or "", finding.lines
