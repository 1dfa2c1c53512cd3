"""What the user named → the files to fix, and whose rules decide what unsafe fixes drop."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ftgate import judging, pricing
from ftgate.cache import Cache
from ftgate.counting import LazyCounter
from ftgate.errors import FixError
from ftgate.files import expand
from ftgate.fixing.dropping import Unsafe
from ftgate.judge import Judge
from ftgate.model import Encoding, Example, ProviderFacts
from ftgate.remote.names import is_url, shown
from ftgate.rules.registry import Rule
from ftgate.sources import File, Job
from ftgate.targets import open_target

if TYPE_CHECKING:
    from ftgate.settings import Settings


class Authority(NamedTuple):
    """Who judges the files of a dataset: the provider, the encoding, and the chosen rules."""

    provider: ProviderFacts
    encoding: Encoding
    judge: Judge
    rules: dict[str, Rule]

    def severe(self, kind: str) -> bool:
        """Whether a problem of this kind is an error among the chosen rules."""
        rule = self.rules.get(kind)
        term = self.provider.terms.get(kind)
        severity = (term.severity if term else None) or (rule.severity if rule else None)
        return rule is not None and severity == "error"

    def unsafe(self, size_bytes: int, cache: Cache) -> Unsafe:
        """What unsafe fixes drop from files that have this size together."""
        limit = self.provider.max_example_tokens
        if limit is None:
            return Unsafe(self.judge, self.severe)
        counter = LazyCounter(self.encoding, size_bytes, cache)
        return Unsafe(self.judge, self.severe, _longer_than(limit, counter))


def authority(
    settings: Settings,
    today: date,
    *,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
) -> Authority:
    """The provider that these settings name, with the rules that would judge its files."""
    facts = pricing.look_up(settings, today)
    chosen = judging.scope_of(settings, select, ignore).rules
    target = open_target(facts.provider.name)
    csv = target is not None and target.csv
    judge = Judge(target.problems if target else None, facts.provider.formats, csv=csv)
    by_name = {rule.name: rule for rule in chosen.values()}
    return Authority(facts.provider, facts.encoding, judge, by_name)


def data_files(jobs: Sequence[Job], paths: Sequence[str]) -> list[tuple[Job, File]]:
    """Data files of the jobs, each once; when paths are named, only those that they stand for.

    A dataset is judged as a whole, but only what was named is written to. Files elsewhere are
    judged only; FixError when one is named.
    """
    for url in filter(is_url, paths):
        hint = "download it, fix it there and upload it again"
        raise FixError(f"{shown(url)}: is not on this machine", hint=hint)
    named = {os.path.realpath(path) for path in expand(paths)} if paths else None
    found: dict[str, tuple[Job, File]] = {}
    for job in jobs:
        for file in job.dataset.files:
            real = os.path.realpath(file.path)
            if is_url(file.path):
                continue
            if file.role != "prompt" and (named is None or real in named):
                found.setdefault(real, (job, file))
    return list(found.values())


def _longer_than(limit: int, counter: LazyCounter) -> Callable[[Example], bool]:
    """Whether an example has more tokens; of a preference pair, whether the half of it has."""
    measure = counter.measure()

    def too_long(example: Example) -> bool:
        total = measure(example)[0]
        return (total if example.prompt is None else total // 2) > limit

    return too_long
