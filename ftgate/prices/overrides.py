"""The first layer of prices: what the user states in ``[[price]]`` of ``ftgate.toml``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from ftgate.config_values import check_number
from ftgate.errors import ConfigError, UsageError, did_you_mean
from ftgate.model import ModelFacts, Price
from ftgate.prices.amounts import MAX_DECIMALS, MAX_WHOLE_DIGITS, is_writable
from ftgate.prices.names import ModelName, parse_name, provider_prefix
from ftgate.prices.units import INFERENCE_UNITS, OVERRIDE_UNITS
from ftgate.settings import PriceSettings

_ALIKE = 0.85
"""Likeness of two names (difflib) from which one is a slip: ``opnai`` is openai, but ``bedrock``
is not aws-bedrock."""


class Overrides:
    """Prices of your own. The first entry that fits wins; one without provider fits all."""

    layer = "override"
    label = "[[price]]"

    def __init__(
        self,
        entries: Iterable[PriceSettings],
        today: date,
        resolve: Callable[[ModelName], ModelName | None],
        providers: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """``resolve`` maps an alias to the catalogue's name, so that both spellings are one model.

        Raises ConfigError for an amount that is none, for a price dated after ``today``, and for
        an entry that can have no effect: without a price, or of a provider whose name is almost
        one of ``providers``.
        """
        self._entries: list[tuple[ModelName, PriceSettings]] = []
        for entry in entries:
            _check(entry, today)
            if entry.provider:
                _check_provider(entry, entry.provider, providers())
            name = parse_name(entry.model, entry.provider)
            self._entries.append((resolve(name) or name, entry))

    def price(self, name: ModelName, unit: str) -> Price | None:
        """The stated price of a model, None when there is none."""
        if unit not in OVERRIDE_UNITS:
            return None
        for stated, entry in self._of(name):
            usd: Decimal | None = getattr(entry, unit)
            same_kind = stated.tuned == name.tuned or unit not in INFERENCE_UNITS
            if usd is not None and same_kind:
                return Price(
                    ref=f"{name}/{unit}@{entry.as_of}",
                    model=f"ft:{name.model}" if name.tuned else name.model,
                    provider=name.provider,
                    unit=unit,
                    usd=usd,
                    source=entry.source,
                    url="",
                    as_of=entry.as_of,
                    expires=None,
                    layer=self.layer,
                )
        return None

    def units(self, name: ModelName) -> tuple[str, ...]:
        """Units of the model that have a stated price."""
        return tuple(unit for unit in OVERRIDE_UNITS if self.price(name, unit) is not None)

    def facts(self, name: ModelName) -> ModelFacts | None:
        """A model that only the user knows: who states what training costs, says it is tunable."""
        if self.price(name, "training_mtok") is None:
            return None
        return ModelFacts(
            name=name.model,
            provider=name.provider,
            tunable=True,
            source="[[price]] in ftgate.toml",
            note="no dates are known",
        )

    def knows(self, name: ModelName) -> bool:
        """True when any price of the model, tuned or not, is stated."""
        return bool(self._of(name))

    def _of(self, name: ModelName) -> list[tuple[ModelName, PriceSettings]]:
        return [
            (stated, entry)
            for stated, entry in self._entries
            if stated.model.lower() == name.model.lower()
            and (
                stated.provider == name.provider
                or not (entry.provider or provider_prefix(entry.model))
            )
        ]


def parse_flag(text: str, today: date) -> PriceSettings:
    """``gpt-oss-20b,training_mtok=0.40,provider=together`` → a price of your own, read today.

    Raises ConfigError for an unknown key and for what is no amount, UsageError for a key that is
    there twice.
    """
    model, *pairs = (part.strip() for part in text.split(","))
    keys = [pair.partition("=")[0] for pair in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(f"--price {text}: {key} is there twice", hint="state one amount")
    stated = dict(pair.partition("=")[::2] for pair in pairs)
    unknown = sorted(set(stated) - {*OVERRIDE_UNITS, "provider", "source"})
    if not model or not stated.keys() & {*OVERRIDE_UNITS} or unknown:
        lacks = "names no price" if model else "names no model"
        what = f"{unknown[0]} is not known" if unknown else lacks
        hint = f"MODEL,UNIT=USD[,provider=NAME]; units: {', '.join(OVERRIDE_UNITS)}"
        if unknown:
            known = (*OVERRIDE_UNITS, "provider", "source")
            hint = f"{did_you_mean(unknown[0], known, '')} {hint}".lstrip()
        raise ConfigError(f"--price {text}: {what}", hint=hint)
    amounts = {unit: _amount(text, stated[unit]) for unit in OVERRIDE_UNITS if unit in stated}
    provider = stated.get("provider") or None
    source = stated.get("source") or "--price on the command line"
    return PriceSettings(model=model, source=source, as_of=today, provider=provider, **amounts)


def _amount(flag: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ConfigError(f"--price {flag}: {text!r} is not an amount") from None


def _check_provider(entry: PriceSettings, provider: str, known: Sequence[str]) -> None:
    """Anybody may be a provider, but not under a name that is mistaken for a known one."""
    if provider in known:
        return
    import difflib  # only prices of unknown providers pay for it

    near = difflib.get_close_matches(provider.lower(), known, n=1, cutoff=_ALIKE)
    if near:
        raise ConfigError(
            f"[[price]] {entry.model}: no provider {provider!r}", hint=f"did you mean {near[0]}?"
        )


def _check(entry: PriceSettings, today: date) -> None:
    stated = [(unit, getattr(entry, unit)) for unit in OVERRIDE_UNITS]
    if all(usd is None for _, usd in stated):
        raise ConfigError(
            f"[[price]] {entry.model}: there is no price in it",
            hint=f'add one, as {OVERRIDE_UNITS[0]} = "<USD>"; units: {", ".join(OVERRIDE_UNITS)}',
        )
    for unit, usd in stated:
        if usd is not None:
            _check_amount(f"[[price]] {entry.model}: {unit}", usd)
    if not entry.source.strip():
        raise ConfigError(
            f"[[price]] {entry.model}: source is empty", hint="say where the price was read"
        )
    if entry.as_of > today:
        raise ConfigError(
            f"[[price]] {entry.model}: as_of = {entry.as_of} is after today ({today})",
            hint="as_of is the day on which the price was read",
        )


def _check_amount(what: str, usd: Decimal) -> None:
    check_number(what, usd)
    if not is_writable(usd):
        raise ConfigError(
            f"{what}: more than {MAX_WHOLE_DIGITS} digits before or {MAX_DECIMALS} behind the point"
        )
