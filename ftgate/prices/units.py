"""Units that a price may have: per million tokens, per hour."""

from __future__ import annotations

INFERENCE_UNITS = (
    "input_mtok",
    "cached_input_mtok",
    "cache_write_mtok",
    "output_mtok",
    "batch_input_mtok",
    "batch_output_mtok",
)
TRAINING_UNITS = ("training_mtok", "training_hour")
PROVIDER_UNITS = ("hosting_hour",)  # one price for all models
UNITS = (*INFERENCE_UNITS, *TRAINING_UNITS, *PROVIDER_UNITS)

OVERRIDE_UNITS = ("input_mtok", "cached_input_mtok", "output_mtok", "training_mtok", "hosting_hour")
