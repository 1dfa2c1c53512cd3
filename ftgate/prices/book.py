"""Prices and facts of models, each with its source, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ftgate import catalog
from ftgate.model import Missing, ModelFacts, Price, ProviderFacts
from ftgate.prices.amounts import differ
from ftgate.prices.bundled import Bundled
from ftgate.prices.facts import model_facts, provider_facts
from ftgate.prices.lifecycle import Dated, with_feeds
from ftgate.prices.names import ModelName, parse_name
from ftgate.prices.overrides import Overrides
from ftgate.prices.places import LOCK_NAME
from ftgate.prices.units import INFERENCE_UNITS, UNITS, is_unit, split_tier
from ftgate.settings import PriceSettings

if TYPE_CHECKING:
    from ftgate.prices.live import Dispute, Fill, Live
    from ftgate.prices.lock import Lock
    from ftgate.prices.update import Mode


class PriceBook:
    """Looks a price up layer by layer; the first layer that knows it answers.

    Your own prices, then the repository's lock, then stored live prices (unless offline), then
    the catalogue of this installation, then what only a feed says that checks the others.
    """

    def __init__(
        self,
        catalogue: Bundled,
        overrides: Overrides,
        lock: Lock | None = None,
        live: Live | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._overrides = overrides
        self._lock = lock
        self._live = live
        layers: tuple[Overrides | Lock | Live | Bundled | Fill | None, ...]
        layers = (overrides, lock, live, catalogue, _fill(live))
        self._layers = tuple(layer for layer in layers if layer is not None)

    @classmethod
    def load(
        cls,
        *,
        overrides: Sequence[PriceSettings] = (),
        today: date,
        folder: Path = catalog.FOLDER,
        mode: Mode = "offline",
        lock: Path | None = None,
        live: Path | None = None,
    ) -> PriceBook:
        """The layers of a mode; ``offline`` leaves stored live prices out.

        ``lock`` is a lock file (:func:`ftgate.prices.places.find_lock`), ``live`` another place for
        stored live prices than the user's cache. Nothing is fetched here: see
        :func:`ftgate.prices.update.refresh`. A file is read when a question needs it. Raises
        ConfigError for an own price that cannot be meant; every method raises CatalogError when
        a file is damaged.
        """
        catalogue = Bundled(folder)
        own = Overrides(overrides, today, catalogue.resolve, catalogue.providers)
        return cls(catalogue, own, _lock(lock), _live(mode, live, today))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of stored live prices: none, old or damaged."""
        return self._live.notes if self._live else ()

    def lookup(
        self, model: str, unit: str, provider: str | None = None, *, request_tokens: int = 0
    ) -> Price | Missing:
        """Price of one unit of one model: USD per million tokens, per hour or per month.

        ``ft:<base>`` asks for the inference price of a fine-tune. ``request_tokens`` is the
        prompt of one request: where long prompts cost more, the whole request is billed by its
        tier. An expired price is returned with its expiry: what that means is for the rules to
        say. Raises ValueError for a unit that is not one of :data:`ftgate.prices.units.UNITS`.
        """
        if not is_unit(unit):
            raise ValueError(f"unknown unit {unit!r}; known: {', '.join(UNITS)}")
        name, known = self._resolve(model, provider)
        if split_tier(unit)[0] not in INFERENCE_UNITS:
            name = name._replace(tuned=False)
        if not known:
            return self._unknown(name, f"{name}/{unit}")
        candidates = self._candidates(name)
        for candidate in candidates:
            for layer in self._layers:
                price = layer.price(candidate, _tier(layer.units, candidate, unit, request_tokens))
                if price is not None:
                    return price
        return Missing(f"{candidates[-1]}/{unit}", f"not in {self._asked()}")

    def units(self, model: str, provider: str | None = None) -> tuple[str, ...]:
        """Units, tiers included, of which any layer has a price."""
        name, known = self._resolve(model, provider)
        found = {unit for layer in self._layers for unit in layer.units(name)} if known else set()
        return tuple(sorted(found, key=_unit_order))

    def prices(self, provider: str | None = None, *, fed: bool = False) -> Iterator[Price]:
        """Every price of the catalogue's models, and with ``fed`` of those in the live feeds."""
        providers = set(self._catalogue.providers())
        if fed and self._live is not None:
            providers.update(self._live.providers())
        for name in sorted(providers) if provider is None else (provider,):
            models = dict.fromkeys(self._catalogue.models(name))
            if fed and self._live is not None:
                models |= dict.fromkeys(self._live.models(name))
            for model in models:
                yield from self._prices_of(model, name)

    def _prices_of(self, model: str, provider: str) -> Iterator[Price]:
        for spelled in (model, f"ft:{model}"):
            for unit in self.units(spelled, provider):
                price = self.lookup(spelled, unit, provider)
                if isinstance(price, Price) and price.model == spelled:
                    yield price

    def dispute(self, price: Price) -> Dispute | None:
        """Who differs by more than 1 % on a price: feeds, or a feed and what was reviewed.

        The lock is what was reviewed where it answers, else the catalogue. None when they agree,
        and for a price of your own, which settles it.
        """
        if self._live is None or price.layer == Overrides.layer:
            return None
        from ftgate.prices.live import Dispute

        name = _named(price)
        found = self._live.dispute(price.provider, price.model, price.unit)
        live = self._live.stored(name, price.unit)
        said = found.said if found else ((live[1], live[0].usd),) if live else ()
        locked = price.layer == "lock"
        reviewed = price if locked else self._catalogue.price(name, price.unit)
        label = LOCK_NAME if locked else self._catalogue.label
        if reviewed and live and differ(reviewed.usd, live[0].usd):
            said = (*said, (label, reviewed.usd))
        key = f"{price.provider}/{price.model}/{price.unit}"
        return Dispute(key, said) if len(said) > 1 else None

    def idle_lock_lines(self) -> tuple[str, ...]:
        """Lines of the lock that no lookup can reach: their model goes by another name."""
        if self._lock is None:
            return ()
        return tuple(filter(None, map(self._idle, self._lock.names())))

    def _idle(self, name: ModelName) -> str:
        if name.provider not in self._catalogue.providers():
            return f"{name}: no provider {name.provider}"
        resolved = self._catalogue.resolve(name)
        if resolved is None or resolved.model.lower() == name.model.lower():
            return ""
        return f"{name}: prices are looked up as {resolved}"

    def bundled(self, price: Price) -> Price | None:
        """The catalogue's price for the same, None when it has none."""
        return self._catalogue.price(_named(price), price.unit)

    def locked(self) -> tuple[Price, ...]:
        """Every price of the lock. Raises CatalogError for the first that is damaged."""
        return self._lock.prices() if self._lock else ()

    def model(self, name: str, provider: str | None = None) -> ModelFacts | Missing:
        """Facts of a model under its dated snapshot: an alias has no dates of its own."""
        parsed = parse_name(name, provider)
        resolved = self._catalogue.resolve(parsed)
        if resolved is not None:
            return self._facts(resolved)
        return self._overrides.facts(parsed) or self._fed(parsed) or self._unknown(parsed)

    def trainers(self, model: str) -> Iterator[ModelFacts]:
        """The model, whatever its maker's prefix, at each provider that fine-tunes it.

        By the days of the catalogue: what a feed says alone takes no alternative away.
        """
        plain = parse_name(model).model.rpartition("/")[2]
        for provider in self._catalogue.provider_names:
            found = self._catalogue.listed(ModelName(provider, plain))
            facts = model_facts(self._catalogue, found) if found else None
            if facts is not None and facts.tunable:
                yield facts

    def tuning(self, providers: Sequence[str] = ()) -> Iterator[ModelFacts]:
        """What is tuned at each provider whose hosting has a price, or that is named.

        Others have no full bill. Which these are is asked of the text of a sheet: reading all of
        them takes a hook as long as its own work.
        """
        for provider in self._catalogue.provider_names:
            if provider in providers or self._catalogue.mentions(provider, "hosting_hour"):
                for model in self.tunable(provider):
                    facts = model_facts(self._catalogue, ModelName(provider, model))
                    if facts.tunable:
                        yield facts

    def _facts(self, name: ModelName) -> ModelFacts:
        """Facts of the catalogue, with the days on which the live feeds say that it ends."""
        facts = model_facts(self._catalogue, name)
        if self._live is None:
            return facts
        sold = name._replace(provider=self._catalogue.market(name.provider), tuned=False)
        dates = (self._live.shutdown(each) for each in (sold, sold._replace(tuned=True)))
        base, tuned = (Dated(*found) if found else None for found in dates)
        return with_feeds(facts, base, tuned, self._live.today)

    def training_unit(self, model: str, method: str, provider: str) -> str:
        """The unit in which a job is priced: preference pairs cost another rate at some providers.

        Where a provider prices them apart, its rate for supervised training is no answer.
        """
        unit = "training_dpo_mtok"
        if method == "dpo" and (
            self._catalogue.prices_apart(provider, unit)
            or isinstance(self.lookup(model, unit, provider), Price)
        ):
            return unit
        return "training_mtok"

    def _fed(self, name: ModelName) -> ModelFacts | None:
        """A model of which only the feeds know: its prices, but not whether it can be tuned."""
        found = self._live.resolve(name) if self._live else None
        if found is None or self._live is None:
            return None
        dated = self._live.shutdown(found._replace(tuned=False))
        return ModelFacts(
            name=found.model,
            provider=found.provider,
            tunable=False,
            shutdown=dated[0] if dated else None,
            source=dated[1] if dated else "live price feeds",
            note="it is in the live price feeds only, and they do not say",
        )

    def provider(self, name: str) -> ProviderFacts | Missing:
        """File limits and billing of a provider that the catalogue describes."""
        sheet = self._catalogue.sheet(name)
        if sheet is not None:
            return provider_facts(sheet)
        reason = f"the catalogue does not describe fine-tuning at {name}"
        return Missing(name, reason, _nearest(name, self._catalogue.provider_names))

    def providers(self) -> tuple[str, ...]:
        """Everybody who has a sheet or a price."""
        return self._catalogue.providers()

    def tunable(self, provider: str) -> tuple[str, ...]:
        """Models that the provider's sheet says can be fine-tuned, in the sheet's order."""
        sheet = self._catalogue.sheet(provider)
        return tuple(sheet.table("models")) if sheet else ()

    def current(self, day: date, provider: str | None = None) -> tuple[ModelFacts, ...]:
        """Chat models that are still served on ``day``, of one provider or of all.

        They are the candidates for "a cheaper current model with the same prompt": each has an
        input and an output price. Ask for the end of the horizon, and none stops before it.
        The days are the catalogue's: a feed that is wrong about one model would silently decide
        for another. Of a model that is asked for by name (:meth:`model`) the feeds are heard.
        """
        known = (
            model_facts(self._catalogue, ModelName(each, model))
            for each in ((provider,) if provider else self._catalogue.providers())
            for model in self._catalogue.models(each)
        )
        return tuple(
            facts
            for facts in known
            if (facts.shutdown is None or facts.shutdown > day)
            and all(
                isinstance(self.lookup(facts.name, unit, facts.provider), Price)
                for unit in ("input_mtok", "output_mtok")
            )
        )

    def models(self, provider: str | None = None) -> Iterator[ModelFacts]:
        """Every model of the catalogue, of one provider or of all."""
        for name in (provider,) if provider else self._catalogue.providers():
            yield from self._models_of(name)

    def _models_of(self, provider: str) -> Iterator[ModelFacts]:
        for model in self._catalogue.models(provider):
            yield self._facts(ModelName(provider, model))

    def _resolve(self, model: str, provider: str | None) -> tuple[ModelName, bool]:
        """The name in the catalogue, or as given, and whether anybody knows the model."""
        parsed = parse_name(model, provider)
        resolved = self._catalogue.resolve(parsed)
        if resolved is None and self._live is not None:
            resolved = self._live.resolve(parsed)
        if resolved is not None:
            return resolved, True
        locked = self._lock is not None and self._lock.knows(parsed)
        return parsed, locked or self._overrides.knows(parsed)

    def _candidates(self, name: ModelName) -> tuple[ModelName, ...]:
        """The name, and its base where a provider bills fine-tunes like their bases."""
        if name.tuned and self._catalogue.tuned_at_base_rate(name.provider):
            return name, name._replace(tuned=False)
        return (name,)

    def _asked(self) -> str:
        """The layers that had no answer; your own prices are named only beside others."""
        layers = (self._lock, self._live, self._catalogue)
        *others, last = (layer.label for layer in layers if layer is not None)
        return f"{', '.join(others)} or {last}" if others else last

    def _unknown(self, name: ModelName, what: str = "") -> Missing:
        what = what or str(name)
        if name.provider not in (providers := self._catalogue.providers()):
            reason = f"the catalogue has no provider {name.provider}"
            return Missing(what, reason, _nearest(name.provider, providers))
        nearest = _nearest(name.model, self._catalogue.spellings(name.provider))
        return Missing(what, f"{name.provider} has no model of this name in the catalogue", nearest)


def _lock(path: Path | None) -> Lock | None:
    if path is None:
        return None
    from ftgate.prices.lock import Lock

    return Lock(path)


def _named(price: Price) -> ModelName:
    plain = price.model.removeprefix("ft:")
    return ModelName(price.provider, plain, plain != price.model)


def _fill(live: Live | None) -> Fill | None:
    if live is None:
        return None
    from ftgate.prices.live import Fill

    return Fill(live)


def _live(mode: Mode, path: Path | None, today: date) -> Live | None:
    if mode == "offline":
        return None
    from ftgate.prices.live import Live
    from ftgate.prices.places import live_path

    return Live(path or live_path(), today)


def _tier(
    units_of: Callable[[ModelName], Sequence[str]], name: ModelName, unit: str, tokens: int
) -> str:
    """The unit, or its highest tier that a request of so many prompt tokens exceeds."""
    if not tokens:
        return unit
    tiers = ((split_tier(each), each) for each in units_of(name))
    reached = [(above, each) for (plain, above), each in tiers if plain == unit and above < tokens]
    return max(reached, default=(0, unit))[1]


def _unit_order(unit: str) -> tuple[int, int]:
    plain, above = split_tier(unit)
    return UNITS.index(plain), above


def _nearest(name: str, known: Sequence[str] | dict[str, str]) -> tuple[str, ...]:
    """Names that continue this one (``gpt-6`` → ``gpt-6-luna``), then names spelled alike."""
    import difflib  # only mistakes pay for it

    longer = sorted(each for each in known if each.startswith(f"{name.lower()}-"))
    alike = difflib.get_close_matches(name.lower(), known, n=3)
    return tuple(dict.fromkeys([*longer, *alike]))[:3]
