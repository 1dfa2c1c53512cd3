"""Questions to an OpenAI-compatible service through the ``openai`` package, and its errors.

Nothing that a service sends is ever shown: an error may quote the key, an answer the data.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.errors import AskingError
from ftgate.prices.feeds.client import is_loopback

if TYPE_CHECKING:
    import openai

KEY_VARIABLE = "OPENAI_API_KEY"
DEFAULT_ADDRESS = "https://api.openai.com/v1"
AT_ONCE = 8
"""Questions under way together: fifty answers of a second each take seven seconds."""

Messages = Sequence[Mapping[str, str]]
_AGAIN = "run again later: what was answered is kept, and is not asked again"
_ABOUT_THE_TEXT = ("content_filter", "content_policy_violation", "context_length_exceeded")
_MOST_TOKENS = 10**7  # a service that says more does not count


class Patience(NamedTuple):
    """How long to wait for silence to end, and for one question with its retries.

    A model that thinks is silent for long; a busy service may ask for a minute between retries.
    """

    silence_seconds: float = 60.0
    question_seconds: float = 300.0
    retries: int = 2


class Reply(NamedTuple):
    """What a model answered; tokens are None where the service does not count them.

    ``cut`` says that the limit of answer tokens ended it.
    """

    text: str
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    cut: bool = False


class ServiceError(AskingError):
    """The service answers nobody, or not us: no use in asking on."""


class RefusedError(AskingError):
    """The service refuses this one text."""


def address_of(base_url: str, flag: str = "--judge-base-url") -> str:
    """Where to ask: the flag, whose name the hint says, else ``OPENAI_BASE_URL``, else OpenAI.

    Raises AskingError for an address that would carry key and texts in the clear, or a password.
    """
    address = base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_ADDRESS
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or "@" in address or parts.query or parts.fragment:
        raise AskingError(
            "the address of the service is none, or has a user, a password or a query in it",
            hint=f"{flag} like {DEFAULT_ADDRESS}; the key is read from {KEY_VARIABLE}",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(address)):
        raise AskingError(
            f"{address}: not https: key and texts would travel in the clear",
            hint="https, or a service on this machine",
        )
    return address


def key_for(address: str) -> str:
    """The key of the environment; a service on this machine may need none.

    Raises AskingError without one.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key and not is_loopback(address):
        raise AskingError(f"no key for {address}", hint=f"set {KEY_VARIABLE}")
    return key or "none"


@contextmanager
def open_service(
    address: str, key: str, model: str, *, answer_tokens: int, patience: Patience
) -> Iterator[Service]:
    """A service that is ready to be asked; a redirect is not followed: it was not agreed to."""
    import openai

    try:
        client = openai.OpenAI(
            api_key=key,
            base_url=address,
            timeout=patience.silence_seconds,
            max_retries=patience.retries,
            http_client=openai.DefaultHttpx2Client(follow_redirects=False),
        )
    except (openai.OpenAIError, ValueError, ImportError) as error:  # ImportError: a SOCKS proxy
        raise _unreachable(address, error) from None
    with client:
        yield Service(client, address, model, answer_tokens, patience)


class Service:
    """One model at one address.

    What services accept differs: models that think refuse a temperature, old servers know
    ``max_tokens`` only. The first question finds out.
    """

    def __init__(
        self,
        client: openai.OpenAI,
        address: str,
        model: str,
        answer_tokens: int,
        patience: Patience,
    ) -> None:
        self._client = client
        self._address = address
        self._model = model
        self._patience = patience
        limit, old_limit = {"max_completion_tokens": answer_tokens}, {"max_tokens": answer_tokens}
        self._forms: list[dict[str, int]] = [{**limit, "temperature": 0}, limit, old_limit]
        self._form: dict[str, int] | None = None

    def ask(self, questions: Sequence[Messages]) -> list[Reply | AskingError]:
        """Answers or errors, in order."""
        results: list[Reply | AskingError] = []
        while self._form is None and len(results) < len(questions):
            results += self._together(self._find_form, [questions[len(results)]])
            if isinstance(results[-1], ServiceError):
                return results + [results[-1]] * (len(questions) - len(results))
        return results + self._together(self._ask_so, questions[len(results) :])

    def _ask_so(self, question: Messages) -> Reply:
        return self._ask(question, self._form or {})

    def _find_form(self, question: Messages) -> Reply:
        """The answer to the first question, in the first form that the service accepts."""
        for form in self._forms:
            try:
                reply = self._ask(question, form)
            except RefusedError as error:
                if error.hint:  # it is about the text, whatever the form
                    raise
                continue
            self._form = form
            return reply
        raise ServiceError(
            f"{self._address}: refuses the request", hint=f"is {self._model} a chat model?"
        )

    def _ask(self, question: Messages, form: dict[str, int]) -> Reply:
        import openai

        body = {"model": self._model, "messages": list(question), **form}
        try:
            answer = self._client.post("/chat/completions", body=body, cast_to=object)
        except openai.APIStatusError as error:
            raise self._no(error) from None
        except openai.APITimeoutError:
            seconds = self._patience.silence_seconds
            raise ServiceError(
                f"{self._address}: no answer in {seconds:g} s", hint=_AGAIN
            ) from None
        except (openai.OpenAIError, ValueError, RecursionError) as error:
            raise _unreachable(self._address, error) from None
        reply = read_reply(answer)
        if reply is None:
            raise ServiceError(
                f"{self._address}: sent what is no chat completion",
                hint="the address of an API mostly ends in /v1: check --judge-base-url",
            )
        return reply

    def _no(self, error: Any) -> AskingError:
        """What a status means, and what to do; a code is compared, never shown."""
        status, code = error.status_code, error.code
        if status in (400, 413, 422):
            about_the_text = status == 413 or code in _ABOUT_THE_TEXT
            hint = "this text is refused, others may be answered" if about_the_text else ""
            return RefusedError(f"{self._address}: HTTP {status}", hint=hint)
        what, hint = f"HTTP {status}", _AGAIN
        if status in (401, 403):
            what += ", the key is refused"
            hint = f"{KEY_VARIABLE} must hold a key of this service that may use {self._model}"
        elif status == 404:
            what += f", no model {self._model} there, or no such address"
            hint = "check --judge and --judge-base-url"
        elif status == 429 and code == "insufficient_quota":
            what += ", the account has nothing left to spend"
        elif status == 429:
            what += ", the service asks to slow down"
        elif 300 <= status < 400:
            what, hint = f"{what}, redirects elsewhere", "name the address itself: texts stay here"
        return ServiceError(f"{self._address}: {what}", hint=hint)

    def _together(
        self, ask: Callable[[Messages], Reply], questions: Sequence[Messages]
    ) -> list[Reply | AskingError]:
        """Every question in a thread of its own, which is left behind when it takes too long.

        Time limits of sockets begin anew with every byte. Ctrl-C does not wait for answers.
        """
        seconds = self._patience.question_seconds
        late = ServiceError(f"{self._address}: not complete after {seconds:g} s", hint=_AGAIN)
        results: list[Reply | BaseException] = [late] * len(questions)

        def run(index: int, question: Messages) -> None:
            try:
                results[index] = ask(question)
            except BaseException as error:
                results[index] = error

        end = time.monotonic() + seconds
        threads = [
            threading.Thread(target=run, args=each, daemon=True) for each in enumerate(questions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return [_expected(result) for result in tuple(results)]


def read_reply(answer: Any) -> Reply | None:
    """The first choice of a chat completion; None when the JSON value is none."""
    try:
        choice = answer["choices"][0]
        text = choice["message"]["content"]
    except (IndexError, KeyError, TypeError):
        return None
    usage = answer.get("usage")
    counted = usage if isinstance(usage, dict) else {}
    return Reply(
        text if isinstance(text, str) else "",  # null: a refusal, or nothing but thoughts
        _tokens(counted.get("prompt_tokens")),
        _tokens(counted.get("completion_tokens")),
        choice.get("finish_reason") == "length",
    )


def _tokens(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


def _expected(result: Reply | BaseException) -> Reply | AskingError:
    if isinstance(result, Reply | AskingError):
        return result
    raise result


def _unreachable(address: str, error: Exception) -> ServiceError:
    """Named by its kind alone: the text of an error may quote a header, and so the key."""
    hint = f"check the network, the proxy settings and {KEY_VARIABLE}; {_AGAIN}"
    return ServiceError(f"{address}: {type(error).__name__}", hint=hint)
