"""What does not fit into memory goes to disk, and says there what it would have said in memory."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from array import array
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate import check, memory, profile
from ftgate.cli import run
from ftgate.content import near
from ftgate.content.marks import Search
from ftgate.errors import SpillError, UsageError
from ftgate.gate import CheckOptions
from ftgate.lookup import each_example_at
from ftgate.memory import Memory, parse_size
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from ftgate.render import renderer
from ftgate.runs import Run, distinct, found_in, smallest
from ftgate.spill import Spill
from ftgate.thinning import BYTES, within
from ftgate.tokens.engines import preference
from tests.conftest import AS_OF
from tests.planted import chat, plant, repetition_of

NUMBERS = st.lists(st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 3)), max_size=40)


def runs_of(numbers: list[int], cuts: list[int], memory_bytes: int) -> list[Run]:
    """The numbers in runs that end at the cuts, each number with its index."""
    spill, places = Spill(memory_bytes), [0, *sorted(cut % (len(numbers) + 1) for cut in cuts)]
    values = np.arange(len(numbers), dtype=np.uint32)
    keys = np.array(numbers, dtype=np.uint64)
    ends = [*places[1:], len(numbers)]
    return [
        Run.of(spill, keys[start:end], values[start:end])
        for start, end in zip(places, ends, strict=True)
    ]


@given(
    NUMBERS,
    NUMBERS,
    st.lists(st.integers(0, 40), max_size=4),
    st.integers(1, 50),
    st.sampled_from([0, 100, 10**9]),
    st.integers(1, 9),
)
def test_sorted_runs_say_what_sets_say(
    some: list[int], other: list[int], cuts: list[int], at_once: int, budget: int, size: int
) -> None:
    runs, known = runs_of(some, cuts, budget), runs_of(other, cuts[:1], budget)
    assert distinct(at_once, runs) == len(set(some))
    assert found_in(at_once, runs, known) == sum(number in set(other) for number in some)
    first = {number: at for at, number in reversed(list(enumerate(some))) if at}
    assert smallest(at_once, runs, size) == sorted(first.items())[:size]


LINES = st.lists(
    st.sampled_from(
        [
            json.dumps(chat(f"What is {n} times {m}?", f"It is {n * m}."))
            for n in (1, 2)
            for m in (3, 4)
        ]
        + ["{", "", json.dumps({"messages": []})]
    ),
    max_size=12,
)


def read(lines: list[str]) -> Profile:
    data = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    return profile_stream(data, measure=None, hygiene=True, search=Search(grams=True))


@given(LINES, LINES, st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_profile_on_disk_says_what_it_says_in_memory(
    lines: list[str], others: list[str], spilled: list[bool]
) -> None:
    whole, parts, spill = read(lines), Profile(), Spill()
    for line, to_disk in zip(lines, spilled, strict=False):
        parts.append(read([line]))
        if to_disk:
            parts.spill(spill)
    other = read(others)
    assert (parts.examples, parts.unique) == (whole.examples, whole.unique)
    assert parts.duplicates == whole.duplicates
    assert parts.sample(3) == whole.sample(3)
    assert parts.overlap(other) == whole.overlap(other)
    assert other.overlap(parts) == other.overlap(whole)
    assert parts.all_marks() == whole.all_marks()
    assert sum(len(part.digests) for part in parts.on_disk()) <= whole.examples


@given(st.lists(st.lists(st.integers(0, 300), max_size=20), max_size=6), st.integers(1, 9))
def test_codes_on_disk_are_counted_as_in_memory(codes: list[list[int]], most: int) -> None:
    counted = near._Codes()
    for some in codes:
        counted.add(np.array(some, dtype=np.intp))
        if len(some) % 2:
            counted._flush()
    counts = Counter(chain.from_iterable(codes))
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    assert counted.most_frequent(most).tolist() == [code for code, _ in ranked[:most]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two training files and a held-out one, searched and cut as if they were large."""
    monkeypatch.chdir(tmp_path)
    records = plant(200, 60, 0.1, seed=5, sizes=(40, 60)).records
    copied = [*records, *records[:20]]
    for name, some in (("train-1", copied[:150]), ("train-2", copied[150:]), ("val", records[:30])):
        lines = [json.dumps(record) for record in some]
        Path(f"{name}.jsonl").write_text("\n".join([*lines, "{", ""]))
    monkeypatch.setattr("ftgate.searching.SMALL_BYTES", 0)
    monkeypatch.setattr("ftgate.profile_files.CUT_FROM_BYTES", 1)
    monkeypatch.setattr("ftgate.engine.pieces.LEAST_BYTES", 10_000)
    return tmp_path


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that can go to disk goes there at once."""
    monkeypatch.setattr(memory, "_WAITING_RATIO", sys.maxsize)
    monkeypatch.setattr(near, "_CODES_AT_ONCE", 20)
    monkeypatch.setattr(near, "_WORDS_BYTES", 0)
    monkeypatch.setattr(profile, "_ROWS_AT_ONCE", 50)


def report(**options: Any) -> str:
    found = check(".", CheckOptions(as_of=AS_OF, isolated=True, **options))
    return renderer("json")(found, color=False, width=80, verbose=False)


def test_a_report_does_not_depend_on_what_is_on_disk(
    project: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    in_memory = report(cache=False)
    found = json.loads(in_memory)["datasets"][0]["duplicates"]
    assert (found["exact"], found["leaked_from_validation"]) == (20, 30)
    assert found["near"] > 50
    request.getfixturevalue("no_room")
    assert report(cache=False) == in_memory
    assert report(cache_dir="cache", engine="local", jobs=2) == in_memory
    monkeypatch.setattr("ftgate.engine.task.profile_stream", None)  # all is remembered
    assert report(cache_dir="cache", max_memory=2 * 10**9) == in_memory


def test_a_profile_of_which_a_part_is_gone_is_not_remembered(project: Path, no_room: None) -> None:
    first = report(cache_dir="cache")
    parts = list(Path("cache").glob("profile-part-*"))
    assert len(parts) > 5
    for part in parts[::3]:
        part.unlink()
    for whole in Path("cache").glob("repetition-*"):
        whole.unlink()
    assert report(cache_dir="cache") == first


def marks_of(count: int, cuts: int = 1) -> list[Profile]:
    lines = [json.dumps(chat(f"Question {n % 300} of many words", f"{n}")) for n in range(count)]
    step = -(-count // cuts)
    return [read(lines[start : start + step]) for start in range(0, count, step)]


def test_beyond_the_budget_a_sample_is_compared_the_same_one_however_files_are_cut() -> None:
    (whole,), parts = marks_of(900), marks_of(900, cuts=7)
    ((marks,), share), (several, same) = within([whole], 100_000), within(parts, 100_000)
    size = sum(BYTES[name] * len(getattr(marks, name)) for name in BYTES)
    assert share == same == 0.25
    assert 50_000 < size <= 100_000
    assert sorted(marks.records) == sorted(each for part in several for each in part.records)
    assert len(marks.records) == pytest.approx(900 * share, rel=0.25)
    asked = Counter(marks.prompts)
    assert set(asked.values()) == {3}  # equal prompts are chosen together
    assert set(marks.gram_lines) <= set(marks.signed)


def test_a_sample_for_want_of_memory_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ftgate.searching.SMALL_BYTES", 0)
    records = plant(300, 200, 0.05, seed=6, sizes=(15, 25)).records
    whole = repetition_of(tmp_path, records, records[:100])
    monkeypatch.setitem(BYTES, "signed", 2_000_000)
    some = repetition_of(tmp_path, records, records[:100])
    assert (whole.share, some.share) == (1, 0.25)
    assert some.effective == pytest.approx(whole.effective, abs=80)
    assert whole.leak is not None
    assert some.leak is not None
    assert (whole.leak.examples, some.leak.examples) == (100, 25)


def test_a_full_disk_is_an_error_that_names_the_way_out(
    project: Path, no_room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(project / "gone"))
    with pytest.raises(SpillError, match="no room for what does not fit") as caught:
        report(cache=False)
    assert "TMPDIR" in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a temporary file has a name while open")
def test_nobody_can_open_what_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spill = Spill(5)
    assert [spill.put(b"abc"), spill.put(array("I", [7, 8])), spill.put(b"z")] == [0, 3, 11]
    assert (spill.get(0, 3), spill.get(3, 8), spill.get(11, 1)) == (
        b"abc",
        array("I", [7, 8]).tobytes(),
        b"z",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "size"),
    [("250MB", 250_000_000), ("1.5 GB", 1_500_000_000), ("512MiB", 512 * 2**20), ("2g", 2 * 10**9)],
)
def test_sizes_have_units(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "problem"),
    [("1000", "not a size"), ("1 XB", "not a size"), ("", "not a size"), ("80MB", "too little")],
)
def test_other_sizes_are_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_size(text)


def test_the_flag_and_its_variable_say_what_is_wrong(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, variables in (
        (["--max-memory", "80MB"], {}),
        ([], {"FTGATE_MAX_MEMORY": "80MB"}),
    ):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert run(["check", *arguments, "."]) == 2
        assert "--max-memory 80MB: too little" in capsys.readouterr().err


def test_memory_decides_how_many_processes_read_and_what_counts() -> None:
    assert Memory().processes(64) == 64
    assert [Memory(size * 10**6).processes(4) for size in (250, 450, 1000)] == [1, 2, 4]
    assert Memory(10**9).kept_bytes > Memory().kept_bytes > Memory(250 * 10**6).kept_bytes > 0
    assert preference("o200k_base", 10**9, 300 * 10**6)[0] == "splintr"
    assert preference("o200k_base", 10**9, 10**9)[0] == "fastokens"


def test_lines_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(chat(f"{n}", "yes")) + "\n" for n in range(1, 5)))
    found = each_example_at(str(path), path.name, "openai", [2, 4, 9])
    assert [[text for _, text in example.turns][1:2] for example in found] == [["2"], ["4"], []]
