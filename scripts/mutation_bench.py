"""Runs tests against mutants, each in a process of its own that has everything loaded already."""

from __future__ import annotations

import functools
import gc
import importlib
import json
import math
import os
import resource
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest

from scripts.mutants import Mutant, mutated

ROOT = Path(__file__).resolve().parent.parent
Work = list[tuple[Mutant, list[str]]]
"""Mutants, each with the tests that could notice it, in the order in which they are run."""

_PRELOADED = (
    *("click", "fastokens", "httpx2", "hypothesis", "jinja2", "numpy", "orjson", "pydantic"),
    *("tiktoken", "yaml", "zstandard"),
)
_QUIET = (
    *("-q", "-o", "addopts=", "-p", "no:cacheprovider"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of what is loaded before pytest starts
)
_TEST_SECONDS = 30  # of processor time: what takes longer hangs


class Result(NamedTuple):
    """What became of a mutant: ``killer`` is the test that noticed it, "" when none did."""

    mutant: Mutant
    killer: str
    tests: int


def work_off(work: Work, limit: float, out: Path, base: Path) -> None:
    """Judge these mutants, one line of JSON for each as it is done.

    ``limit`` is the processor time of a mutant in seconds, ``base`` a folder for the tests' files.
    """
    os.environ.update(
        OPENBLAS_NUM_THREADS="1", RAYON_NUM_THREADS="1"
    )  # threads do not survive forks
    for name in _PRELOADED:
        importlib.import_module(name)
    outer = [each for each in work if not each[0].function]
    inner = [each for each in work if each[0].function]
    with out.open("w", encoding="utf-8") as stream:

        def judge_all(work: Work, bench: Bench) -> None:
            for mutant, tests in work:
                stream.write(json.dumps(bench.judge(mutant, tests)) + "\n")
                stream.flush()

        judge_all(outer, Bench(functools.partial(_run_afresh, base, limit), limit))
        files = sorted({test.split("::")[0] for _, tests in inner for test in tests})
        loaded = Loaded(functools.partial(judge_all, inner), limit)
        if inner:
            pytest.main([*_QUIET, f"--basetemp={base}", *files], plugins=[loaded])


class Bench:
    """Runs tests in forked processes; knows which ones fail without any mistake too."""

    def __init__(self, run: Callable[[Mutant | None, list[str], int], None], limit: float) -> None:
        self._run, self._limit = run, limit
        self._sound: dict[str, bool] = {}

    def judge(self, mutant: Mutant, tests: list[str]) -> Result:
        """Run the tests until one fails that passes without the mistake."""
        left = [test for test in tests if self._sound.get(test, True)]
        while left and (killer := self._forked(mutant, left)):
            if killer not in self._sound:
                self._sound[killer] = not self._forked(None, [killer])
            if self._sound[killer]:
                return Result(mutant, killer, len(tests))
            left.remove(killer)
        return Result(mutant, "", len(tests))

    def _forked(self, mutant: Mutant | None, tests: list[str]) -> str:
        """The first of the tests that fails, hangs or ends the process; "" when none does."""
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            silence()
            signal.alarm(int(self._limit) * 20)
            try:
                self._run(mutant, tests, writer)
            except BaseException:
                os._exit(1)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as stream:
            begun = stream.read().split("\n")[:-1]
        _, status = os.waitpid(child, 0)
        if not status:
            return ""
        return begun[-1] if begun else tests[0]


def silence() -> None:
    """Nothing that this process prints is shown."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)


def _begin(test: str, writer: int, limit: float) -> None:
    """Say which test begins and give it its processor time; end where a mutant has had its own."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    if used > limit:
        os._exit(0)
    os.write(writer, f"{test}\n".encode())
    most = math.ceil(used) + _TEST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


class Loaded:
    """A pytest plugin: instead of running the tests it judges mistakes inside of functions.

    Everything is imported, so a function gets the mutated code wherever it is known already.
    """

    def __init__(self, judge_all: Callable[[Bench], None], limit: float) -> None:
        self._judge_all, self._limit = judge_all, limit

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """All tests are collected: fork from here."""
        for path in sorted((ROOT / "ftgate").rglob("*.py")):
            if path.name != "__main__.py":
                parts = path.relative_to(ROOT).with_suffix("").parts
                importlib.import_module(".".join(parts).removesuffix(".__init__"))
        self._session = session
        self._items = {item.nodeid: item for item in session.items}
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        self._caches: list[Any] = []
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                self._functions[_key(each.__code__)].append(each)
            elif isinstance(each, functools._lru_cache_wrapper):
                self._caches.append(each)
        self._judge_all(Bench(self._run, self._limit))
        return True

    def _run(self, mutant: Mutant | None, tests: list[str], writer: int) -> None:
        if mutant:
            self._install(mutant)
        items = [self._items[test] for test in tests if test in self._items]
        for item, after in zip(items, [*items[1:], None], strict=True):
            _begin(item.nodeid, writer, self._limit)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self._session.testsfailed:
                os._exit(1)

    def _install(self, mutant: Mutant) -> None:
        path = ROOT / mutant.path
        for code in _codes(compile(mutated(path, mutant), str(path), "exec")):
            if code.co_qualname == mutant.function:
                for function in self._functions[_key(code)]:
                    function.__code__ = code
        for cache in self._caches:
            if str(cache.__module__).startswith("ftgate"):
                cache.cache_clear()


def _key(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


class _Following:
    """A pytest plugin: says which test begins."""

    def __init__(self, writer: int, limit: float) -> None:
        self._writer, self._limit = writer, limit

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        _begin(nodeid, self._writer, self._limit)


def _run_afresh(
    base: Path, limit: float, mutant: Mutant | None, tests: list[str], writer: int
) -> None:
    """Import the package with the mistake in it, and run the tests."""
    if mutant:
        path = str(ROOT / mutant.path)
        code = compile(mutated(ROOT / mutant.path, mutant), path, "exec")
        original = SourceFileLoader.get_code

        def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
            return code if loader.path == path else original(loader, name)

        SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]
    if pytest.main(
        [*_QUIET, "-x", f"--basetemp={base}", *tests], plugins=[_Following(writer, limit)]
    ):
        os._exit(1)
