"""What goes wrong on the way to data elsewhere, in the words of whoever has to mend it.

Messages of the libraries are not passed on as they are: they may hold signed addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ftgate.errors import FtgateError, RemoteError
from ftgate.remote.names import PACKAGES, scheme_of, shown, without_secrets

TRY_LATER = "try again later"
CHECK_NETWORK = "check the address, the network and the proxy settings (HTTPS_PROXY, NO_PROXY)"
CHECK_CERTIFICATE = "name the certificates of your network with SSL_CERT_FILE"
_SIGN_IN = {
    "s3fs": "aws sts get-caller-identity; a public bucket is read with FSSPEC_S3_ANON=true",
    "gcsfs": "gcloud auth application-default login; a public one by FSSPEC_GS_TOKEN=anon",
    "adlfs": "az login, and AZURE_STORAGE_ACCOUNT_NAME names the account",
    "huggingface_hub": "hf auth login, or HF_TOKEN; for a gated dataset accept its terms first",
}
_CREDENTIALS = ("Credential", "ClientAuthentication", "LocalTokenNotFound", "RefreshError")
_DENIED = ("AccessDenied", "Forbidden", "GatedRepo", "PermissionError", "Unauthorized")
_NOT_THERE = ("EntryNotFound", "FileNotFound", "NotFound", "RevisionNotFound")
_NO_NAME = re.compile(r"name or service not known|nodename|getaddrinfo|name resolution|dns", re.I)
_SECRET = re.compile(r"(?i)(?:signature|token|key|secret|sig)[=:]\s*\S+")


class AgainError(RemoteError):
    """The store is busy or the connection broke: the same request may succeed in a moment."""

    def __init__(self, message: str, *, hint: str = TRY_LATER, seconds: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


def changed(url: str) -> RemoteError:
    """Another version has taken the place of the one that is being read."""
    return RemoteError(f"{shown(url)}: changed while it was read", hint="run again")


def missing(url: str) -> RemoteError:
    """There is nothing at this address."""
    return RemoteError(f"{shown(url)}: there is no such file", hint="check the spelling")


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Errors of the libraries for stores as RemoteError."""
    try:
        yield
    except FtgateError:
        raise
    except ImportError as error:
        raise _not_installed(url, error) from None
    except Exception as error:  # each store has a tree of its own, no root in common
        raise _explained(url, error) from None


def _not_installed(url: str, error: ImportError) -> RemoteError:
    package, extra = PACKAGES[scheme_of(url)]
    if (error.name or package).partition(".")[0] not in (package, "fsspec"):
        text = f"{shown(url)}: {package} is damaged: {_clean(error)}"
        return RemoteError(text, hint=f"pip install --force-reinstall 'ftgate[{extra}]'")
    text = f"{shown(url)}: {scheme_of(url)}:// needs {package}"
    return RemoteError(text, hint=f"pip install 'ftgate[{extra}]'")


def _explained(url: str, error: Exception) -> RemoteError:
    where, names = shown(url), _names(error)
    sign_in = _SIGN_IN[PACKAGES[scheme_of(url)][0]]
    status = _status(error)
    if _is(names, *_CREDENTIALS) or "credential" in str(error).lower():
        return RemoteError(f"{where}: no credentials that are accepted", hint=sign_in)
    if _is(names, "FileExpired") or status == 412:
        return changed(url)
    if _is(f"{names} {error}", *_DENIED) or status in (401, 403):
        return RemoteError(f"{where}: access denied", hint=sign_in)
    if "bucket" in str(error).lower() and "not exist" in str(error):
        return RemoteError(f"{where}: there is no such bucket", hint="check the spelling")
    if _is(names, *_NOT_THERE) or status == 404:
        return missing(url)
    return _of_the_network(where, names, error)


def _of_the_network(where: str, names: str, error: Exception) -> RemoteError:
    said = " ".join(str(each) for each in _chain(error))
    if "CERTIFICATE_VERIFY" in said or _is(names, "CertificateError", "SSLError"):
        text = f"{where}: the certificate of the server is not accepted"
        return RemoteError(text, hint=CHECK_CERTIFICATE)
    if _NO_NAME.search(said):
        return RemoteError(f"{where}: the name of the server is not known", hint=CHECK_NETWORK)
    if _is(names, "Timeout"):
        return AgainError(f"{where}: no answer in time")
    if _is(names, "Connect", "ServerDisconnected", "ServiceRequest", "ClientOSError"):
        return AgainError(f"{where}: no connection", hint=CHECK_NETWORK)
    if _is(names, "Payload", "IncompleteRead", "ResponseStreaming", "ContentLength"):
        return AgainError(f"{where}: the transfer broke off")
    if _is(names, "Busy") or "SlowDown" in said or "Service Unavailable" in said:
        return AgainError(f"{where}: the store asks to slow down")
    return RemoteError(f"{where}: {type(error).__name__}: {_clean(error)}", hint=CHECK_NETWORK)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _names(error: BaseException) -> str:
    """Names of the classes of an error and of its causes."""
    classes = (cls for each in _chain(error) for cls in type(each).__mro__[:-3])
    return " ".join(cls.__name__ for cls in classes)


def _is(names: str, *parts: str) -> bool:
    return any(part in names for part in parts)


def _status(error: BaseException) -> int:
    """The status of HTTP, where an error of the chain has one; else 0."""
    for each in _chain(error):
        for holder in (each, getattr(each, "response", None)):
            for name in ("status_code", "status", "code"):
                value = getattr(holder, name, None)
                if isinstance(value, int):
                    return value
    return 0


def _clean(error: Exception) -> str:
    """The first line of what a library says, without addresses' queries and what looks secret."""
    first = (str(error).splitlines() or [""])[0]
    return _SECRET.sub("[...]", without_secrets(first))[:160]
