"""How many epochs a job will train when nobody says so."""

from __future__ import annotations

from typing import Literal

from ftgate.model import Epochs, ProviderFacts

EPOCH_EXAMPLES = 100
DEFAULT_EPOCHS = 3
MAX_DEFAULT_EPOCHS = 25
"""OpenAI cookbook, ``MIN_TARGET_EXAMPLES``, ``TARGET_EPOCHS`` and ``MAX_DEFAULT_EPOCHS``."""


def expected_epochs(
    stated: int | Literal["auto"], examples: int, provider: ProviderFacts
) -> Epochs:
    """The epochs of a job: as stated, else what the provider trains when nothing is stated.

    Where its default is not known one epoch is assumed, and ``known`` is False.
    """
    if stated != "auto":
        return Epochs(stated, stated, "as configured")
    default = provider.default_epochs
    if default == "auto":
        return epochs_auto(examples)
    if default is not None:
        return Epochs(default, default, f"by default: {provider.title} trains {default}")
    return Epochs(1, 1, f"assumed: the default of {provider.title} is not known", known=False)


def epochs_auto(examples: int) -> Epochs:
    """Return the fewest and the most epochs to expect when ``n_epochs`` is ``auto``, and the rule.

    The most is the rule of OpenAI's cookbook, which every ``auto`` job seen agrees with (OpenAI:
    10 examples: 10 epochs, 20: 5, 25: 4, 103: 3; Azure: 10: 10, 20: 5, 40: 3). The cookbook lowers
    it above 8,333 examples; no job confirms that, so it is not counted on. The fewest is 1: the
    server's choice is no contract.
    """
    high = min(max(DEFAULT_EPOCHS, EPOCH_EXAMPLES // max(examples, 1)), MAX_DEFAULT_EPOCHS)
    rule = f"{EPOCH_EXAMPLES} // {examples} examples" if high > DEFAULT_EPOCHS else "the default"
    return Epochs(
        1, high, f"auto: the provider decides; {high} by OpenAI's cookbook ({rule}), at least 1"
    )
