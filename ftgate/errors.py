"""Everything ftgate raises on purpose.

::

    FtgateError              exit 2   base of all; ``hint`` is the next thing to do
    ├── UsageError           exit 2   flags or arguments that contradict each other
    ├── ConfigError          exit 2   ftgate.toml is not valid; has path, key and did-you-mean
    ├── UnreadableError      exit 2   a named file is missing, forbidden or not a file
    │   └── RemoteError      exit 2   data in a bucket or behind an address cannot be read
    ├── CatalogError         exit 2   bundled or locked price data are damaged
    ├── VocabularyError      exit 2   a vocabulary is missing or its digest is wrong
    ├── FeedError            exit 2   a price feed did not answer, or with what cannot be prices
    ├── StoreError           exit 2   stored prices cannot be written; the old ones are whole
    ├── FixError             exit 2   a repaired file cannot be written; the old one is whole
    ├── AskingError          exit 2   a model cannot be asked: no key, no price, over the budget
    ├── WorkerError          exit 2   a process died twice of the same piece of a file
    ├── SpillError           exit 2   no room on disk for what does not fit into memory
    ├── LaunchError          exit 2   a job cannot be launched, or the service refuses it
    ├── OutOfTimeError       exit 2   the time budget is spent; a gate says undecided instead
    ├── RuleCrashError       exit 2   a rule raised; a crash is never a pass
    ├── NotFetchedError      exit 3   a hook asks nobody, and knows nothing of data elsewhere
    └── NothingToJudgeError  exit 3   no dataset was found where the user pointed

Broken data are not here: a broken line is a finding, and the rest of the file is read.
"""

from __future__ import annotations

from collections.abc import Iterable


class FtgateError(Exception):
    """Base of all errors that ftgate raises on purpose.

    ``message`` says what, where and which limit; ``hint`` names the next command or edit.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(FtgateError):
    """Flags or arguments that cannot be used together."""


class ConfigError(FtgateError):
    """The configuration file is not valid."""


class UnreadableError(FtgateError):
    """A file that the user named cannot be read."""


class RemoteError(UnreadableError):
    """Data in a bucket or behind an address cannot be read; the hint says what to do."""


def place_of(error: BaseException) -> str:
    """Kind of an unexpected error and where it was raised; its own words may quote the data."""
    place, step = "", error.__traceback__
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == "ftgate":
            place = f" in {module}, line {step.tb_lineno}"
        step = step.tb_next
    return f"{type(error).__name__}{place}"


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The hint for a name that nobody knows: the one spelled most alike, else ``otherwise``."""
    import difflib  # only mistakes pay for it

    near = difflib.get_close_matches(name.lower(), list(known), n=1)
    return f"did you mean {near[0]}?" if near else otherwise


class CatalogError(FtgateError):
    """Price or provider data are damaged."""


class VocabularyError(FtgateError):
    """A tokenizer vocabulary is missing or damaged."""


class RuleCrashError(FtgateError):
    """A rule raised an exception; the dataset is not judged."""


class NotFetchedError(FtgateError):
    """Data elsewhere were never read on this machine, and now nobody may be asked."""

    exit_code = 3


class WorkerError(FtgateError):
    """A piece of a file kills the process that reads it; the dataset is not judged."""


class SpillError(FtgateError):
    """A temporary file cannot be written or read; the dataset is not judged."""


class NothingToJudgeError(FtgateError):
    """No dataset was found: a gate that looked at nothing must not be green."""

    exit_code = 3


class AskingError(FtgateError):
    """A model cannot be asked for its opinion, or must not be."""


class LaunchError(FtgateError):
    """A job cannot be launched or looked at: the service refuses, or the plan is none for it."""


class FixError(FtgateError):
    """A file cannot be fixed where it is; it has been left as it was."""
