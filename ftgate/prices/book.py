"""Prices and facts of models, each with its source, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from ftgate import catalog
from ftgate.model import Missing, ModelFacts, Price, ProviderFacts
from ftgate.prices.bundled import Bundled
from ftgate.prices.facts import model_facts, provider_facts
from ftgate.prices.names import ModelName, parse_name
from ftgate.prices.overrides import Overrides
from ftgate.prices.units import INFERENCE_UNITS, UNITS
from ftgate.settings import PriceSettings


class PriceBook:
    """Looks a price up layer by layer; the first layer that knows it answers."""

    def __init__(self, catalogue: Bundled, overrides: Overrides) -> None:
        self._catalogue = catalogue
        self._overrides = overrides
        self._layers = (overrides, catalogue)

    @classmethod
    def load(
        cls,
        *,
        overrides: Sequence[PriceSettings] = (),
        today: date,
        folder: Path = catalog.FOLDER,
    ) -> PriceBook:
        """The bundled catalogue under the user's own prices.

        A file is read when a question needs it. Raises ConfigError for an own price that is
        negative or dated after ``today``; every method raises CatalogError when a file is damaged.
        """
        catalogue = Bundled(folder)
        return cls(catalogue, Overrides(overrides, today, catalogue.resolve))

    def lookup(self, model: str, unit: str, provider: str | None = None) -> Price | Missing:
        """Price of one unit of one model: USD per million tokens, per hour.

        ``ft:<base>`` asks for the inference price of a fine-tune. An expired price is returned
        with its expiry: what that means is for the rules to say. Raises ValueError for a unit
        that is not one of :data:`ftgate.prices.units.UNITS`.
        """
        if unit not in UNITS:
            raise ValueError(f"unknown unit {unit!r}; known: {', '.join(UNITS)}")
        name, known = self._resolve(model, provider)
        if unit not in INFERENCE_UNITS:
            name = name._replace(tuned=False)
        if not known:
            return self._unknown(name, f"{name}/{unit}")
        candidates = [name]
        if name.tuned and self._catalogue.tuned_at_base_rate(name.provider):
            candidates.append(name._replace(tuned=False))
        for candidate in candidates:
            for layer in self._layers:
                price = layer.price(candidate, unit)
                if price is not None:
                    return price
        return Missing(f"{candidates[-1]}/{unit}", "not in the catalogue")

    def model(self, name: str, provider: str | None = None) -> ModelFacts | Missing:
        """Facts of a model under its dated snapshot: an alias has no dates of its own."""
        parsed = parse_name(name, provider)
        resolved = self._catalogue.resolve(parsed)
        if resolved is not None:
            return model_facts(self._catalogue, resolved)
        return self._overrides.facts(parsed) or self._unknown(parsed, str(parsed))

    def provider(self, name: str) -> ProviderFacts | Missing:
        """File limits and billing of a provider that the catalogue describes."""
        sheet = self._catalogue.sheet(name)
        if sheet is not None:
            return provider_facts(sheet)
        reason = f"the catalogue does not describe fine-tuning at {name}"
        return Missing(name, reason, _nearest(name, self._catalogue.provider_names))

    def current(self, day: date, provider: str | None = None) -> tuple[ModelFacts, ...]:
        """Chat models that are still served on ``day``, of one provider or of all.

        They are the candidates for "a cheaper current model with the same prompt": each has an
        input and an output price. Ask for the end of the horizon, and none stops before it.
        """
        return tuple(
            facts
            for name in ((provider,) if provider else self._catalogue.providers())
            for facts in self._models_of(name)
            if (facts.shutdown is None or facts.shutdown > day)
            and all(
                isinstance(self.lookup(facts.name, unit, name), Price)
                for unit in ("input_mtok", "output_mtok")
            )
        )

    def _models_of(self, provider: str) -> Iterator[ModelFacts]:
        for model in self._catalogue.models(provider):
            yield model_facts(self._catalogue, ModelName(provider, model))

    def _resolve(self, model: str, provider: str | None) -> tuple[ModelName, bool]:
        """The name in the catalogue, or as given, and whether anybody knows the model."""
        parsed = parse_name(model, provider)
        resolved = self._catalogue.resolve(parsed)
        if resolved is not None:
            return resolved, True
        return parsed, self._overrides.knows(parsed)

    def _unknown(self, name: ModelName, what: str) -> Missing:
        if name.provider not in (providers := self._catalogue.providers()):
            reason = f"the catalogue has no provider {name.provider}"
            return Missing(what, reason, _nearest(name.provider, providers))
        nearest = _nearest(name.model, self._catalogue.spellings(name.provider))
        return Missing(what, f"{name.provider} has no model of this name in the catalogue", nearest)


def _nearest(name: str, known: Sequence[str] | dict[str, str]) -> tuple[str, ...]:
    """Names that continue this one (``gpt-6`` → ``gpt-6-luna``), then names spelled alike."""
    import difflib  # only mistakes pay for it

    longer = sorted(each for each in known if each.startswith(f"{name.lower()}-"))
    alike = difflib.get_close_matches(name.lower(), known, n=3)
    return tuple(dict.fromkeys([*longer, *alike]))[:3]
