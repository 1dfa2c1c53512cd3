"""Token counters: which engine counts, and why not a faster one.

All engines count exactly what tiktoken's ``encode_ordinary`` counts; they differ in speed and in
what they cost to start. bpe-openai and splintr carry their own copy of the vocabulary, fastokens
reads ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass
from sys import getsizeof

from ftgate.errors import FtgateError, UsageError
from ftgate.tokens.canaries import disagreement
from ftgate.tokens.encodings import check_name
from ftgate.tokens.oracle import open_oracle
from ftgate.tokens.vocabulary import rank_file

LONG_S_CONTRACTION = "'\u017f"
"""Text with an apostrophe before LATIN SMALL LETTER LONG S goes to tiktoken.

It case-folds to ``'s``, but o200k_base's contractions end differently in splintr and fastokens:
before ``'TTW`` they count one token less than tiktoken. With such text sent to tiktoken, six
million fuzzed strings showed no other difference (splintr-rs 0.22.0, fastokens 0.3.5).
"""

SPLINTR_BEATS_BPE = {"cl100k_base": 1_000_000, "o200k_base": 4_000_000}
FASTOKENS_BEATS_SPLINTR = {"cl100k_base": 140_000_000, "o200k_base": 320_000_000}
FASTOKENS_BEATS_TIKTOKEN = {"cl100k_base": 6_000_000, "o200k_base": 28_000_000}
"""Bytes of data from which an engine takes less CPU time than another, its start included.

Measured on 80 MB of the chat set that ``benchmarks/generate.py`` writes, one core: start and
seconds per MB are 0.24 + 0.070 for tiktoken, 0.07 + 0.041 for bpe-openai, 0.18 + 0.013 for splintr
and 2.0 + 0.007 for fastokens (o200k_base); 0.07 + 0.081, 0.02 + 0.032, 0.04 + 0.008 and
0.53 + 0.005 (cl100k_base). Both small engines always beat tiktoken.
"""

FASTOKENS_FROM_BYTES = 500_000_000
"""Memory from which fastokens is taken: it needs 215 MB to start, and splintr 60."""

MEMO_BYTES = 4 * 2**20
"""Memory that a :class:`Memo` spends on texts that it has seen.

Emptied when full: what repeats is back at once.
"""

MEMO_TEXT_BYTES = MEMO_BYTES // 16
"""Longer texts are counted again, so that a few of them cannot empty the memo."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts the tokens of a text as tiktoken's ``encode_ordinary`` does.

    ``engine`` is the name of the engine that counts; ``note`` says why it is not a faster one, or
    is empty. ``count`` takes any ``str``: special-token text is ordinary text, lone surrogates
    count as U+FFFD, no size is too large.
    """

    count: Callable[[str], int]
    engine: str
    encoding_name: str
    note: str = ""


class Memo(dict[str, int]):
    """Counts of texts seen lately: a hit costs one dictionary look-up and no Python frame."""

    def __init__(self, count: Callable[[str], int]) -> None:
        super().__init__()
        self._count = count
        self._free_bytes = MEMO_BYTES

    def __missing__(self, text: str) -> int:
        tokens = self._count(text)
        size = getsizeof(text)
        if size <= MEMO_TEXT_BYTES:
            self._free_bytes -= size
            if self._free_bytes < 0:
                self.clear()
                self._free_bytes = MEMO_BYTES - size
            self[text] = tokens
        return tokens


def replace_surrogates(text: str) -> str:
    """Join surrogate pairs and turn lone surrogates into U+FFFD, as tiktoken does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _guarded(count: Callable[[str], int], encoding_name: str) -> Callable[[str], int]:
    def guarded(text: str) -> int:
        # One character is found ten times as fast as two, and nearly no text has it.
        if "\u017f" in text and LONG_S_CONTRACTION in text:
            return open_oracle(encoding_name)(text)
        try:
            return count(text)
        except UnicodeEncodeError:
            return count(replace_surrogates(text))

    return guarded


def _open_bpe_openai(encoding_name: str) -> Callable[[str], int]:
    """GitHub's linear-time tokenizer; quick to start because its tables are compiled in.

    The package's own ``__init__`` costs a second and refuses texts above a million characters, so
    the extension module is loaded by itself.
    """
    from importlib.machinery import ExtensionFileLoader
    from importlib.util import find_spec, module_from_spec, spec_from_file_location
    from pathlib import Path

    package = find_spec("bpe_openai")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("bpe_openai")
    name, folder = "_bindings", Path(package.submodule_search_locations[0])
    path = str(next(each for each in sorted(folder.glob(f"{name}.*")) if each.suffix != ".pyi"))
    loader = ExtensionFileLoader(name, path)
    spec = spec_from_file_location(name, path, loader=loader)
    if spec is None:
        raise ModuleNotFoundError("bpe_openai")
    bindings = module_from_spec(spec)
    loader.exec_module(bindings)
    count: Callable[[str], int] = bindings.tokenizer_for_encoding(encoding_name).count
    return count


def _open_splintr(encoding_name: str) -> Callable[[str], int]:
    from splintr import Tokenizer

    tokenizer = Tokenizer.from_pretrained(encoding_name)
    ordinary: Callable[[str], Sized] = tokenizer.encode_ordinary
    flat: Callable[[str], bytes] = tokenizer.encode_flat

    def count(text: str) -> int:
        # encode_flat makes no list of Python integers (a third less time), but it would match
        # special tokens, and some that splintr invented: all of them begin with "<|".
        if "|" in text and "<|" in text:
            return len(ordinary(text))
        return len(flat(text)) // BYTES_PER_ID

    return count


def _open_fastokens(encoding_name: str) -> Callable[[str], int]:
    from fastokens import Tokenizer

    from ftgate.atomic import scratch_folder

    with scratch_folder() as folder:
        path = folder / f"{encoding_name}.tiktoken"
        path.write_bytes(rank_file(encoding_name))
        # Given tiktoken's pattern, fastokens would run it on PCRE, whose \s includes U+180E; its
        # preset of the same name is exact.
        tokenizer = Tokenizer.from_tiktoken(str(path), special_tokens={}, encoding=encoding_name)
    _trim_heap()
    encode: Callable[[str], Sized] = tokenizer.encode_ordinary
    return lambda text: len(encode(text))


def _trim_heap() -> None:
    """Give back what was freed, which glibc keeps: 50 of 200 MB after fastokens has started."""
    import ctypes
    from contextlib import suppress

    with suppress(AttributeError, OSError, TypeError):  # other systems have no such call
        ctypes.CDLL(None).malloc_trim(0)


BYTES_PER_ID = 4  # splintr's flat buffers hold little-endian uint32
FAST_ENGINES = {
    "bpe-openai": _open_bpe_openai,
    "splintr": _open_splintr,
    "fastokens": _open_fastokens,
}
ENGINES = ("tiktoken", *FAST_ENGINES)


def installed() -> tuple[str, ...]:
    """The engines of this installation, the oracle first."""
    from importlib.util import find_spec

    modules = {"bpe-openai": "bpe_openai"}
    return tuple(name for name in ENGINES if find_spec(modules.get(name, name)))


def _open_fast(engine: str, encoding_name: str) -> tuple[Callable[[str], int] | None, str]:
    """Return the engine's count function, or None and why it is refused."""
    try:
        count = _guarded(FAST_ENGINES[engine](encoding_name), encoding_name)
        wrong = disagreement(encoding_name, count)
    except FtgateError:
        raise
    except ModuleNotFoundError:
        return None, f"{engine} is not installed"
    except Exception as error:  # whatever a foreign engine raises, the oracle is there
        return None, f"{engine} does not start: {type(error).__name__}: {error}"
    return (None, f"{engine} {wrong}") if wrong else (count, "")


def preference(encoding_name: str, size_bytes: int, memory_bytes: int = 0) -> tuple[str, ...]:
    """Return the engines worth trying for this much text, cheapest in CPU time first.

    ``memory_bytes`` is what all processes may take together, 0: any number.
    """
    roomy = not memory_bytes or memory_bytes >= FASTOKENS_FROM_BYTES
    if roomy and size_bytes >= FASTOKENS_BEATS_SPLINTR[encoding_name]:
        return ("fastokens", "splintr", "bpe-openai", "tiktoken")
    small = ("splintr", "bpe-openai")
    if size_bytes < SPLINTR_BEATS_BPE[encoding_name]:
        small = ("bpe-openai", "splintr")
    if size_bytes >= FASTOKENS_BEATS_TIKTOKEN[encoding_name]:
        return (*small, "fastokens", "tiktoken")
    return (*small, "tiktoken")


def open_counter(
    encoding_name: str, *, size_bytes: int, engine: str | None = None, memory_bytes: int = 0
) -> Counter:
    """Open the engine that counts ``size_bytes`` of text with the least CPU time.

    An engine that is not installed, or that miscounts a canary, is passed over; the counter's
    ``note`` says so. With ``engine`` that one is used or refused. ``memory_bytes`` as in
    :func:`preference`.

    Raises UsageError for an unknown encoding, an unknown engine or one that cannot be used;
    VocabularyError when the bundled vocabulary is damaged.
    """
    check_name(encoding_name)
    if engine is not None and engine not in ENGINES:
        raise UsageError(f"unknown engine {engine!r}", hint=f"engines: {', '.join(ENGINES)}")
    notes: list[str] = []
    tried = preference(encoding_name, size_bytes, memory_bytes) if engine is None else (engine,)
    for name in tried:
        if name == "tiktoken":
            break
        count, note = _open_fast(name, encoding_name)
        if count is not None:
            return Counter(count, name, encoding_name, "; ".join(notes))
        notes.append(note)
    if engine not in (None, "tiktoken"):
        hint = "leave the choice of the engine to ftgate, or name 'tiktoken'"
        raise UsageError(f"engine {engine!r} cannot be used: {notes[0]}", hint=hint)
    count = open_oracle(encoding_name)
    return Counter(count, "tiktoken", encoding_name, "; ".join(notes))
