"""Everything that ftgate parses, as functions of bytes that hold the fuzzed property.

A parser takes hostile bytes and ends with a result or with an error that ftgate documents
(:class:`~ftgate.errors.FtgateError`); whatever else it raises is a defect. Where there is an
independent oracle, the parser also asserts that the result is right.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from ftgate.catalog import provider_names
from ftgate.errors import FtgateError
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from ftgate.readers.compressed import ArchiveError, decompressed
from ftgate.readers.jsonl import Line, read_jsonl
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head, wide_encoding
from ftgate.readers.table import read_table
from ftgate.targets import Target, open_target

Parser = Callable[[bytes], None]

CORPUS = Path(__file__).parent / "corpus"

TODAY = date(2026, 11, 22)
_DEEP = 900  # the standard library gives up at about a thousand levels, orjson at 1,024


@cache
def _folder() -> Path:
    """Where inputs that have to be files are written: in memory, where there is such a place."""
    memory = "/dev/shm"  # noqa: S108 - a directory of its own is made in it
    found = tempfile.TemporaryDirectory(dir=memory if os.path.isdir(memory) else None)
    _KEPT.append(found)
    return Path(found.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # removed when the process ends


def _file(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


@cache
def _targets() -> tuple[Target | None, ...]:
    return (None, *map(open_target, provider_names()))


def _chosen(data: bytes, among: Any) -> Any:
    """One of several, by the bytes: an input that fails does so every time."""
    return among[zlib.crc32(data) % len(among)]


def jsonl(data: bytes) -> None:
    """Every line is what the standard library says, and no byte is lost."""
    lines = list(read_jsonl(io.BytesIO(data)))
    wide = bool(lines) and bool(wide_encoding(lines[0].raw)) and lines[0].record is None
    if wide:
        assert len(lines) == 1
        return
    assert b"".join(line.raw for line in lines) == data
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    for line in lines:
        assert (line.record is None) == (bool(line.problems) and not _is_kept(line))
        _compare(line)


def _is_kept(line: Line) -> bool:
    return line.record is not None


class _NotStrict(ValueError):
    """JSON that only the standard library takes."""


def _strict(text: str) -> tuple[Any, bool]:
    """The value of strict JSON, and whether an object of it has a key twice."""
    repeated = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        repeated = repeated or len({key for key, _ in found}) < len(found)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # a lone surrogate
        return dict(found)

    def number(digits: str) -> float:
        if float(digits) in (float("inf"), float("-inf")):
            raise _NotStrict(digits)
        return float(digits)

    def constant(name: str) -> float:
        raise _NotStrict(name)

    value = json.loads(
        text, object_pairs_hook=pairs, parse_float=number, parse_int=number, parse_constant=constant
    )
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value, repeated


def _compare(line: Line) -> None:
    body = line.raw.removeprefix(b"\xef\xbb\xbf")
    kinds = {problem.kind for problem in line.problems} - {"byte-order-mark"}
    if not body.strip(b" \t\r\n"):
        assert line.blank
        return
    if body.count(b"[") + body.count(b"{") > _DEEP:
        return
    try:
        value, repeated = _strict(body.decode())
    except ValueError:
        assert kinds, "read without a problem, and the standard library refuses it"
        return
    assert (line.record is not None) == isinstance(value, dict)
    assert kinds == ({"duplicate-key"} if repeated else set()) | (
        set() if isinstance(value, dict) else {"not-an-object"}
    )


def records(data: bytes) -> None:
    """Every schema, by the rules of one provider after the other, with everything looked at."""
    profile = profile_stream(
        io.BytesIO(data),
        measure=_measure,
        limit=100,
        refuse=_refusal(_chosen(data, _targets())),
        hygiene=True,
    )
    again = Profile.from_json(orjson.loads(orjson.dumps(profile.to_json())))
    assert again.lines == profile.lines == profile.examples + profile.invalid + profile.blank


def _refusal(target: Target | None) -> Any:
    return target.problems if target else None


def _measure(example: Any) -> tuple[int, int, int, int, int, int]:
    """The provider's bill at four characters a token: vocabularies are not what is fuzzed."""
    from ftgate.tokens.billing import Meter

    return Meter(_FourCharacters()).measure(example)  # type: ignore[arg-type]


class _FourCharacters:
    """What a counter is."""

    engine, note = "test", ""

    def count(self, text: str) -> int:
        return len(text.encode("utf-8", "surrogatepass")) // 4

    def count_many(self, texts: list[str]) -> list[int]:
        return [self.count(text) for text in texts]


def content(data: bytes) -> None:
    """What the answers teach."""
    from ftgate.content.goal import Sampled, judge_goal
    from ftgate.judge import judge_record
    from ftgate.readers.jsonl import read_jsonl

    read = [
        (line.number, judge_record(line.record, None)[1])
        for line in read_jsonl(io.BytesIO(data))
        if line.record is not None
    ]
    turns = [Sampled("0", at, each.turns, each.calls) for at, each in read if each and each.turns]
    if turns:
        judge_goal(turns[:20], examples=len(turns))


def converted(data: bytes) -> None:
    """What is converted is strict JSON again, and reads as the schema that it was written in."""
    from ftgate.convert import TARGETS
    from ftgate.convert.stream import Account, convert_stream

    account = Account()
    write = _chosen(data, list(TARGETS.values()))
    lines = list(convert_stream(io.BytesIO(data), write, account))
    assert len(lines) == account.converted
    for line in lines:
        assert isinstance(json.loads(line), dict)


def table(data: bytes) -> None:
    """Rows of comma-separated values: every byte but the header's belongs to one of them."""
    for line in read_table(io.BytesIO(data)):
        assert (line.record is None) or not line.blank
    profile_stream(io.BytesIO(data), measure=None, table=True, hygiene=True)


def compressed(data: bytes) -> None:
    """Archives that are damaged, cut off or joined, by the JSON Lines in them."""
    stream = decompressed(io.BufferedReader(io.BytesIO(data)))  # type: ignore[arg-type]
    with suppress(ArchiveError):
        diagnose_head(stream.read(HEAD_BYTES), "train.jsonl")
    stream = decompressed(io.BufferedReader(io.BytesIO(data)))  # type: ignore[arg-type]
    profile_stream(stream, measure=None)


def sniffed(data: bytes) -> None:
    """What a file is instead of JSON Lines."""
    problem = diagnose_head(data[:HEAD_BYTES], "-rf $(touch x)\n.jsonl")
    assert problem is None or problem.kind


def fixed(data: bytes) -> None:
    """Repairs lose no byte without saying so, and leave nothing to repair."""
    from ftgate.fixing import preview_file

    path = _file("train.jsonl", data)
    pieces: list[Any] = []
    with suppress(FtgateError):
        report = preview_file(path, pieces.append)
        if not report.skipped:
            assert b"".join(piece.old for piece in pieces) == data
            assert report.changed == bool(report.repairs)
            if not report.invalid:  # without a record, broken lines around it may read otherwise
                _assert_stable(b"".join(piece.text for piece in pieces))


def _assert_stable(data: bytes) -> None:
    from ftgate.fixing import preview_file

    again: list[Any] = []
    report = preview_file(_file("again.jsonl", data), again.append)
    assert not report.changed, f"a repaired file is repaired again: {report.summary}"


def fixed_unsafe(data: bytes) -> None:
    """What unsafe fixes leave is nothing but records that the provider takes."""
    from ftgate.fixing import Fixes, preview_file
    from ftgate.fixing.dropping import Unsafe
    from ftgate.fixing.project import authority
    from ftgate.settings import Settings

    judged = authority(Settings(), TODAY)
    fixes = Fixes(unsafe=Unsafe(judged.judge, judged.severe, lambda example: False))
    path = _file("unsafe.jsonl", data)
    pieces: list[Any] = []
    with suppress(FtgateError):
        report = preview_file(path, pieces.append, fixes)
        if not report.skipped:
            left = b"".join(piece.text for piece in pieces)
            for line in filter(None, left.split(b"\n")):
                assert isinstance(json.loads(line), dict)


_PROMPTS = (
    *("p.txt", "p.md", "p.j2", "p.json", "p.yaml", "p.prompt", "p.prompty", "p.prompt.yml"),
    "promptfooconfig.yaml",
)


def prompts(data: bytes) -> None:
    """One format of prompt files or another, with all that is measured and looked for in them."""
    from ftgate.prompts.study import shown_examples, study_file

    name = _chosen(data, _PROMPTS)
    with suppress(FtgateError):
        study = study_file(str(_file(name, data)), name, lambda text: len(text) // 4)
        shown_examples(study)
        _assert_places(study, data)


def _assert_places(study: Any, data: bytes) -> None:
    last = data.count(b"\n") + data.count(b"\r") + 2
    for defect in study.defects:
        assert 1 <= defect.line <= last


def settings(data: bytes) -> None:
    """``ftgate.toml``, and the same as a table of ``pyproject.toml``."""
    from ftgate import config
    from ftgate.config_origin import lines_of
    from ftgate.judging import scope_of

    for name in ("ftgate.toml", "pyproject.toml"):
        with suppress(FtgateError):
            found = config.load(_file(name, data))
            scope_of(found, (), ())
            lines_of(data.decode("utf-8-sig"))


def overrides(data: bytes) -> None:
    """``--config KEY=VALUE`` and ``--price MODEL,UNIT=USD``."""
    from ftgate import config
    from ftgate.prices.overrides import parse_flag

    text = data.decode("utf-8", "surrogateescape")
    with suppress(FtgateError):
        config.load(None, overrides=(text,))
    with suppress(FtgateError):
        parse_flag(text, TODAY)


def scenario(data: bytes) -> None:
    """A scenario, priced and printed."""
    from ftgate.commands.scenarios import read_scenario
    from ftgate.economics.scenario import parse_scenario
    from ftgate.economics.scenario_json import scenario_dict
    from ftgate.economics.scenario_text import scenario_lines

    with suppress(FtgateError):
        text = read_scenario(str(_file("scenario.toml", data)))
        found = parse_scenario(text, "scenario.toml")
        json.dumps(scenario_dict(found, None), allow_nan=False)
        list(scenario_lines(found, None))


def feeds(data: bytes) -> None:
    """Every price feed: what it says is an amount, a unit and a date, or refused."""
    from ftgate.prices.feeds import FEEDS, decode
    from ftgate.prices.vetting import vet

    for name, feed in FEEDS.items():
        with suppress(FtgateError):
            found = feed.parse(decode(data, name), TODAY)
            assert all(Decimal(0) <= row.usd < Decimal(10) ** 12 for row in found.rows)
            vet(found, feed=name, floor=1, canaries=(), known={})


def lock(data: bytes) -> None:
    """``ftgate-prices.json``; what is read can be written and read again."""
    from ftgate.prices.lock import Lock, lock_text

    with suppress(FtgateError):
        found = Lock(_file("ftgate-prices.json", data))
        found.names()
        prices = found.prices()
        text = lock_text(prices, TODAY)
        if prices:
            Lock(_file("again.json", text.encode("utf-8", "surrogatepass")))


def stored_prices(data: bytes) -> None:
    """Live prices on disk: what is damaged is not there."""
    from ftgate.prices.live import Live
    from ftgate.prices.store import read_records

    path = _file("live-prices", data)
    known = CORPUS / "stored-prices" / "live"
    assert Live(path, TODAY).providers() in ((), Live(known, TODAY).providers())
    assert read_records(path)[0] in ({}, read_records(known)[0])


def cached(data: bytes) -> None:
    """A cache entry: damaged ones are absent, forged ones of another shape too."""
    from ftgate.asking.questions import _answer
    from ftgate.cache import Cache, _checksum
    from ftgate.profile_files import _profile
    from ftgate.reading import _goal_from_json
    from ftgate.sources import File

    cache_of_one = Cache(_folder())
    _file("entry.json", data)
    cache_of_one.get("entry")
    _file("entry.json", _checksum(data) + b"\n" + data)
    value = cache_of_one.get("entry")
    _profile(value)
    _goal_from_json(value, [File("train.jsonl", "train", "train.jsonl")])
    _answer(value)


def baseline(data: bytes) -> None:
    """``.ftgate-baseline``; what is read can be written and read again."""
    from ftgate.baseline import read, written

    with suppress(FtgateError):
        entries = read(_file(".ftgate-baseline", data))
        assert read(_file("again", written(entries))) == entries


def reports(data: bytes) -> None:
    """A report that ``ftgate diff`` is given, compared with itself and printed."""
    from ftgate.changes import compare_versions
    from ftgate.commands.diff import _shown, _stored

    with suppress(FtgateError):
        found = _stored(str(_file("report.json", data)))
        for before, after in ((found, found), ({}, found), (found, {})):
            changes = compare_versions(before, after)
            for form in ("text", "json", "markdown"):
                _shown(changes, "a.json", "b.json", form, color=False)


def statements(data: bytes) -> None:
    """What ``ftgate verify`` is given."""
    from ftgate.attest import prove, read_statement

    with suppress(FtgateError):
        prove(read_statement(str(_file("statement.json", data))), ())


def journals(data: bytes) -> None:
    """What ``ftgate launch`` remembers, and the log of what was billed."""
    from ftgate.launching.calibration import entries_of, formulas, observed, prediction_in
    from ftgate.launching.journal import Journal

    folder = _folder() / "state"
    (folder / "launches").mkdir(parents=True, exist_ok=True)
    (folder / "launches" / "a.json").write_bytes(data)
    (folder / "calibration.jsonl").write_bytes(data)
    journal = Journal(folder)
    with suppress(FtgateError):
        record = journal.load("a")
        assert record is None or record.unanswered is None or record.unanswered.job_id is None
    with suppress(FtgateError):
        journal.records()
    entries = entries_of(journal.logged())
    formulas(entries)
    observed(entries, "openai")
    prediction_in({"ftgate_prediction": data.decode("utf-8", "replace")})


def answers(data: bytes) -> None:
    """What a model or a service says."""
    from ftgate.asking.prompt import parse_answer
    from ftgate.launching.calibration import billed_in

    text = data.decode("utf-8", "replace")
    assert parse_answer(text) in (None, "knowledge", "style", "format", "cannot tell")
    billed_in([text])


def failure_lists(data: bytes) -> None:
    """A file that ``-o failures=`` would replace."""
    from ftgate.commands.failures import check_replaceable

    with suppress(FtgateError):
        check_replaceable(str(_file("bad.jsonl", data)))


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


_OF_MONEY = ("FT3", "FT7", "FT8", "FT603", "FT605", "FT613")
_KNOWN_EXAMPLE = (
    b'{"messages": [{"role": "user", "content": "What does it cost?"},'
    b' {"role": "assistant", "content": "Nothing."}]}\n'
)


def whole(data: bytes) -> None:
    """``ftgate check`` from the files to every report format."""
    from ftgate.gate import CheckOptions, check
    from ftgate.render import RENDERERS, renderer

    folder = _folder() / "whole"
    (folder / "prompts").mkdir(parents=True, exist_ok=True)
    (folder / ".git").mkdir(exist_ok=True)  # the search for a plan ends here
    bits = zlib.crc32(data)
    (folder / "train.jsonl").write_bytes(data)
    (folder / "val.jsonl").write_bytes(data[len(data) // 3 :] if bits & 4 else _KNOWN_EXAMPLE)
    (folder / "prompts" / "system.txt").write_bytes(data[:5000] if bits & 8 else b"You help.")
    # What an option costs is arithmetic on counts: every fourth input is priced.
    options = CheckOptions(as_of=str(TODAY), cache=False, ignore=_OF_MONEY if bits & 3 else ())
    with _inside(folder), suppress(FtgateError):
        report = check(["train.jsonl", "val.jsonl"], options)
        assert report.exit_code in (0, 1, 3)
        for name in RENDERERS:
            renderer(name)(report, color=False, width=100, verbose=True)


PARSERS: dict[str, tuple[Parser, str]] = {
    "jsonl": (jsonl, "data"),
    "records": (records, "data"),
    "content": (content, "data"),
    "converted": (converted, "data"),
    "fixed": (fixed, "data"),
    "fixed-unsafe": (fixed_unsafe, "data"),
    "sniffed": (sniffed, "data"),
    "whole": (whole, "data"),
    "table": (table, "table"),
    "compressed": (compressed, "compressed"),
    "prompts": (prompts, "prompts"),
    "settings": (settings, "settings"),
    "overrides": (overrides, "overrides"),
    "scenario": (scenario, "scenario"),
    "feeds": (feeds, "feeds"),
    "lock": (lock, "lock"),
    "stored-prices": (stored_prices, "stored-prices"),
    "cached": (cached, "cached"),
    "baseline": (baseline, "baseline"),
    "reports": (reports, "reports"),
    "statements": (statements, "statements"),
    "journals": (journals, "journals"),
    "answers": (answers, "answers"),
    "failure-lists": (failure_lists, "failure-lists"),
}
"""Every parser with the folder of ``corpus/`` that its inputs are made from."""
