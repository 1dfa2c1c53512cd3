"""Engines: whatever cuts a file and whoever reads its pieces, the profile is the same."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftgate import check, profile, profile_files
from ftgate.accepted import Accepting
from ftgate.cache import Cache
from ftgate.content.marks import Search
from ftgate.counting import LazyCounter
from ftgate.engine import Counting, Engine, Piece, Result, Task, local
from ftgate.engine.pieces import cut, digested
from ftgate.engine.task import perform, warm
from ftgate.errors import WorkerError
from ftgate.gate import CheckOptions
from ftgate.looks import Looks, Seen, look_at
from ftgate.model import Encoding
from ftgate.outlines import pieces_before_change, remember_outline
from ftgate.profile import Profile
from ftgate.readers import jsonl
from ftgate.reading import Reading, read_dataset
from ftgate.render import renderer
from ftgate.sources import Dataset, File
from tests.conftest import AS_OF

COUNTING = Counting("o200k_base", "tiktoken")
ENCODING = Encoding("o200k_base", "exact")


def chat(user: str, assistant: str, **more: Any) -> bytes:
    messages = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return json.dumps({"messages": messages, **more}, ensure_ascii=False).encode()


LINES = st.one_of(
    st.builds(chat, st.text(max_size=20), st.sampled_from(["yes", "no", "No.", "a" * 50])),
    st.sampled_from(
        [
            *(b"", b"  ", b'{"messages": ', b"[1, 2]", b'{"other": 1}', b"\xff\xfe{"),
            *(b"caf\xe9", b'\xef\xbb\xbf{"messages": []}', b'{"a": NaN, "a": 1}'),
            b'{"prompt": "a", "completion": "b"}',
            chat("<|endoftext|>", "mail me: jane.doe@proton.me"),
            chat("the same question", "the same long answer " * 12),
            chat("key", "AKIA" + "Z3QX7K2MWPLD9F4T", extra=1),
        ]
    ),
)
FILES = st.lists(LINES, min_size=1, max_size=14)
FIRST = chat("The first line is a record: a file without one is cut nowhere.", "yes")


def task(path: Path, piece: Piece | None = None, **how: Any) -> Task:
    found = path.stat()
    seen = Seen("", found.st_size, found.st_mtime_ns)
    search = Search(common=(1, 2), grams=True)
    options: dict[str, Any] = {"limit": 12, "hygiene": True, "search": search, **how}
    return Task(str(path), path.name, seen, COUNTING, piece=piece, **options)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    FILES,
    st.lists(st.integers(1, 14), max_size=3),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
    st.sampled_from(["openai", "together"]),
)
def test_any_split_gives_the_profile_of_the_whole_file(
    tmp_path: Path, lines: list[bytes], cuts: list[int], end: bytes, ended: bool, target: str
) -> None:
    path = tmp_path / "train.jsonl"
    parts = [line + end for line in (FIRST, *lines)]
    parts[-1] = parts[-1] if ended else parts[-1][: -len(end)] or b" "
    path.write_bytes(b"".join(parts))
    accepting = Accepting(collect=True)
    whole = perform(task(path, target=target, accepting=accepting)).profile
    at = sorted({0, len(parts), *(min(cut, len(parts)) for cut in cuts)})
    joined = None
    for first, last in pairwise(at):
        start, size = len(b"".join(parts[:first])), len(b"".join(parts[first:last]))
        profile = perform(
            task(path, Piece(start, size), target=target, accepting=accepting)
        ).profile
        assert profile is not None
        if joined is None:
            joined = profile
        else:
            joined.append(profile)
    assert joined == whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "_BLOCK_LINES", 1 + len(cuts))
        assert perform(task(path, target=target, accepting=accepting)).profile == whole


def test_pieces_are_the_file_and_end_with_lines(tmp_path: Path) -> None:
    path = write(tmp_path, 3000)
    data = path.read_bytes()
    pieces = list(cut(str(path), len(data), least=4000))
    assert len(pieces) > 20
    ends = [piece.start + piece.size for piece in pieces]
    assert [piece.start for piece in pieces] == [0, *ends[:-1]]
    assert ends[-1] == len(data)
    assert {data[end - 1 : end] for end in ends} == {b"\n"}
    assert [sha256(data[start : start + size]).hexdigest() for start, size, _ in pieces] == [
        piece.digest for piece in digested(str(path), pieces)
    ]


@pytest.mark.parametrize("changed", [b"", b"\n", chat("a new question", "and an answer " * 90)])
def test_a_changed_line_changes_a_piece_or_two(tmp_path: Path, changed: bytes) -> None:
    path = write(tmp_path, 3000)
    lines = path.read_bytes().splitlines(keepends=True)
    before = digests_of(path)
    for line in (0, 700, 1499, 2998):
        path.write_bytes(b"".join([*lines[:line], changed, *lines[line + 1 :]]))
        assert len(digests_of(path) - before) <= 3


def digests_of(path: Path) -> set[str]:
    pieces = cut(str(path), path.stat().st_size, least=4000)
    return {piece.digest for piece in digested(str(path), pieces)}


def test_processes_give_the_profiles_of_one_process_in_order(tmp_path: Path) -> None:
    path = write(tmp_path, 900)
    size = path.stat().st_size
    tasks = [task(path, piece) for piece in cut(str(path), size, least=4000)]
    tasks += [task(write(tmp_path, 10, "small.jsonl")), task(tmp_path / "small.jsonl")]
    serial = list(Engine("serial").run(tasks, size))
    for jobs in (1, 2, 3):
        assert list(Engine("local", jobs).run(tasks, size)) == serial
    assert multiprocessing.active_children() == []


def test_processes_that_cannot_be_forked_load_what_they_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_context", lambda: multiprocessing.get_context("spawn"))
    path = write(tmp_path, 300)
    tasks = [task(path, piece) for piece in cut(str(path), path.stat().st_size, least=9000)]
    assert list(Engine("local", 2).run(tasks, 0)) == list(Engine("serial").run(tasks, 0))


def test_what_is_read_to_warm_up_is_not_kept(tmp_path: Path) -> None:
    kept: dict[int, tuple[str, str]] = {}
    warm(task(write(tmp_path, 3), search=Search(small=True, kept=kept)))
    assert kept == {}


def test_a_process_that_dies_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, 300)
    tasks = [task(path, piece) for piece in cut(str(path), path.stat().st_size, least=4000)]
    expected = list(Engine("serial").run(tasks, 0))
    mark = tmp_path / "died"

    def once(task: Task) -> Result:
        if task == tasks[2] and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return perform(task)

    monkeypatch.setattr(local, "perform", once)
    assert list(Engine("local", 2).run(tasks, 0)) == expected
    assert mark.exists()


def test_a_piece_that_kills_its_process_twice_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, 300)
    tasks = [task(path, piece) for piece in cut(str(path), path.stat().st_size, least=4000)]

    def always(task: Task) -> Result:
        if task == tasks[2]:
            os.kill(os.getpid(), signal.SIGKILL)
        return perform(task)

    monkeypatch.setattr(local, "perform", always)
    start, size, _ = tasks[2].piece or Piece(0, 0)
    with pytest.raises(WorkerError, match=rf"bytes {start:,} to {start + size:,}.*signal 9"):
        list(Engine("local", 2).run(tasks, 0))
    assert multiprocessing.active_children() == []


def test_what_a_piece_raises_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(task: Task) -> Result:
        raise ZeroDivisionError(task.name)

    monkeypatch.setattr(local, "perform", crash)
    path = write(tmp_path, 3)
    with pytest.raises(ZeroDivisionError, match=r"train\.jsonl"):
        list(Engine("local", 2).run([task(path), task(path)], 0))
    assert multiprocessing.active_children() == []


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """What the serial engine was given."""
    from ftgate import engine

    tasks: list[Task] = []

    def noted(task: Task) -> Result:
        tasks.append(task)
        return perform(task)

    monkeypatch.setattr(engine, "perform", noted)
    monkeypatch.setattr(profile_files, "CUT_FROM_BYTES", 1000)
    monkeypatch.setattr("ftgate.engine.pieces.LEAST_BYTES", 4000)
    return tasks


def read(path: Path, cache: Path | None, sample_size: int = 20) -> Reading:
    file = File(str(path), "train", path.name)
    remembered = Cache(cache)
    return read_dataset(
        Dataset("set", (file,)),
        counter=LazyCounter(ENCODING, path.stat().st_size, remembered),
        limit=100,
        sample_size=sample_size,
        cache=remembered,
        looks=Looks(),
        hygiene=True,
    )


def test_after_a_change_only_the_changed_pieces_are_read(
    tmp_path: Path, performed: list[Task]
) -> None:
    path, cache = write(tmp_path, 900), tmp_path / "cache"
    read(path, cache)
    pieces = len(performed)
    assert pieces > 10
    lines = path.read_bytes().splitlines(keepends=True)
    lines[450] = chat("one more question", "one more answer") + b"\n"
    path.write_bytes(b"".join(lines))
    again = read(path, cache)
    assert 1 <= len(performed) - pieces <= 3
    fresh = read(path, None)
    assert again.merged([File(str(path), "train", "")]) == fresh.merged(
        [File(str(path), "train", "")]
    )
    assert (again.goal, again.repetition) == (fresh.goal, fresh.repetition)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> int:
    """Bytes from mark to mark, fewer than a piece has."""
    for module in ("looks", "outlines"):
        monkeypatch.setattr(f"ftgate.{module}.MARK_BYTES", 3000)
    return 3000


EDITS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "nothing": lambda lines: lines,
    "a line at the end": lambda lines: [*lines, FIRST + b"\n"],
    "the last line goes on": lambda lines: [*lines[:-1], lines[-1][:-1]],
    "half of it": lambda lines: lines[: len(lines) // 2],
    "a line in the middle": lambda lines: [*lines[:400], FIRST + b"\n", *lines[400:]],
    "the first line": lambda lines: [FIRST + b"\n", *lines[1:]],
    "a place that a message names": lambda lines: [*lines[:500], b'{"a": "caf\xe9"}\n', *lines[1:]],
    "the second half first": lambda lines: [*lines[400:], *lines[:400]],
}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=3))
@pytest.mark.usefixtures("performed", "marked")
def test_whatever_is_remembered_the_profile_is_that_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, edits: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    path, cache = write(folder, 900), folder / "cache"
    read(path, cache, sample_size=0)
    for edit in edits:
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(EDITS[edit](lines)))
        again, fresh = read(path, cache, sample_size=0), read(path, None, sample_size=0)
        assert again.results == fresh.results


def test_marks_are_digests_of_what_a_file_begins_with(tmp_path: Path, marked: int) -> None:
    path = write(tmp_path, 100)
    data = path.read_bytes()
    seen = look_at(str(path))
    ends = range(marked, len(data) + 1, marked)
    assert len(ends) >= 3
    assert seen.marks == tuple(sha256(data[:end]).hexdigest() for end in ends)
    assert seen.digest == f"sha256:{sha256(data).hexdigest()}"


@pytest.mark.parametrize("at", [0, 1, 3000, 3001, 14_999, 15_000, 15_001, 29_999, 30_000])
def test_pieces_before_a_change_have_the_bytes_that_they_had(
    tmp_path: Path, marked: int, at: int
) -> None:
    path, cache = write(tmp_path, 300), Cache(tmp_path / "cache")
    data = path.read_bytes()[:30_000]
    path.write_bytes(data)
    pieces = list(digested(str(path), cut(str(path), len(data), least=1000)))
    remember_outline(cache, look_at(str(path)), pieces)
    data = data[:at] + b"x" + data[at:]
    path.write_bytes(data)
    same = pieces_before_change(cache, look_at(str(path)))
    assert same == pieces[: len(same)]
    assert sum(piece.size for piece in same) >= at - marked - 2000
    for start, size, digest in same:
        assert sha256(data[start : start + size]).hexdigest() == digest
        assert data[start + size - 1 : start + size] == b"\n"


@pytest.mark.usefixtures("performed", "marked")
def test_what_precedes_a_change_is_not_digested_again_and_what_is_known_is_opened_in_sections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cache = write(tmp_path, 3000), tmp_path / "cache"
    read(path, cache)
    size = path.stat().st_size
    pieces = list(cut(str(path), size))
    again: list[Piece] = []
    opened: list[str] = []
    get = Cache.get

    def noted(_: str, given: Iterable[Piece]) -> Iterator[Piece]:
        again.extend(found := list(digested(str(path), given)))
        yield from found

    monkeypatch.setattr("ftgate.engine.pieces.digested", noted)
    monkeypatch.setattr(Cache, "get", lambda self, key: opened.append(key) or get(self, key))
    with path.open("ab") as stream:
        stream.write(chat("one more question", "one more answer") + b"\n")
    read(path, cache)
    assert again
    assert all(piece.start > size - 16_000 for piece in again)
    assert len(opened) < len(pieces) / 2


def test_of_the_structure_only_whole_files_are_remembered(
    tmp_path: Path, performed: list[Task]
) -> None:
    path, cache = write(tmp_path, 900), tmp_path / "cache"
    options = CheckOptions(
        isolated=True, cache_dir=str(cache), select=("FT0", "FT1"), as_of=AS_OF, engine="serial"
    )
    first = check(path, options)
    pieces = len(performed)
    assert pieces > 10
    assert [entry.name.partition("-")[0] for entry in cache.glob("*.json")] == ["profile"]
    assert check(path, options) == first
    assert len(performed) == pieces


def test_a_file_that_changed_at_its_ends_and_in_the_middle_is_read_anew(
    tmp_path: Path, performed: list[Task]
) -> None:
    path, cache = write(tmp_path, 900), tmp_path / "cache"
    read(path, cache)
    pieces = len(performed)
    starts = [performed[index].piece for index in (0, pieces // 2, -1)]
    data = bytearray(path.read_bytes())
    for piece in starts:
        assert piece is not None
        at = data.index(b"content", piece.start)
        data[at : at + 7] = b"CONTENT"
    path.write_bytes(data)
    again = read(path, cache)
    assert len(performed) == 2 * pieces
    fresh = read(path, None)
    assert again.results[str(path)].profile == fresh.results[str(path)].profile


def test_a_place_in_the_file_is_not_remembered_for_another_place(
    tmp_path: Path, performed: list[Task]
) -> None:
    path, cache = write(tmp_path, 300), tmp_path / "cache"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[290] = b'{"messages": "caf\xe9"}\n'
    path.write_bytes(b"".join(lines))
    read(path, cache)
    path.write_bytes(b"".join([FIRST + b"\n", *lines]))
    again, fresh = read(path, cache), read(path, None)
    (place,) = again.results[str(path)].profile.problems["not-utf8"].places  # type: ignore[union-attr]
    assert (place,) == tuple(fresh.results[str(path)].profile.problems["not-utf8"].places)  # type: ignore[union-attr]


def test_the_report_is_the_same_to_the_byte(
    tmp_path: Path, performed: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 300)
    monkeypatch.chdir(tmp_path)
    shares: list[int] = []
    meter = SimpleNamespace(add=lambda size, *_: shares.append(size))
    monkeypatch.setattr(profile_files, "METER", meter)

    def report(engine: str, jobs: int) -> str:
        options = CheckOptions(
            isolated=True,
            cache=False,
            as_of=AS_OF,
            engine=engine,
            jobs=jobs,
        )
        return renderer("json")(check("train.jsonl", options), color=False, width=80, verbose=False)

    first = report("local", 2)
    assert len(shares) >= 5
    assert sum(shares) == Path("train.jsonl").stat().st_size
    assert report("serial", 0) == first
    assert len(performed) > 5


def test_many_digests_are_told_apart_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = array("Q", [5, 2**64 - 1, 5, 0, 7, 7])
    other = Profile(
        examples=4, digests=array("Q", [7, 7, 1, 2**64 - 1]), at=array("I", range(1, 5))
    )
    at = array("I", range(1, 7))
    few, many = (Profile(examples=6, digests=digests[:], at=at[:]) for _ in range(2))
    assert (few.unique, few.duplicates, few.overlap(other)) == (4, 2, 3)
    monkeypatch.setattr(profile, "_MANY", 1)
    assert (many.unique, many.duplicates, many.overlap(other)) == (4, 2, 3)
    many.merge(other)
    assert many.unique == 5


def write(folder: Path, examples: int, name: str = "train.jsonl") -> Path:
    """A training set with a broken line in a hundred."""
    path = folder / name
    lines = [chat(f"question {n} about {n % 7}", f"answer {n * n} " * 3) for n in range(examples)]
    lines[99::100] = [b'{"messages": '] * len(lines[99::100])
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


SLOW = """
import sys, time
from ftgate.engine import local
perform = local.perform
def slowly(task):
    time.sleep(0.2)
    return perform(task)
local.perform = slowly
from ftgate import check, profile, profile_files
profile_files.CUT_FROM_BYTES = 1000
from ftgate.engine import pieces
pieces.LEAST_BYTES = 4000
from ftgate.cli import run
sys.exit(run(["check", sys.argv[1], "--isolated", "--no-cache", "--engine", "local", "-j", "2"]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="process groups are looked at in /proc")
@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_nothing_is_left_behind(tmp_path: Path, by: signal.Signals, code: int) -> None:
    path = write(tmp_path, 9000)
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=in_the_foreground,
    )
    wait_until(lambda: len(group(process.pid)) == 3)
    if by is signal.SIGINT:
        os.killpg(process.pid, by)  # as a terminal does
    else:
        process.send_signal(by)
    assert process.wait(20) == code
    wait_until(lambda: group(process.pid) == [])


def in_the_foreground() -> None:
    """Ctrl-C is heard even if a shell has started the tests in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def group(leader: int) -> list[int]:
    """Living processes of a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgid = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(pgid) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return found


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
