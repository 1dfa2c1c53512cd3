"""Asking what is not known yet: priced, agreed to, then sent, never beyond the budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from ftgate.asking import client, cost
from ftgate.asking.prompt import parse_answer
from ftgate.asking.questions import MALFORMED, REFUSED, Answer, Question, remember
from ftgate.cache import Cache
from ftgate.errors import AskingError
from ftgate.tokens.encodings import resolve

_NO_MORE = "the service counts more tokens than expected; stopped within the budget"


class Offer(NamedTuple):
    """What would be sent, where, and what it may cost at most."""

    model: str
    address: str
    quote: cost.Quote
    rates: cost.Rates
    budget_usd: Decimal


class Asking(NamedTuple):
    """Whom to ask, and how much.

    ``agree`` is called once, before anything is sent; ``progress`` with the model, the number of
    answers and the number of questions.
    """

    model: str
    agree: Callable[[Offer], bool]
    base_url: str = ""
    sample: int = cost.DEFAULT_SAMPLE
    budget_usd: Decimal = cost.DEFAULT_BUDGET_USD
    answer_tokens: int = cost.DEFAULT_ANSWER_TOKENS
    patience: client.Patience = client.Patience()
    progress: Callable[[str, int, int], None] | None = None


class Interview:
    """One round of questions; ``answers`` grows, and is remembered, with every reply."""

    def __init__(self, asking: Asking, address: str, rates: cost.Rates, cache: Cache) -> None:
        self.answers: dict[str, Answer] = {}
        self._asking = asking
        self._address = address
        self._rates = rates
        self._cache = cache
        self._spent_usd = Decimal(0)
        self._tokens: dict[str, int] = {}

    def hold(self, questions: Sequence[Question]) -> str:
        """Ask; returns why some answers are missing, "" when none is.

        Raises AskingError without a key and for more than the budget: nothing has been sent then.
        """
        asking, address = self._asking, self._address
        key = client.key_for(address)
        self._tokens = _count(questions, asking.model)
        quoted = self._quote(questions)
        cost.check_budget(quoted, asking.budget_usd)
        if not asking.agree(Offer(asking.model, address, quoted, self._rates, asking.budget_usd)):
            return "nothing was sent: not agreed to"
        limit, patience = asking.answer_tokens, asking.patience
        with client.open_service(
            address, key, asking.model, answer_tokens=limit, patience=patience
        ) as service:
            for batch in _batches(questions):
                if self._spent_usd + self._quote(batch).usd > asking.budget_usd:
                    return _NO_MORE
                if asking.progress:
                    asking.progress(asking.model, len(self.answers), len(questions))
                replies = service.ask([question.messages for question in batch])
                troubles = [self._take(*each) for each in zip(batch, replies, strict=True)]
                if advice := next(filter(None, troubles), ""):
                    return advice
        return ""

    def _quote(self, questions: Sequence[Question]) -> cost.Quote:
        prompts = [self._tokens[question.key] for question in questions]
        return cost.quote(prompts, self._asking.answer_tokens, self._rates)

    def _take(self, question: Question, reply: client.Reply | AskingError) -> str:
        """Keep what was answered; returns what to do when it makes no sense to go on, else ""."""
        if isinstance(reply, client.RefusedError):
            self._keep(question, Answer(REFUSED, 0, 0))
            return ""
        if isinstance(reply, AskingError):
            return f"{reply.message}; {reply.hint}"
        answer = self._read(question, reply)
        self._spent_usd += self._rates.usd(answer.prompt_tokens, answer.answer_tokens)
        if reply.cut and answer.said == MALFORMED:
            return (
                f"{self._asking.model} had no answer after {self._asking.answer_tokens} tokens: it "
                "thinks first; --judge-answer-tokens 1000, or a model that does not"
            )
        self._keep(question, answer)
        return ""

    def _read(self, question: Question, reply: client.Reply) -> Answer:
        """Tokens are the service's where it counts them, else the most that was expected."""
        prompt, words = reply.prompt_tokens, reply.answer_tokens
        return Answer(
            parse_answer(reply.text) or MALFORMED,
            self._tokens[question.key] if prompt is None else prompt,
            self._asking.answer_tokens if words is None else words,
        )

    def _keep(self, question: Question, answer: Answer) -> None:
        self.answers[question.key] = answer
        remember(self._cache, question.key, answer)


def _batches(questions: Sequence[Question]) -> list[Sequence[Question]]:
    """One question alone, which meets every mistake of the set-up, then several at once."""
    rest = range(1, len(questions), client.AT_ONCE)
    return [questions[:1], *(questions[start : start + client.AT_ONCE] for start in rest)]


def _count(questions: Sequence[Question], model: str) -> dict[str, int]:
    """Prompt tokens of each question, by key."""
    from ftgate.tokens.engines import open_counter

    encoding = resolve(model)
    size = sum(len(message["content"]) for one in questions for message in one.messages)
    count = open_counter(encoding.name, size_bytes=size).count
    return {one.key: cost.prompt_tokens(one.messages, count, encoding) for one in questions}
