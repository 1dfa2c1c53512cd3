"""What ``ftgate prompts`` shows: prompt files found, read, measured and priced."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ftgate.errors import NothingToJudgeError, UnreadableError
from ftgate.ignoring import Ignores
from ftgate.model import Encoding, Finding, Missing
from ftgate.model.prompts import USUAL_MINIMUM, Caching
from ftgate.prices.book import PriceBook
from ftgate.prompts.anatomy import Anatomy
from ftgate.prompts.data import read_systems
from ftgate.prompts.drift import Drift, measure_drift
from ftgate.prompts.study import PromptStudy, study_file
from ftgate.readers.prompt_names import is_prompt, may_be_prompt
from ftgate.tokens.encodings import resolve
from ftgate.tokens.engines import open_counter

_CALLS = 1_000
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


@dataclass(frozen=True, slots=True)
class Rate:
    """Input prices of one model in dollars per million tokens; None is not known."""

    model: str
    input_mtok: Decimal | None
    cached_mtok: Decimal | None
    cache_minimum: int
    source: str

    def usd(self, anatomy: Anatomy) -> Decimal | None:
        """Dollars of 1,000 calls, nothing cached."""
        if self.input_mtok is None:
            return None
        return self.input_mtok * anatomy.tokens * _CALLS / 1_000_000

    def cached_usd(self, anatomy: Anatomy) -> Decimal | None:
        """Dollars of 1,000 calls whose unchanging beginning comes from the cache each time.

        None where it is too short to be cached, or the price is not known.
        """
        static = anatomy.static_tokens
        if self.input_mtok is None or self.cached_mtok is None or static < self.cache_minimum:
            return None
        rest = anatomy.tokens - static
        return (self.cached_mtok * static + self.input_mtok * rest) * _CALLS / 1_000_000


@dataclass(slots=True)
class Look:
    """Everything that is shown; ``unreadable`` are paths with the reason."""

    encoding: Encoding
    rates: tuple[Rate, ...]
    query_tokens: int | None
    studies: list[PromptStudy] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    drifts: list[tuple[PromptStudy, Drift]] = field(default_factory=list)


def look(
    paths: Sequence[str],
    models: Sequence[str],
    data: Sequence[str],
    query_tokens: int | None,
    today: date,
) -> Look:
    """Read every prompt file under the paths.

    Raises UnreadableError for a path or data file that is not there, and NothingToJudgeError when
    there is no prompt file.
    """
    files = _files(paths)
    if not files:
        raise NothingToJudgeError(
            f"no prompt file in {', '.join(paths)}",
            hint="name one, or put prompts into a folder called prompts",
        )
    encoding = resolve(models[0])
    size = sum(os.path.getsize(path) for path, _ in files if os.path.isfile(path))
    count = open_counter(encoding.name, size_bytes=size).count
    found = Look(encoding, tuple(_rates(models, today)), query_tokens)
    for path, named in files:
        try:
            study = study_file(path, path, count)
        except UnreadableError as error:
            found.unreadable.append((path, error.message.removeprefix(f"prompt {path}: ")))
            continue
        if named or not _is_no_prompt(study):
            found.studies.append(study)
    found.findings = _lint(tuple(found.studies))
    if data:
        _compare(found, data)
    return found


def _files(paths: Sequence[str]) -> list[tuple[str, bool]]:
    """Prompt files, and whether they were named outright: then their name does not matter."""
    found: dict[str, bool] = {}
    for path in paths:
        if os.path.isdir(path):
            for each in _walk(path):
                found.setdefault(each, False)
        elif os.path.isfile(path):
            found[os.path.normpath(path)] = True
        else:
            raise UnreadableError(f"{path}: no such file or folder")
    return list(found.items())


def _walk(top: str) -> Iterator[str]:
    inside = os.path.abspath(top)  # a folder called prompts makes its files prompts
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        relative = os.path.relpath(folder, top)
        above = os.path.normpath(os.path.join(os.path.basename(inside), relative))
        for name in sorted(names):
            path = os.path.join(folder, name)
            if may_be_prompt(f"{above}/{name}".replace(os.sep, "/")) and os.path.isfile(path):
                yield os.path.normpath(path)


def _is_no_prompt(study: PromptStudy) -> bool:
    """A JSON or YAML file among prompts that holds something else."""
    return bool(study.defects) and study.format == "document" and not is_prompt(study.path)


def _rates(models: Sequence[str], today: date) -> Iterator[Rate]:
    book = PriceBook.load(today=today)
    for name in models:
        facts = book.model(name)
        minimum = None if isinstance(facts, Missing) else facts.cache_min_tokens
        full, cached = book.lookup(name, "input_mtok"), book.lookup(name, "cached_input_mtok")
        yield Rate(
            name,
            None if isinstance(full, Missing) else full.usd,
            None if isinstance(cached, Missing) else cached.usd,
            minimum or USUAL_MINIMUM,
            _why(full) if isinstance(full, Missing) else f"{full.source}, {full.as_of}",
        )


def _why(missing: Missing) -> str:
    near = f"; nearest: {', '.join(missing.nearest)}" if missing.nearest else ""
    return missing.reason + near


def _lint(studies: tuple[PromptStudy, ...]) -> list[Finding]:
    """What the rules say that need nothing but the prompt files."""
    from ftgate import rules

    case = rules.Case(prompts=studies, caching=Caching())
    chosen = {code: rule for code, rule in rules.load_rules().items() if code.startswith("FT6")}
    found = rules.run(chosen, case, {})
    ignores = Ignores(studies)
    void = rules.Case(void_ignores=tuple(ignores.void(found, chosen.values())))
    found += rules.run({"FT905": rules.find_rule("FT905")}, void, {})
    return [finding for finding in found if not ignores.accepts(finding)]


def _compare(found: Look, data: Sequence[str]) -> None:
    """How near each prompt is to the system messages of the training set."""
    for path in data:
        if not os.path.isfile(path):
            raise UnreadableError(f"{path}: no such file")
    systems = read_systems(data)
    for study in found.studies:
        for one in study.prompts:
            drift = measure_drift(study.path, one.prompt, systems, len(systems))
            if drift:
                found.drifts.append((study, drift))
