"""Units that a price may have: per million tokens, per hour, per month.

A tier is a unit with the length of the request from which it holds: providers with long-context
prices bill a whole request at the tier that its prompt reaches, so a tier is chosen per request,
never by the tokens of a month.
"""

from __future__ import annotations

INFERENCE_UNITS = (
    "input_mtok",
    "cached_input_mtok",
    "cache_write_mtok",
    "cache_write_1h_mtok",  # written to stay an hour
    "cache_write_12h_mtok",  # written to stay twelve hours
    "output_mtok",
    "batch_input_mtok",
    "batch_output_mtok",
    "decisions_input_mtok",  # classifying requests, billed by their input
    "decisions_output_mtok",
)
TRAINING_UNITS = ("training_mtok", "training_dpo_mtok", "training_hour")
STORAGE_UNITS = ("storage_month",)  # keeping one tuned model
PROVIDER_UNITS = ("hosting_hour",)  # one price for all models
UNITS = (*INFERENCE_UNITS, *TRAINING_UNITS, *STORAGE_UNITS, *PROVIDER_UNITS)

OVERRIDE_UNITS = (
    "input_mtok",
    "cached_input_mtok",
    "cache_write_mtok",
    "output_mtok",
    "batch_input_mtok",
    "batch_output_mtok",
    "training_mtok",
    "training_dpo_mtok",
    "training_hour",
    "storage_month",
    "hosting_hour",
)

_ABOVE = "_above_"


def tier_unit(unit: str, tokens: int) -> str:
    """``("input_mtok", 272_000)`` → ``input_mtok_above_272000``: longer requests pay this."""
    return f"{unit}{_ABOVE}{tokens}"


def split_tier(unit: str) -> tuple[str, int]:
    """The unit and the prompt tokens above which it holds; 0 for an ordinary unit."""
    plain, above, tokens = unit.partition(_ABOVE)
    return (plain, int(tokens)) if above and tokens.isdecimal() else (unit, 0)


def is_unit(unit: str) -> bool:
    """True for one of :data:`UNITS` and for a tier of an inference unit."""
    plain, tokens = split_tier(unit)
    return plain in (INFERENCE_UNITS if tokens else UNITS)
