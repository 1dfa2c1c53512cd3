"""FT707 against prices on which two feeds differ."""

from __future__ import annotations

from decimal import Decimal

from ftgate.prices.live import Dispute
from ftgate.rules.disputes import disputed_price

LARGE = Dispute(
    "mistral/mistral-large-4/input_mtok",
    (("litellm", Decimal("1.36")), ("genai-prices", Decimal("0.70"))),
)


def test_feeds_that_agree_are_no_finding() -> None:
    assert list(disputed_price(())) == []


def test_both_values_are_said_once_with_the_line_to_add() -> None:
    (found,) = disputed_price((LARGE, LARGE))
    assert found.message == (
        "sources disagree on input_mtok of mistral-large-4 at mistral:"
        " litellm $1.36, genai-prices $0.70"
    )
    assert 'provider = "mistral", input_mtok = "<USD>"' in found.next_step
    assert not found.undecided
