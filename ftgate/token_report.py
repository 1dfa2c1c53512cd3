"""The tokens of a training set, as the report shows them."""

from __future__ import annotations

from collections.abc import Mapping

from ftgate.counting import LazyCounter
from ftgate.model import ProviderFacts
from ftgate.profile import ROLES, Profile
from ftgate.report import TokenReport

HISTOGRAM_BINS = 12


def token_report(train: Profile, counter: LazyCounter, provider: ProviderFacts) -> TokenReport:
    """Totals, quantiles and histogram of one epoch."""
    from ftgate.tokens.billing import exactness_of

    lengths: Mapping[int, int] = train.lengths
    mean = train.tokens / train.examples if train.examples else 0
    return TokenReport(
        encoding=exactness_of(counter.encoding, train.formats, tools=bool(train.tool_tokens)),
        engine=counter.engine,
        total=train.tokens,
        by_role={role: train.by_role[role] for role in ROLES},
        tools=train.tool_tokens,
        images=train.images,
        per_example={
            "min": min(lengths, default=0),
            "p5": train.quantile(0.05),
            "median": train.quantile(0.5),
            "mean": round(mean, 1),
            "p95": train.quantile(0.95),
            "max": max(lengths, default=0),
        },
        over_limit=train.over_limit,
        truncated_tokens=train.cut,
        limit=provider.max_example_tokens,
        histogram=_histogram(lengths),
        note=counter.note,
    )


def _histogram(lengths: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Examples in equal bins of tokens, each named by its upper bound."""
    if not lengths:
        return ()
    width = max(1, -(-max(lengths) // HISTOGRAM_BINS))
    bins = [0] * -(-max(max(lengths), 1) // width)
    for tokens, examples in lengths.items():
        bins[max(0, tokens - 1) // width] += examples
    return tuple(((index + 1) * width, count) for index, count in enumerate(bins))
