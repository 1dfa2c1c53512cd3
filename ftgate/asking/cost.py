"""What asking costs, known before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, NamedTuple

from ftgate.errors import AskingError
from ftgate.model import Encoding, Missing, Price

if TYPE_CHECKING:
    from ftgate.prices.book import PriceBook

DEFAULT_SAMPLE = 50
"""Examples asked about. The standard error of an agreement of 90% is then 4 percentage points."""

DEFAULT_BUDGET_USD = Decimal("0.25")
"""Fifty examples of 600 tokens at $2.50 per million are $0.08; no run should surprise anybody."""

DEFAULT_ANSWER_TOKENS = 16
"""An answer is one word; a model that thinks first needs more, which is asked for."""

_MILLION = Decimal(1_000_000)
_MESSAGE_TOKENS, _REPLY_TOKENS = 4, 3
"""Around each message and before the reply, as OpenAI's cookbook counts chat requests."""


class Rates(NamedTuple):
    """The two prices of a request."""

    input: Price
    output: Price

    def usd(self, prompt_tokens: int, answer_tokens: int) -> Decimal:
        """Dollars of so many tokens."""
        total = prompt_tokens * self.input.usd + answer_tokens * self.output.usd
        return total / _MILLION


class Quote(NamedTuple):
    """The most that some questions may cost: their prompts, and answers of the greatest length."""

    questions: int
    prompt_tokens: int
    answer_tokens: int
    usd: Decimal


def find_rates(book: PriceBook, model: str) -> Rates | Missing:
    """Prices of the model that is asked, or the first that nobody knows."""
    found = [book.lookup(model, unit) for unit in ("input_mtok", "output_mtok")]
    priced = [price for price in found if isinstance(price, Price)]
    if len(priced) == len(found):
        return Rates(*priced)
    return next(price for price in found if isinstance(price, Missing))


def no_price(model: str, missing: Missing) -> AskingError:
    """Nothing is asked at an unknown price: the error has the flag that supplies it."""
    near = f" (known: {', '.join(missing.nearest)})" if missing.nearest else ""
    return AskingError(
        f"--judge {model}: no price of {missing.what}: {missing.reason}{near}",
        hint=f"state it (0 where it runs on a machine of your own): "
        f"--price '{model},input_mtok=USD,output_mtok=USD'",
    )


def prompt_tokens(
    messages: Sequence[Mapping[str, str]], count: Callable[[str], int], encoding: Encoding
) -> int:
    """Tokens of one request, by the encoding of the model that is asked."""
    texts = sum(count(message["content"]) for message in messages)
    scaled = (texts * encoding.factor).to_integral_value(ROUND_CEILING)
    return int(scaled) + _MESSAGE_TOKENS * len(messages) + _REPLY_TOKENS


def quote(prompts: Sequence[int], answer_tokens: int, rates: Rates) -> Quote:
    """The most that requests of so many prompt tokens each may cost."""
    prompt, answers = sum(prompts), answer_tokens * len(prompts)
    return Quote(len(prompts), prompt, answers, rates.usd(prompt, answers))


def check_budget(quoted: Quote, budget_usd: Decimal) -> None:
    """Raise AskingError when the questions may cost more than the budget."""
    if quoted.usd <= budget_usd:
        return
    cents = quoted.usd.quantize(Decimal("0.01"), ROUND_CEILING)
    fitting = int(quoted.questions * budget_usd / quoted.usd)
    fewer = f", or about --judge-sample {fitting}" if fitting else ""
    raise AskingError(
        f"{quoted.questions} questions may cost ${cents}: the budget is ${budget_usd:f}",
        hint=f"nothing was sent; --judge-budget {cents}{fewer}",
    )
