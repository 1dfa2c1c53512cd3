"""FT707: sources disagree on a price that the verdict needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.economics.amounts import usd_text
from ftgate.model import Finding
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.prices.live import Dispute


@rule("FT707", severity="warning", since="0.1")
def disputed_price(disputes: tuple[Dispute, ...]) -> Iterator[Finding]:
    """Sources differ by more than 1% on a price that the verdict needs.

    They are the price feeds, and the lock or the catalogue where a feed differs from it.

    ## Why is this bad?
    One of them is wrong or old, and the one that answers may be it: a break-even from the other
    price can be a different verdict. Both values are in the finding.

    ## What to do instead
    Look at the provider's own price page, and state what it says in `[[price]]`, with its source
    and the day; or wait for the feeds to agree (`ftgate prices update`).

    ## Source
    LiteLLM's price file of 2026-11-12 and genai-prices of 2026-11-10 differ on five of the 62
    models that both have: mistral-large-4 costs 1.36 or 0.70 USD per million input tokens.
    """
    for dispute in dict.fromkeys(disputes):
        name, _, unit = dispute.key.rpartition("/")
        said = ", ".join(f"{feed} {usd_text(usd)}" for feed, usd in dispute.said)
        provider, _, model = name.partition("/")
        yield Finding(
            f"sources disagree on {unit} of {model} at {provider}: {said}",
            next_step=f'state what the provider says: [[price]] with model = "{model}",'
            f' provider = "{provider}", {unit} = "<USD>", source = "<where>", as_of = <date>',
        )
