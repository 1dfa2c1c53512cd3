"""Every engine counts what tiktoken counts.

The oracle is tiktoken's own definition of the encodings, special tokens included, on the published
rank files; only its download is replaced.
"""

from __future__ import annotations

import base64
import importlib.util
import random
import string
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import product
from typing import Any

import pytest
import tiktoken
import tiktoken_ext.openai_public
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.errors import UsageError
from ftgate.tokens import engines
from ftgate.tokens.canaries import CANARIES
from ftgate.tokens.encodings import ENCODINGS
from ftgate.tokens.engines import ENGINES, Counter, open_counter
from ftgate.tokens.oracle import BLANKS, cut, long_run, open_oracle
from ftgate.tokens.vocabulary import rank_file

every_encoding = pytest.mark.parametrize("encoding_name", ENCODINGS)
every_engine = pytest.mark.parametrize("engine", ENGINES)


@cache
def reference(encoding_name: str) -> tiktoken.Encoding:
    lines = rank_file(encoding_name).splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiktoken_ext.openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks)
        return tiktoken.Encoding(**getattr(tiktoken_ext.openai_public, encoding_name)())


def expected(encoding_name: str, text: str) -> int:
    return len(reference(encoding_name).encode_ordinary(text))


@cache
def opened(encoding_name: str, engine: str) -> Counter:
    module = engine.replace("-", "_")
    if engine != "tiktoken" and importlib.util.find_spec(module) is None:
        pytest.skip(f"{engine} is not installed: pip install 'ftgate[fast]'")
    return open_counter(encoding_name, size_bytes=0, engine=engine)


def contractions() -> list[str]:
    endings = ("s", "t", "re", "ve", "m", "ll", "d", "\u017f")
    cased = {"".join(c) for end in endings for c in product(*((x, x.upper()) for x in end))}
    words = [f"{word}'{end}" for word in ("we", "WE", "g", "é") for end in (*cased, "\u017f")]
    miscounted_by_fast_engines = ["S'\u017f'TTW", "T'\u017f'stt", "\u017f'\u017f'TTW"]
    twice = [f"{word}'{end}" for word in words for end in ("TT", "s", "\u017f")]
    return words + twice + miscounted_by_fast_engines


def scripts() -> list[str]:
    """A few letters in a row of every 128 code points of the first planes, in three contexts."""
    texts = []
    for start in range(0, 0x32000, 0x80):
        run = "".join(chr(c) for c in range(start, start + 0x80, 7) if not 0xD800 <= c < 0xE000)
        texts.append(f"{run} a{run[:3]}'s {' '.join(run[:6])}")
    return texts


def white_space() -> list[str]:
    blanks = [*BLANKS, "\r", "\n", "\x1c", "\x1f", "\u180e", "\u200b", "\ufeff"]
    pairs = [
        f"a{first}{second}b{first} .{second}1{second}" for first in blanks for second in blanks
    ]
    lefts, rights = ("", "a", ".", "1", "\n"), ("", "x", ".", "1", "\n", " x")
    runs = product(lefts, " \t\n\xa0\u3000", (1, 2, 3, 17, 129), rights)
    return pairs + [f"{left}{blank * times}{right}" for left, blank, times, right in runs]


def random_unicode() -> list[str]:
    draw = random.Random(20261122)  # noqa: S311
    points = [*range(0xD800), *range(0xE000, 0x110000)]
    return ["".join(map(chr, draw.choices(points, k=40))) for _ in range(100)]


SPECIAL_TOKENS = [
    "<|endoftext|>",
    "a<|im_start|>system<|im_end|><|think|>",
    "<|fim_prefix|><|endofprompt|>",
]
SURROGATES = [
    "lone \ud800 high",
    "lone \udfff low",
    "\udc00\ud800",
    "pair \ud83d\ude00",
    "\ud800" * 9,
]
EMOJI_AND_MARKS = [
    "👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿 🤷🏾‍♀️ #️⃣ 🇫🇷🇫",
    "e\u0301\u0302\u0303" * 50,
    "Z\u0351\u036b.\u0301!\u0301",
]
DIGITS = ["1" * 1000, "12 " * 300, "٣" * 50, "Ⅷ½²", "-1,234.5e-67"]
LONG_RUNS = [letter * 3000 for letter in ("a", "A", "aA", ".", "/", "/\n", "'", "中", "'s")]
CODE = [
    base64.b64encode(bytes(range(256)) * 8).decode(),
    bytes(range(256)).hex(),
    'if x:\r\n\treturn {"k": [1.0, None]}  # ¯\\_(ツ)_/¯\r\n' * 5,
    string.printable,
    "\x00\x7f\x80",
]


def corpus() -> list[str]:
    canaries = [text for text, _, _ in CANARIES]
    generated = contractions() + scripts() + white_space() + random_unicode()
    written = SPECIAL_TOKENS + SURROGATES + EMOJI_AND_MARKS + DIGITS + LONG_RUNS + CODE
    return canaries + generated + written


@cache
def corpus_counts(encoding_name: str) -> dict[str, int]:
    return {text: expected(encoding_name, text) for text in corpus()}


@every_engine
@every_encoding
def test_oracle_corpus(encoding_name: str, engine: str) -> None:
    count = opened(encoding_name, engine).count
    known = corpus_counts(encoding_name)
    assert {text: count(text) for text in known} == known


@every_engine
@every_encoding
@settings(max_examples=300)
@given(
    text=st.text(st.characters(exclude_categories=()), max_size=60)
    | st.text("aAsStTdDlLvVeErRmM'\u017f\u0301é .!/\n\r\t\xa0\u30001中", max_size=40)
)
def test_random_text(encoding_name: str, engine: str, text: str) -> None:
    assert opened(encoding_name, engine).count(text) == expected(encoding_name, text)


@every_encoding
@pytest.mark.parametrize("longest", [1, 2, 5])
@settings(max_examples=600)
@given(text=st.text("  \t\xa0\u3000\u2009\n\r\x0ba.1'/\u0301", max_size=60))
def test_cutting_long_runs_of_blanks_is_exact(encoding_name: str, longest: int, text: str) -> None:
    tiktokens = reference(encoding_name)
    parts = list(cut(text, long_run(longest)))
    assert "".join(part for part, _ in parts) == text
    assert expected(encoding_name, text) == sum(
        len(tiktokens._encode_single_piece(part) if is_piece else tiktokens.encode_ordinary(part))
        for part, is_piece in parts
    )


@every_encoding
def test_longest_runs_that_tiktoken_takes_are_cut_exactly(encoding_name: str) -> None:
    for text in (" " * 999_998, "a.\n" + "\t\xa0" * 300_000 + "x"):
        assert opened(encoding_name, "tiktoken").count(text) == expected(encoding_name, text)


@every_encoding
def test_runs_that_tiktoken_panics_on_are_counted(encoding_name: str) -> None:
    """Two engines that share no code with tiktoken are the oracle where tiktoken has none."""
    for text in (
        "end." + " " * 1_000_000,
        "a\r\n" + " \t" * 300_000 + ".\n" + "\t" * 600_000 + "1",
    ):
        count = opened(encoding_name, "tiktoken").count(text)
        for engine in ("splintr", "fastokens"):
            assert opened(encoding_name, engine).count(text) == count


@every_encoding
def test_canaries_are_tiktokens_counts(encoding_name: str) -> None:
    for text, cl100k, o200k in CANARIES:
        known = cl100k if encoding_name == "cl100k_base" else o200k
        assert known == expected(encoding_name, text), text


def test_choice_grows_with_the_data() -> None:
    first = [engines.preference("o200k_base", size)[0] for size in (0, 10**6, 10**9)]
    assert first == ["bpe-openai", "bpe-openai", "fastokens"]
    assert engines.preference("cl100k_base", 10**7)[:2] == ("splintr", "bpe-openai")
    for size in (0, 10**7, 10**9):
        order = engines.preference("cl100k_base", size)
        assert order[-1] == "tiktoken"
        assert len(set(order)) == len(order)


def test_missing_engine_is_passed_over_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splintr", None)
    monkeypatch.setattr(engines, "preference", lambda *_: ("splintr", "tiktoken"))
    counter = open_counter("cl100k_base", size_bytes=1)
    assert (counter.engine, counter.note) == ("tiktoken", "splintr is not installed")
    assert counter.count("hello world") == 2


def test_engine_that_miscounts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def miscounting(_: str) -> Callable[[str], int]:
        return lambda text: len(text.split())

    monkeypatch.setitem(engines.FAST_ENGINES, "splintr", miscounting)
    monkeypatch.setattr(engines, "preference", lambda *_: ("splintr", "tiktoken"))
    counter = open_counter("o200k_base", size_bytes=1)
    assert counter.engine == "tiktoken"
    assert counter.note.startswith("splintr counts 10 tokens in 'The quick brown fox")
    with pytest.raises(UsageError, match="'splintr' cannot be used"):
        open_counter("o200k_base", size_bytes=1, engine="splintr")


def test_engine_that_does_not_start_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(_: str) -> Callable[[str], Any]:
        raise RuntimeError("no such instruction")

    monkeypatch.setitem(engines.FAST_ENGINES, "splintr", crashing)
    monkeypatch.setattr(engines, "preference", lambda *_: ("splintr", "tiktoken"))
    counter = open_counter("cl100k_base", size_bytes=1)
    assert counter.note == "splintr does not start: RuntimeError: no such instruction"


def test_unknown_names_are_usage_errors() -> None:
    with pytest.raises(UsageError, match="unknown engine 'gigatoken'"):
        open_counter("o200k_base", size_bytes=1, engine="gigatoken")
    with pytest.raises(UsageError, match="unknown encoding 'gpt2'"):
        open_counter("gpt2", size_bytes=1)


def test_memo_counts_a_repeated_text_once_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(engines, "MEMO_BYTES", 2000)
    memo = engines.Memo(lambda text: asked.append(text) or len(text))
    assert [memo["system prompt"] for _ in range(3)] == [13, 13, 13]
    assert asked == ["system prompt"]
    for number in range(500):
        assert memo[f"question {number}"] == len(f"question {number}")
        assert sum(map(sys.getsizeof, memo)) <= 2000
    monkeypatch.setattr(engines, "MEMO_TEXT_BYTES", 100)
    assert memo["x" * 101] == 101
    assert "x" * 101 not in memo


def test_counting_uses_neither_network_nor_tiktokens_cache() -> None:
    code = """
import os, sys
def forbid(event, arguments):
    if event.startswith(("socket.", "urllib.")) or "/nowhere/" in str(arguments[:1]):
        raise AssertionError((event, arguments))
sys.addaudithook(forbid)
os.environ["TIKTOKEN_CACHE_DIR"] = "/nowhere/cache"
from ftgate.tokens.engines import open_counter
for engine in sys.argv[1:]:
    print(open_counter("cl100k_base", size_bytes=0, engine=engine).count("hello world"))
assert "tiktoken_ext.openai_public" not in sys.modules  # where tiktoken names its downloads
"""
    installed = [engine for engine in ENGINES if find_spec(engine)]
    done = subprocess.run(
        [sys.executable, "-c", code, *installed], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["2"] * len(installed)


@every_encoding
def test_oracle_is_built_once(encoding_name: str) -> None:
    assert open_oracle(encoding_name) is open_oracle(encoding_name)
