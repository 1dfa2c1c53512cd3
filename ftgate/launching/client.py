"""An OpenAI-compatible service through the ``openai`` package: files, uploads, jobs, models.

The package's own retries are off: it would send a POST again after a cut connection, and so pay
twice. Here a request that may have arrived is looked for before it is sent again. Nothing that a
service sends is shown as it is (:mod:`ftgate.launching.advice`).
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ftgate.asking.client import KEY_VARIABLE, address_of
from ftgate.errors import LaunchError
from ftgate.launching.advice import NO_ANSWER, Advice, advise
from ftgate.launching.requests import MIME_TYPE, PURPOSE
from ftgate.prices.feeds.client import is_loopback

if TYPE_CHECKING:
    import openai

AZURE_KEY_VARIABLE = "AZURE_OPENAI_API_KEY"
AZURE_ENDPOINT_VARIABLE = "AZURE_OPENAI_ENDPOINT"
LONGEST_WAIT_SECONDS = 120.0
"""What a service may ask for with Retry-After; beyond that, the user decides."""

_Result = TypeVar("_Result")
Progress = Callable[[int, int], None]


class Pauses(NamedTuple):
    """Seconds to wait before each further try: of a busy service, of a file being processed.

    ``poll`` is between looks at a running job; the last one stays.
    """

    busy: tuple[float, ...] = (1, 2, 4, 8, 16)
    not_ready: tuple[float, ...] = (2, 4, 8, 15, 30, 60, 60, 120, 120, 180)
    poll: tuple[float, ...] = (2, 5, 10, 20, 30)
    silence: float = 300.0  # a service takes its time with a large file


PAUSES = Pauses()


class ServiceError(LaunchError):
    """The service refuses or does not answer; ``advice`` has its status."""

    def __init__(self, where: str, advice: Advice) -> None:
        super().__init__(f"{where}: {advice.message}", hint=advice.hint)
        self.advice = advice


class JobView(NamedTuple):
    """A job as the service describes it; None where it does not say."""

    id: str
    status: str
    model: str
    tuned_model: str | None
    trained_tokens: int | None
    epochs: int | None
    metadata: dict[str, str]
    training_file: str
    created_at: int
    finished_at: int | None
    error: tuple[str, str] | None

    @property
    def finished(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ("succeeded", "failed", "cancelled")


class Event(NamedTuple):
    """One event of a job."""

    id: str
    message: str


def service_address(base_url: str, profile: str = "openai") -> str:
    """Where the API is, without a slash at the end.

    The flag; for Azure its endpoint, whose ``/openai/v1`` speaks the same API; ``OPENAI_BASE_URL``;
    OpenAI. Raises AskingError for what is no https address, LaunchError for Azure without one.
    """
    endpoint = os.environ.get(AZURE_ENDPOINT_VARIABLE, "")
    if not base_url and profile == "azure":
        if not endpoint:
            raise LaunchError(
                "no address of the Azure resource",
                hint="--base-url https://RESOURCE.openai.azure.com/openai/v1",
            )
        base_url = endpoint.rstrip("/").removesuffix("/openai/v1") + "/openai/v1"
    return address_of(base_url, "--base-url").rstrip("/")


def is_azure(address: str) -> bool:
    """Whether a host is Microsoft's."""
    from urllib.parse import urlsplit

    return (urlsplit(address).hostname or "").endswith(".azure.com")


def key_variable(address: str) -> str:
    """The variable that the key of this address is read from; each service has its own."""
    return AZURE_KEY_VARIABLE if is_azure(address) else KEY_VARIABLE


def _key_for(address: str) -> str:
    key = os.environ.get(key_variable(address), "").strip()
    if not key and not is_loopback(address):
        raise LaunchError(f"no key for {address}", hint=f"set {key_variable(address)}")
    if not key.isascii() or not key.isprintable() or " " in key:  # an error would quote it
        raise LaunchError(f"{key_variable(address)} holds what is no key: a line break, a space?")
    return key


@contextmanager
def open_service(address: str, *, api_version: str = "") -> Iterator[Service]:
    """A service that is ready to be asked; a redirect is not followed: it was not agreed to.

    ``api_version`` is for Azure resources without the ``v1`` API; the address then ends in
    ``/openai``. Raises LaunchError without a key.
    """
    import openai

    key = _key_for(address)
    settings: dict[str, Any] = {
        "api_key": key or "none",
        "base_url": address,
        "timeout": PAUSES.silence,
        "max_retries": 0,
    }
    try:
        settings["http_client"] = openai.DefaultHttpx2Client(follow_redirects=False)
        client: openai.OpenAI
        if api_version:
            client = openai.AzureOpenAI(api_version=api_version, **settings)
        else:
            client = openai.OpenAI(**settings)
    except (openai.OpenAIError, ValueError, ImportError) as error:  # ImportError: a SOCKS proxy
        raise ServiceError(address, advise(NO_ANSWER, type(error).__name__, "", "")) from None
    with client:
        yield Service(client, address, key)


class Service:
    """Files, jobs and models at one address."""

    def __init__(self, client: openai.OpenAI, address: str, key: str) -> None:
        self._client = client
        self.address = address
        self.key = key

    def find_file(self, filename: str, size: int) -> str | None:
        """The id of a file of this name and size that can be trained on."""
        for file in self._ask(lambda: _all(self._client.files.list(purpose=PURPOSE))):
            usable = getattr(file, "status", "") not in ("error", "deleted", "failed")
            if usable and (file.filename, file.bytes) == (filename, size):
                return _id(file)
        return None

    def upload(self, filename: str, data: bytes, progress: Progress | None = None) -> str:
        """Send a file in one request; its id."""

        def send() -> str:
            stream = _Watched(data, progress)
            file = (filename, stream, MIME_TYPE)
            return _id(self._client.files.create(file=file, purpose="fine-tune"))

        return self._ask(send, look=lambda: self.find_file(filename, len(data)))

    def begin_upload(self, body: dict[str, Any]) -> str:
        """Announce a file in parts; one that is begun twice expires within an hour."""
        return self._ask(lambda: _id(self._client.uploads.create(**body)))

    def add_part(self, upload: str, data: bytes, progress: Progress | None = None) -> str:
        """Send a part; one that arrived twice is in the file once, by its id."""

        def send() -> str:
            stream = _Watched(data, progress)
            part = self._client.uploads.parts.create(
                upload, data=("part", stream, "application/octet-stream")
            )
            return _id(part)

        return self._ask(send)

    def complete_upload(self, upload: str, parts: tuple[str, ...], name: str, size: int) -> str:
        """Make a file of the parts; its id."""

        def send() -> str:
            done = self._client.uploads.complete(upload, part_ids=list(parts))
            return _id(getattr(done, "file", None))

        return self._ask(send, look=lambda: self.find_file(name, size))

    def create_job(self, body: Mapping[str, Any], look: Callable[[], JobView | None]) -> JobView:
        """Create a job; after a cut connection ``look`` says whether it was created."""
        return self._ask(lambda: _view(self._client.fine_tuning.jobs.create(**body)), look=look)

    def jobs_of(self, digest: str) -> list[JobView]:
        """The jobs whose metadata name a digest; some services send all of theirs."""
        metadata = {"ftgate_digest": digest}
        found = self._ask(
            lambda: _all(self._client.fine_tuning.jobs.list(limit=100, metadata=metadata))
        )
        return [_view(job) for job in found]

    def job(self, job_id: str) -> JobView:
        """One job."""
        return self._ask(lambda: _view(self._client.fine_tuning.jobs.retrieve(job_id)))

    def events(self, job_id: str, said: Container[str] = ()) -> list[Event]:
        """The events of a job, the oldest first, up to the newest one that was ``said``."""

        def ask() -> list[Any]:
            newest_first = self._client.fine_tuning.jobs.list_events(job_id, limit=100)
            return _all(newest_first, said)

        found = sorted(self._ask(ask), key=lambda each: int(each.created_at))
        return [Event(each.id, str(each.message)) for each in found]

    def tuned_models(self) -> list[str]:
        """Names of the tuned models that the key may use."""
        found = self._ask(lambda: _all(self._client.models.list()))
        return sorted(str(each.id) for each in found if str(each.id).startswith("ft:"))

    def _ask(
        self, send: Callable[[], _Result], look: Callable[[], _Result | None] | None = None
    ) -> _Result:
        """Send, and send again where that helps; ``look`` finds what arrived without an answer."""
        tries: dict[str, Iterator[float]] = {
            "busy": iter(PAUSES.busy),
            "lost": iter(PAUSES.busy),
            "not-ready": iter(PAUSES.not_ready),
        }
        while True:
            try:
                return send()
            except Exception as error:
                advice, asked = self._read(error)
            pause = next(tries.get(advice.kind, iter(())), None)
            if pause is None or asked > LONGEST_WAIT_SECONDS:
                raise ServiceError(self.address, advice) from None
            time.sleep(max(pause, asked))
            if look and advice.kind == "lost" and (found := look()) is not None:
                return found

    def _read(self, error: Exception) -> tuple[Advice, float]:
        """What an exception of the package means, and the seconds that the service asks for."""
        import openai

        variable = key_variable(self.address)
        if isinstance(error, openai.APIStatusError):
            code, text = str(error.code or ""), str(error.message)
            advice = advise(error.status_code, code, text, variable)
            return advice, _retry_after(error.response.headers)
        if isinstance(error, openai.APIConnectionError):
            return advise(NO_ANSWER, type(error).__name__, "", variable), 0.0
        if isinstance(error, openai.OpenAIError | _NotAnAnswer):
            return Advice("sent what is no answer", "check --base-url"), 0.0
        raise error


class _NotAnAnswer(Exception):
    """An answer without what makes it one."""


class _Watched(io.BytesIO):
    """Bytes that say how far they were read; a network client reads them piece by piece."""

    def __init__(self, data: bytes, progress: Progress | None) -> None:
        super().__init__(data)
        self._size = len(data)
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, said to have been sent."""
        found = super().read(size)
        if self._progress and found:
            self._progress(self.tell(), self._size)
        return found


def _all(page: Any, known: Container[str] = ()) -> list[Any]:
    """The entries of a list in pages, up to the first that is known.

    A service that never ends its list repeats itself: that ends it too.
    """
    if not isinstance(getattr(page, "data", None), list):  # nothing found is an empty list
        raise _NotAnAnswer
    seen: dict[str, Any] = {}
    for entry in page:
        name = getattr(entry, "id", None)
        if not isinstance(name, str):
            raise _NotAnAnswer
        if name in seen or name in known:
            break
        seen[name] = entry
    return list(seen.values())


def _id(answer: Any) -> str:
    found = getattr(answer, "id", None)
    if not isinstance(found, str) or not found:
        raise _NotAnAnswer
    return found


def _view(job: Any) -> JobView:
    method = getattr(job, "method", None)
    settings = getattr(method, getattr(method, "type", None) or "", None)
    inner = getattr(settings, "hyperparameters", None) or getattr(job, "hyperparameters", None)
    epochs, error = getattr(inner, "n_epochs", None), getattr(job, "error", None)
    code = getattr(error, "code", None)
    metadata = getattr(job, "metadata", None)
    return JobView(
        id=_id(job),
        status=str(getattr(job, "status", "")),
        model=str(getattr(job, "model", "")),
        tuned_model=getattr(job, "fine_tuned_model", None),
        trained_tokens=_number(getattr(job, "trained_tokens", None)),
        epochs=_number(epochs),
        metadata={str(k): str(v) for k, v in metadata.items()} if metadata else {},
        training_file=str(getattr(job, "training_file", "")),
        created_at=_number(getattr(job, "created_at", None)) or 0,
        finished_at=_number(getattr(job, "finished_at", None)),
        error=(str(code), str(getattr(error, "message", ""))) if code else None,
    )


def _number(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that an answer asks to wait; a date is left to our own pauses."""
    try:
        return max(0.0, float(headers.get("retry-after", "0")))
    except ValueError:
        return 0.0
