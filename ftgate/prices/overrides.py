"""The first layer of prices: what the user states in ``[[price]]`` of ``ftgate.toml``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from ftgate.config_values import check_number
from ftgate.errors import ConfigError
from ftgate.model import ModelFacts, Price
from ftgate.prices.names import ModelName, parse_name, provider_prefix
from ftgate.prices.units import INFERENCE_UNITS, OVERRIDE_UNITS
from ftgate.settings import PriceSettings


class Overrides:
    """Prices of your own. The first entry that fits wins; one without provider fits all."""

    layer = "override"

    def __init__(
        self,
        entries: Iterable[PriceSettings],
        today: date,
        resolve: Callable[[ModelName], ModelName | None],
    ) -> None:
        """``resolve`` maps an alias to the catalogue's name, so that both spellings are one model.

        Raises ConfigError for an amount below zero and for a price dated after ``today``.
        """
        self._entries: list[tuple[ModelName, PriceSettings]] = []
        for entry in entries:
            _check(entry, today)
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


def _check(entry: PriceSettings, today: date) -> None:
    for unit in OVERRIDE_UNITS:
        usd: Decimal | None = getattr(entry, unit)
        if usd is not None:
            check_number(f"[[price]] {entry.model}: {unit}", usd)
    if not entry.source.strip():
        raise ConfigError(
            f"[[price]] {entry.model}: source is empty", hint="say where the price was read"
        )
    if entry.as_of > today:
        raise ConfigError(
            f"[[price]] {entry.model}: as_of = {entry.as_of} is after today ({today})",
            hint="as_of is the day on which the price was read",
        )
