"""FT701-FT703: is the price known and fresh, and is the job within budget?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ftgate.economics.amounts import usd_text
from ftgate.model import Comparison, Finding, Missing, ModelFacts, Price, Training
from ftgate.prices.units import OVERRIDE_UNITS, PROVIDER_UNITS, TRAINING_UNITS, UNITS
from ftgate.rules.registry import rule
from ftgate.settings import PolicySettings
from ftgate.settings_units import parse_amount, parse_days

_SHOWN = 3


@rule("FT701", severity="error", since="0.1")
def unknown_price(
    training: Training, base: ModelFacts | Missing, comparison: Comparison
) -> Iterator[Finding]:
    """A price that the verdict needs is not known.

    ## Why is this bad?
    A missing price counted as zero makes every fine-tune look free. Without the price there is
    no verdict, in either direction.

    ## What to do instead
    Check the spelling of the model and of the provider. If you know what you pay, state it in
    ftgate.toml, with where and when you read it:

        [[price]]
        model = "gpt-oss-20b"
        training_mtok = "0.40"
        source = "enterprise agreement, page 3"
        as_of = 2026-11-22

    ## Source
    The catalogue of this release (`ftgate/catalog`, described in its README): a number is in it
    only with a source, a date and a confidence.
    """
    needed = [training.missing] if training.missing else []
    needed += [entry for entry in comparison.undecided if entry not in needed]
    by_model: dict[str, list[Missing]] = {}
    for entry in needed:
        name, _, unit = entry.what.rpartition("/")
        if unit in UNITS and not _is_tune_of(base, name, unit):
            by_model.setdefault(name, []).append(entry)
        elif " price of " in entry.what:
            yield Finding(
                f"no {entry.what}: {entry.reason}{nearest(entry)}",
                undecided=True,
                next_step="judge the files alone: --select FT0,FT1,FT2,FT3,FT4",
            )
    for name, entries in by_model.items():
        provider, _, model = name.partition("/")
        units = [entry.what.rpartition("/")[2] for entry in entries]
        yield Finding(
            f"no {' and '.join(units)} price of {model} at {provider}:"
            f" {entries[0].reason}{nearest(entries[0])}",
            undecided=True,
            next_step=how_to_state(model, provider, units),
        )


@rule("FT702", severity="warning", since="0.1")
def stale_price(
    prices: tuple[Price, ...], policy: PolicySettings, today: date
) -> Iterator[Finding]:
    """A price that the verdict needs has expired.

    ## Why is this bad?
    Model prices fall by half within months and tuned models lose their bases within weeks. A
    break-even from an old price is precise and wrong.

    ## What to do instead
    Fetch today's: `ftgate prices update`, then `--prices cached`; or upgrade ftgate, whose
    bundled prices were checked on the day of its release. Both expire after 45 days, and so do
    those of a lock (`ftgate prices lock` writes it again). Prices of your own (`[[price]]`) are
    stale when their `as_of` is older than `policy.max_price_age`: read them again, and set the
    new date.

    ## Source
    OpenAI cut gpt-5.6-luna by 80% on 2026-07-30 and gpt-5.6-sol by a fifth on 2026-08-21;
    LiteLLM's price file of 2026-11-12.
    """
    future = sorted(price.ref for price in dict.fromkeys(prices) if price.as_of > today)
    if future:
        yield Finding(
            f"{len(future)} of the prices were not known on {today}: {', '.join(future[:_SHOWN])}",
            count=len(future),
            undecided=True,
            next_step="judge for a later day (--as-of)",
        )
    max_age = timedelta(days=int(parse_days(policy.max_price_age)))
    ends = {price: price.expires or price.as_of + max_age for price in dict.fromkeys(prices)}
    stale = sorted((end, price.ref) for price, end in ends.items() if end < today)
    if stale:
        shown = ", ".join(f"{ref} (until {end})" for end, ref in stale[:_SHOWN])
        more = f" and {len(stale) - _SHOWN} more" if len(stale) > _SHOWN else ""
        verb = "price has" if len(stale) == 1 else "prices have"
        yield Finding(
            f"{len(stale)} {verb} expired: {shown}{more}",
            count=len(stale),
            undecided=True,
            next_step="ftgate prices update, then --prices cached; or read your own price again and"
            " date it",
        )


@rule("FT703", severity="error", since="0.1")
def over_budget(training: Training, policy: PolicySettings) -> Iterator[Finding]:
    """The training job may cost more than the policy allows.

    ## Why is this bad?
    The provider bills the whole file times the epochs, whatever the outcome. With `auto` epochs
    it chooses how often; the budget has to survive its dearest choice.

    ## What to do instead
    Set `model.epochs` to a number, train on fewer or shorter examples, choose a smaller base, or
    raise `policy.max_training_cost` in a reviewed change.

    ## Source
    OpenAI bills epochs x tokens of the file; checked against thirteen published jobs.
    """
    if policy.max_training_cost is None or training.usd_high is None:
        return
    limit = parse_amount(policy.max_training_cost)
    if training.usd_high > limit:
        epochs = f"{training.epochs_high} epoch{'' if training.epochs_high == 1 else 's'}"
        yield Finding(
            f"training costs up to {usd_text(training.usd_high)} (limit {usd_text(limit)}):"
            f" {epochs}, {training.billable_high:,} billable tokens",
            decision="hold",
            next_step="set fewer model.epochs, a smaller base, or raise policy.max_training_cost",
        )


def _is_tune_of(base: ModelFacts | Missing, name: str, unit: str) -> bool:
    """True for the price of a fine-tune that cannot exist: FT704 says all there is to say."""
    if isinstance(base, Missing) or base.tunable or base.note:
        return False
    plain = f"{base.provider}/{base.name}"
    return name == f"{base.provider}/ft:{base.name}" or (
        name == plain and unit in (*TRAINING_UNITS, *PROVIDER_UNITS)
    )


def nearest(missing: Missing) -> str:
    """Names worth trying, in parentheses."""
    return f" (nearest: {', '.join(missing.nearest)})" if missing.nearest else ""


def how_to_state(model: str, provider: str, units: Sequence[str]) -> str:
    """The ``[[price]]`` to add for the units that can be stated."""
    lines = dict.fromkeys(unit for unit in units if unit in OVERRIDE_UNITS)
    if "input_mtok" in lines:
        lines["output_mtok"] = None  # nobody pays for one without the other
    if not lines:
        return f"choose a model or provider whose {' and '.join(units)} is known"
    prices = ", ".join(f'{unit} = "<USD>"' for unit in lines)
    return (
        f'add to ftgate.toml: [[price]] with model = "{model}", provider = "{provider}",'
        f' {prices}, source = "<where>", as_of = <date>'
    )
