"""Catalogue sheets → :class:`ModelFacts` and :class:`ProviderFacts`."""

from __future__ import annotations

from datetime import date

from ftgate.catalog import PRICE_LIFE, Sheet, Source, dates_expire
from ftgate.model import SEVERITIES, JobsClose, ModelFacts, Price, ProviderFacts, Term
from ftgate.prices.bundled import Bundled
from ftgate.prices.names import ModelName


def model_facts(catalogue: Bundled, name: ModelName) -> ModelFacts:
    """What is known of a resolved model; a model without a fine-tuning sheet is not tunable."""
    sheet = catalogue.sheet(name.provider)
    if sheet is not None and catalogue.priced_by_size_alone(name):
        return _sized_facts(catalogue, name, sheet)
    if sheet is None or name.model not in sheet.table("models"):
        return _base_facts(catalogue, name, sheet)
    dates = sheet.table("models", name.model, "dates")
    source = sheet.source("models", name.model, "dates")
    shutdown = sheet.day("models", name.model, "dates", "shutdown")
    tuned_shutdown = sheet.day("models", name.model, "dates", "tuned_shutdown")
    jobs_close = _jobs_close(sheet, name.model, shutdown)
    cache = _caching(catalogue, name, sheet)
    methods = tuple(sheet.table("models", name.model).get("methods", ()))
    servable, serving = _serving(sheet, name.model)
    return ModelFacts(
        name=name.model,
        provider=name.provider,
        tunable=bool(methods),
        jobs_close=jobs_close,
        shutdown=shutdown,
        tuned_shutdown=tuned_shutdown,
        replacement=str(dates.get("replacement", "")),
        cache_min_tokens=cache[0],
        cache_ttl_minutes=cache[1],
        dates_expire=dates_expire(source.verified, (jobs_close, shutdown, tuned_shutdown)),
        source=_cite(source),
        methods=methods,
        max_example_tokens=_example_tokens(sheet, name.model),
        closes=_closes(sheet, name.model, shutdown),
        servable=servable,
        serving=serving,
    )


def provider_facts(sheet: Sheet) -> ProviderFacts:
    """File limits and billing of one provider."""
    terms = sheet.table("billing")
    validation = sheet.table("billing", "validation_billed").get("value")
    auto = sheet.table("billing", "default_epochs").get("value") == "auto"
    over_long = sheet.table("limits", "over_long").get("value")
    byte_order_mark = sheet.table("limits", "byte_order_mark").get("value")
    return ProviderFacts(
        name=sheet.text("name"),
        title=sheet.text("title"),
        min_examples=_limit(sheet, "min_examples"),
        max_file_bytes=_limit(sheet, "max_file_bytes"),
        max_example_tokens=_limit(sheet, "max_example_tokens"),
        over_long=str(over_long or "unknown"),
        validation_billed=validation if isinstance(validation, bool) else None,
        availability=sheet.text("availability", "customers"),
        source=_cite(sheet.source("availability")),
        round_up_tokens=_round_up(sheet),
        byte_order_mark=byte_order_mark if isinstance(byte_order_mark, bool) else None,
        new_customers_closed=sheet.day("availability", "new_customers_closed"),
        kind=str(sheet.table().get("kind", "provider")),
        formats=tuple(sheet.table("formats").get("accepts", ())),
        named_formats=tuple(sheet.table("formats").get("named", ())),
        mixed=bool(sheet.table("formats").get("mixed", False)),
        terms={kind: _term(sheet, kind) for kind in sheet.table("rules")},
        min_records=_limit(sheet, "min_records"),
        max_records=_limit(sheet, "max_records"),
        billing_rule=sheet.text("billing", "rule", "value") if "rule" in terms else "",
        default_epochs="auto" if auto else _billed(sheet, "default_epochs"),
        step_tokens=_billed(sheet, "step_tokens"),
        minimum=_minimum(sheet) if "minimum_usd" in terms else None,
        max_tokens_times_epochs=_limit(sheet, "max_tokens_times_epochs"),
        default_example_tokens=_limit(sheet, "default_example_tokens"),
    )


def _base_facts(catalogue: Bundled, name: ModelName, sheet: Sheet | None) -> ModelFacts:
    prices = catalogue.snapshot
    record = ("models", catalogue.market(name.provider), name.model)
    source = prices.source(*record)
    shutdown = prices.day(*record, "shutdown")
    cache = _caching(catalogue, name, sheet)
    return ModelFacts(
        name=name.model,
        provider=name.provider,
        tunable=False,
        shutdown=shutdown,
        cache_min_tokens=cache[0],
        cache_ttl_minutes=cache[1],
        dates_expire=dates_expire(source.verified, (shutdown,)),
        source=_cite(source),
        note=""
        if sheet and "models" in sheet.table()
        else f"what {name.provider} fine-tunes is not in the catalogue",
    )


def _sized_facts(catalogue: Bundled, name: ModelName, sheet: Sheet) -> ModelFacts:
    """A model of which its provider publishes the price of its size, and no dates."""
    price = catalogue.price(name, "training_mtok")
    return ModelFacts(
        name=name.model,
        provider=name.provider,
        tunable=True,
        dates_expire=price.expires if price else None,
        source=_cite(sheet.source("availability")),
        note=f"{sheet.text('title')} names no models here: look whether it offers this one",
        methods=("supervised",),
    )


def _jobs_close(sheet: Sheet, model: str, shutdown: date | None) -> date | None:
    """The earliest day that any customer of this model is known to be refused.

    Who is asking is not stated, so the worst case holds; that a provider refuses all its new or
    idle customers is another question, and is asked. A base that is gone takes no jobs either.
    """
    return _earliest(
        sheet.day("availability", "jobs_close"),
        sheet.day("models", model, "dates", "jobs_close_new"),
        sheet.day("models", model, "dates", "jobs_close_existing"),
        shutdown,
    )


def _closes(sheet: Sheet, model: str, shutdown: date | None) -> JobsClose:
    """The day for each kind of customer.

    Earlier customers may train beyond their base where the provider says so (Azure: "no earlier
    than"). Where idle ones are not told apart, the worse of the other two days is theirs.
    """
    everybody = sheet.day("availability", "jobs_close")
    existing = sheet.day("models", model, "dates", "jobs_close_existing")
    new = _earliest(
        everybody,
        sheet.day("availability", "new_customers_closed"),
        sheet.day("models", model, "dates", "jobs_close_new"),
        shutdown,
    )
    active = _earliest(everybody, shutdown if existing is None else existing)
    idle = sheet.day("availability", "idle_customers_closed") or new
    return JobsClose(new, _earliest(idle, active), active, floor=existing is not None)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _serving(sheet: Sheet, model: str) -> tuple[bool | None, str]:
    """Whether a fine-tune of the model can be served where it is trained, and how to find out."""
    stated = sheet.table("models", model).get("servable")
    if isinstance(stated, bool) or not sheet.table("serving"):
        return stated is not False, ""
    return None, sheet.text("serving", "check")


def _caching(
    catalogue: Bundled, name: ModelName, sheet: Sheet | None
) -> tuple[int | None, int | None]:
    """Shortest cacheable prefix (tokens) and time to live (minutes); both None where unknown."""
    cached = name._replace(tuned=False)
    if sheet is None or catalogue.price(cached, "cached_input_mtok") is None:
        return None, None
    for index, entry in enumerate(sheet.table().get("caching", ())):
        rule = Sheet(f"{sheet.where}: caching[{index}]", entry)
        if name.model.startswith(tuple(rule.table().get("prefixes", ()))):
            return rule.number("min_tokens"), rule.number("ttl_minutes")
    return None, None


def _example_tokens(sheet: Sheet, model: str) -> int | None:
    if "max_example_tokens" not in sheet.table("models", model):
        return None
    return sheet.number("models", model, "max_example_tokens", "value")


def _limit(sheet: Sheet, name: str) -> int | None:
    if name not in sheet.table("limits"):
        return None
    return sheet.number("limits", name, "value")


def _term(sheet: Sheet, kind: str) -> Term:
    row = sheet.table("rules", kind)
    severity = row.get("severity")
    return Term(
        says=sheet.text("rules", kind, "says"),
        fix=str(row.get("fix", "")),
        severity=severity if severity in SEVERITIES else None,
        source=_cite(sheet.source("rules", kind)),
    )


def _round_up(sheet: Sheet) -> int:
    return _billed(sheet, "round_up_tokens") or 1


def _billed(sheet: Sheet, name: str) -> int | None:
    if name not in sheet.table("billing"):
        return None
    return sheet.number("billing", name, "value")


def _minimum(sheet: Sheet) -> Price:
    """The least charge of a job; its source says to what it does not apply."""
    source = sheet.source("billing", "minimum_usd")
    provider = sheet.text("name")
    return Price(
        ref=f"{provider}/minimum@{source.as_of}",
        model="",
        provider=provider,
        unit="job",
        usd=sheet.usd("billing", "minimum_usd", "usd"),
        source=f"{source.title}: {sheet.text('billing', 'minimum_usd', 'note')}",
        url=source.url,
        as_of=source.as_of,
        expires=source.verified + PRICE_LIFE,
        layer="bundled",
        confidence=source.confidence,
    )


def _cite(source: Source) -> str:
    return f"{source.title}, {source.as_of}: {source.url}"
