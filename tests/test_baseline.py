"""The baseline: what a repository has is accepted by content, and only what is new counts."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate import accepted, baseline
from ftgate.cli import run
from ftgate.errors import ConfigError
from ftgate.gate import CheckOptions, check
from ftgate.hooking import hook
from ftgate.model import Finding
from ftgate.prices import store
from ftgate.report import DatasetReport
from ftgate.rules import load_rules
from tests.conftest import AS_OF, ROOT

Capture = pytest.CaptureFixture[str]
BASELINE = ".ftgate-baseline"
KEYS = [
    "ghp_" + "Zq8Lw2Rt5Yx7Vb3Nk9Mc4Hj6Gf1Ds0Pa7Ue2",
    "ghp_" + "Ht4Bv9Jm2Xs6Qd1Wk8Zr5Np3Lc7Fg0Ty2Ua6",
]


def record(number: int, **message: Any) -> dict[str, Any]:
    """One good example; ``message`` goes into its answer."""
    return {
        "messages": [
            {"role": "user", "content": f"note {number}: the parcel {number * 7} came late"},
            {"role": "assistant", "content": f"Parcel {number * 7} arrived late.", **message},
        ]
    }


def lines(*records: Any) -> str:
    return "".join(each if isinstance(each, str) else json.dumps(each) + "\n" for each in records)


GOOD = [record(number) for number in range(60)]
HEAVY = [record(100 + number, weight=7) for number in range(3)]  # FT110
BROKEN = '{"messages": [{"role": "user", "content": "cut o\n'  # FT101


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_AS_OF", AS_OF)

    def put(*records: Any, name: str = "train.jsonl") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines(*records), "utf-8")
        return path

    return put


Write = Callable[..., Path]


def judged(*paths: str, **options: Any) -> DatasetReport:
    (dataset,) = check(paths or ["."], CheckOptions(as_of=AS_OF, **options)).datasets
    return dataset


def found(code: str, *paths: str, **options: Any) -> Finding | None:
    listed = [each for each in judged(*paths, **options).findings if each.code == code]
    assert len(listed) < 2
    return listed[0] if listed else None


def digest_of(code: str, canonical: bytes) -> str:
    return hashlib.sha256(code.encode() + b"\0" + canonical).hexdigest()[:12]


def test_what_was_there_no_longer_counts_and_is_named(write: Write) -> None:
    write(*GOOD, *HEAVY, BROKEN)
    before = {each.code for each in judged().findings}
    assert {"FT101", "FT110"} <= before
    assert run(["baseline", "write"]) == 0
    after = judged()
    assert {each.code for each in after.findings} == before - {"FT101", "FT110"}
    assert after.waived == (
        "FT101 invalid-json: 1 place accepted in .ftgate-baseline",
        "FT110 bad-weight: 3 places accepted in .ftgate-baseline",
    )
    assert after.files[0].invalid == 1  # a fact stays a fact


def test_the_file_is_sorted_lines_of_code_path_and_digest(write: Write, tmp_path: Path) -> None:
    write(*HEAVY, *GOOD, BROKEN)
    assert run(["baseline", "write"]) == 0
    canonical = [json.dumps(each, sort_keys=True, separators=(",", ":")).encode() for each in HEAVY]
    expected = [f"FT110 train.jsonl {digest_of('FT110', each)}" for each in canonical]
    expected.append(f"FT101 train.jsonl {digest_of('FT101', BROKEN.strip().encode())}")
    assert (tmp_path / BASELINE).read_text("utf-8") == "\n".join(sorted(expected)) + "\n"


def test_only_new_places_count_with_their_number_and_lines(write: Write) -> None:
    many = [record(200 + number, weight=7) for number in range(30)]  # more than a report keeps
    write(*many, *GOOD)
    assert run(["baseline", "write"]) == 0
    write(*many, *GOOD, *HEAVY[:2])
    finding = found("FT110")
    assert finding is not None
    assert (finding.count, finding.lines) == (2, (91, 92))
    assert "bad weight in 2 of 92 lines; line 91:" in finding.message
    assert "FT110 bad-weight: 30 places accepted in .ftgate-baseline" in judged().waived


@pytest.mark.parametrize("seed", range(3))
def test_lines_that_move_stay_accepted(write: Write, seed: int) -> None:
    everything = [*GOOD, *HEAVY, BROKEN]
    write(*everything)
    assert run(["baseline", "write"]) == 0
    random.Random(seed).shuffle(everything)  # noqa: S311 - not for secrets
    write(*everything)
    assert found("FT110") is found("FT101") is None


def test_other_spacing_and_order_of_keys_is_the_same_record(write: Write, tmp_path: Path) -> None:
    write(*GOOD, *HEAVY)
    assert run(["baseline", "write"]) == 0
    turned = [
        {"messages": [dict(reversed(message.items())) for message in each["messages"]]}
        for each in HEAVY
    ]
    text = "".join(json.dumps(each, indent=None, separators=(" ,", " : ")) for each in [turned[0]])
    write(*GOOD, text + "\r\n", *turned[1:])
    assert found("FT110") is None


def test_a_record_that_is_edited_counts_again(write: Write) -> None:
    write(*GOOD, *HEAVY)
    assert run(["baseline", "write"]) == 0
    edited = record(101, weight=8)
    write(*GOOD, HEAVY[0], edited, HEAVY[2])
    finding = found("FT110")
    assert finding is not None
    assert finding.lines == (62,)
    gone = found("FT904")
    assert gone is not None
    assert (gone.severity, gone.path, gone.count) == ("warning", "train.jsonl", 1)
    assert gone.message == "1 of 3 accepted places in .ftgate-baseline is gone"


def test_an_accepted_rule_says_nothing_of_another_rule(write: Write) -> None:
    write(*GOOD, record(500, weight=7))
    assert run(["baseline", "write"]) == 0
    write(*GOOD, record(500, weight=7, extra=1))
    assert found("FT110") is not None
    assert found("FT111") is not None


def test_secrets_are_counted_without_those_that_are_accepted(write: Write) -> None:
    def told(number: int, key: str) -> dict[str, Any]:
        return record(number, content=f"The token of box {number} is {key}, keep it.")

    write(*GOOD, told(300, KEYS[0]))
    assert "1 x GitHub token in 1 of 61" in str(found("FT505"))
    assert run(["baseline", "write"]) == 0
    assert found("FT505") is None
    write(told(301, KEYS[1]), *GOOD, told(300, KEYS[0]))
    finding = found("FT505")
    assert finding is not None
    assert "1 x GitHub token in 1 of 62 lines; line 1:" in finding.message
    assert KEYS[0] not in (Path(BASELINE).read_text("utf-8") + finding.message)


def test_examples_above_the_limit_can_be_accepted(write: Write) -> None:
    Path("ftgate.toml").write_text('[model]\nprovider = "trl"\nmax_seq_length = 60\n', "utf-8")
    long = [record(400 + number, content="word " * 80) for number in range(2)]
    write(*GOOD, *long)
    assert found("FT302") is not None
    assert run(["baseline", "write", "--select", "FT3"]) == 0
    assert found("FT302") is None
    write(*GOOD, *long, record(410, content="other " * 90))
    finding = found("FT302")
    assert finding is not None
    assert (finding.count, finding.lines) == (1, (63,))


def test_what_is_not_about_single_records_is_never_accepted(write: Write, capsys: Capture) -> None:
    write(*GOOD[:5], *GOOD[:5])  # too few, and each of them twice
    kept = {each.code for each in judged().findings}
    assert {"FT201", "FT501"} <= kept
    assert run(["baseline", "write"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("nothing to accept\n")
    assert "  FT201 too-few-examples\n" in text
    assert not Path(BASELINE).exists()
    assert {each.code for each in judged().findings} == kept


@pytest.mark.parametrize("code", ["FT201", "FT401", "FT501", "FT703", "FT810"])
def test_a_line_about_more_than_a_record_is_refused(write: Write, code: str) -> None:
    write(*GOOD)
    Path(BASELINE).write_text(f"{code} train.jsonl 0123456789ab\n", "utf-8")
    with pytest.raises(ConfigError, match="not about single records") as error:
        judged()
    assert "[[waive]]" in error.value.hint
    assert run(["config", "check"]) == 2
    assert run(["config", "check", BASELINE]) == 2


def test_a_conflict_that_git_left_is_refused(write: Write) -> None:
    write(*GOOD)
    Path(BASELINE).write_text("<<<<<<< HEAD\n", "utf-8")
    with pytest.raises(ConfigError, match=r"baseline:1: no line of a baseline") as error:
        judged()
    assert "merge=union" in error.value.hint


def test_writing_again_changes_nothing(write: Write, tmp_path: Path, capsys: Capture) -> None:
    write(*GOOD, *HEAVY)
    assert run(["baseline", "write"]) == 0
    assert "accepts 3 records (3 new, 0 removed)" in capsys.readouterr().out
    first = (tmp_path / BASELINE).stat()
    assert run(["baseline", "write"]) == 0
    assert "accepts 3 records (0 new, 0 removed)" in capsys.readouterr().out
    assert (tmp_path / BASELINE).stat().st_ino == first.st_ino


def test_writing_leaves_other_files_and_other_rules_alone(write: Write, tmp_path: Path) -> None:
    write(*GOOD, *HEAVY, BROKEN, name="a/train.jsonl")
    write(*GOOD, *HEAVY, name="b/train.jsonl")
    assert run(["baseline", "write"]) == 0
    text = (tmp_path / BASELINE).read_text("utf-8")
    assert len(text.splitlines()) == 7
    write(*GOOD, *HEAVY, BROKEN.upper(), name="a/train.jsonl")
    assert run(["baseline", "write", "--select", "FT101", "a"]) == 0
    now = (tmp_path / BASELINE).read_text("utf-8")
    changed = set(text.splitlines()) ^ set(now.splitlines())
    assert len(changed) == 2
    assert all(line.startswith("FT101 a/train.jsonl ") for line in changed)


def test_waived_places_need_no_line(write: Write) -> None:
    Path("ftgate.toml").write_text('[per-file-ignores]\n"*" = ["FT110"]\n', "utf-8")
    write(*GOOD, *HEAVY, BROKEN)
    assert run(["baseline", "write"]) == 0
    assert re.findall(r"^\w+", Path(BASELINE).read_text("utf-8"), re.M) == ["FT101"]


def test_pruning_removes_what_is_gone_and_adds_nothing(write: Write, capsys: Capture) -> None:
    write(*GOOD, *HEAVY, name="a/train.jsonl")
    write(*GOOD, *HEAVY, name="b/train.jsonl")
    assert run(["baseline", "write"]) == 0
    capsys.readouterr()
    Path("b/train.jsonl").unlink()
    write(*GOOD, *HEAVY[1:], BROKEN, name="a/train.jsonl")
    assert run(["baseline", "prune"]) == 0
    assert "4 removed, 2 records still accepted\n" in capsys.readouterr().out
    assert len(Path(BASELINE).read_text("utf-8").splitlines()) == 2
    assert found("FT101") is not None
    assert found("FT904") is None


def test_pruning_without_a_baseline_says_so(write: Write, capsys: Capture) -> None:
    write(*GOOD, BROKEN)
    assert run(["baseline", "prune"]) == 0
    assert capsys.readouterr().out == "no .ftgate-baseline: nothing is accepted\n"
    assert not Path(BASELINE).exists()


def test_lines_of_rules_that_are_not_asked_are_not_gone(write: Write) -> None:
    write(*GOOD, *HEAVY)
    assert run(["baseline", "write"]) == 0
    write(*GOOD)
    assert found("FT904", select=("FT2", "FT9")) is None
    assert found("FT904", select=("FT1", "FT9")) is not None


def test_the_nearest_baseline_counts_up_to_the_root_of_the_repository(
    write: Write, tmp_path: Path
) -> None:
    write(*GOOD, *HEAVY, name="in/data/train.jsonl")
    assert run(["baseline", "write"]) == 0
    (tmp_path / "in" / ".git").mkdir()
    assert found("FT110", "in") is not None
    (tmp_path / "in" / BASELINE).write_text("", "utf-8")
    assert found("FT110", "in") is not None
    assert run(["baseline", "write", "in"]) == 0
    assert (tmp_path / "in" / BASELINE).read_text("utf-8").startswith("FT110 data/train.jsonl ")
    assert found("FT110", "in") is None


def test_a_first_baseline_goes_beside_the_plan(write: Write, tmp_path: Path) -> None:
    write(*GOOD, *HEAVY, name="team/data/train.jsonl")
    (tmp_path / "team" / "ftgate.toml").write_text("version = 1\n", "utf-8")
    assert run(["baseline", "write", "team/data"]) == 0
    assert (tmp_path / "team" / BASELINE).read_text("utf-8").startswith("FT110 data/train.jsonl")
    assert not (tmp_path / BASELINE).exists()


def test_the_working_directory_does_not_matter(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(*GOOD, *HEAVY, name="data/train.jsonl")
    assert run(["baseline", "write", "data/train.jsonl"]) == 0
    for folder in ("data", ".."):
        monkeypatch.chdir(tmp_path / folder)
        assert found("FT110", str(path)) is None
        assert found("FT110", os.path.relpath(path)) is None


def test_compressed_data_have_a_baseline(write: Write) -> None:
    import gzip

    plain = write(*GOOD, *HEAVY)
    Path("train.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert run(["baseline", "write"]) == 0
    assert found("FT110") is None


def test_git_attributes_are_told_once(write: Write) -> None:
    Path(".gitattributes").write_bytes(b"*.bin binary")
    write(*GOOD, *HEAVY)
    assert run(["baseline", "write"]) == 0
    assert Path(".gitattributes").read_bytes() == (b"*.bin binary\n.ftgate-baseline merge=union\n")
    write(*GOOD)
    assert run(["baseline", "write"]) == 0
    assert Path(".gitattributes").read_bytes().count(b"union") == 1


def test_the_list_of_failures_leaves_accepted_places_out(write: Write) -> None:
    write(*GOOD, *HEAVY)
    assert run(["baseline", "write"]) == 0
    write(record(900, weight=9), *GOOD, *HEAVY)
    assert run(["check", ".", "-o", "failures=failures.jsonl"]) == 1
    rows = [json.loads(line) for line in Path("failures.jsonl").read_text("utf-8").splitlines()]
    assert [(row["code"], row["line"]) for row in rows] == [("FT110", 1)]


def test_a_hook_reads_the_baseline_and_never_writes_it(write: Write) -> None:
    options = CheckOptions(as_of=AS_OF, select=("FT0", "FT1"))
    path = write(*GOOD, *HEAVY)
    say: Callable[[Any], str] = lambda report: "FAIL"  # noqa: E731
    assert hook([str(path)], options, say).exit_code == 1
    assert not Path(BASELINE).exists()
    assert run(["baseline", "write"]) == 0
    assert hook([str(path)], options, say).exit_code == 0  # nothing else has changed
    before = Path(BASELINE).read_bytes()
    write(*GOOD, BROKEN)
    assert hook([str(path)], options, say).exit_code == 1
    assert hook([BASELINE], options, say).exit_code == 1  # stands for the data below it
    assert Path(BASELINE).read_bytes() == before


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_AS_OF", AS_OF)
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def test_what_is_staged_is_judged_by_the_staged_baseline(repository: Path) -> None:
    options = CheckOptions(as_of=AS_OF, select=("FT0", "FT1"), staged=True)
    Path("train.jsonl").write_text(lines(*GOOD, *HEAVY), "utf-8")
    assert run(["baseline", "write"]) == 0
    git(repository, "add", "train.jsonl")
    assert hook([], options, lambda report: "FAIL").exit_code == 1
    git(repository, "add", BASELINE)
    assert hook([], options, lambda report: "FAIL").exit_code == 0


def test_two_branches_that_accept_something_merge(repository: Path) -> None:
    Path("train.jsonl").write_text(lines(*GOOD, HEAVY[0]), "utf-8")
    Path("val.jsonl").write_text(lines(*[record(n) for n in range(700, 720)]), "utf-8")
    assert run(["baseline", "write"]) == 0
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "start")
    for branch, name, more in (("a", "train.jsonl", HEAVY[1]), ("b", "val.jsonl", HEAVY[2])):
        git(repository, "checkout", "-qb", branch, "main")
        with Path(name).open("a", encoding="utf-8") as stream:
            stream.write(lines(more))
        assert run(["baseline", "write"]) == 0
        git(repository, "commit", "-qam", branch)
    git(repository, "merge", "-q", "a", "-m", "both")
    text = Path(BASELINE).read_text("utf-8")
    assert len(text.splitlines()) == 3
    dataset = judged()
    assert not [each for each in dataset.findings if each.code in ("FT110", "FT904")]
    assert "FT110 bad-weight: 3 places accepted in .ftgate-baseline" in dataset.waived


def test_a_writer_that_is_killed_leaves_the_old_file(write: Write, tmp_path: Path) -> None:
    write(*GOOD, *HEAVY[:1])
    assert run(["baseline", "write"]) == 0
    before = (tmp_path / BASELINE).read_bytes()
    write(*GOOD, *HEAVY)
    killed = (
        "import os, signal; os.fsync = lambda fd: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from ftgate.cli import run; run(['baseline', 'write'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", killed],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / BASELINE).read_bytes() == before
    assert run(["baseline", "write"]) == 0
    assert found("FT110") is None


names = st.text("ab .#\\\n\r\t/\x0bé🙂", min_size=1, max_size=8)
entries = st.dictionaries(
    names,
    st.frozensets(
        st.builds(
            lambda code, digest: f"{code} {digest:012x}",
            st.sampled_from(sorted(accepted.ACCEPTABLE)),
            st.integers(0, 16**12 - 1),
        ),
        min_size=1,
        max_size=3,
    ),
    max_size=4,
)


@given(entries, st.randoms())
def test_a_baseline_is_read_as_it_was_written_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, entries: baseline.Entries, mixer: random.Random
) -> None:
    text = baseline.written(entries)
    mixed = [line + b"\n" for line in text.split(b"\n") if line] * 2
    mixer.shuffle(mixed)
    path = tmp_path_factory.mktemp("b") / BASELINE
    path.write_bytes(b"".join(mixed))
    assert dict(baseline.read(path)) == entries
    path.write_bytes(text)
    assert dict(baseline.read(path)) == entries
    assert sorted(text.split(b"\n")[:-1]) == text.split(b"\n")[:-1]


# The rules of files and records whose places are no records, with the reason.
NOT_OF_RECORDS = {
    "unreadable-file": "the file",
    "lfs-pointer": "the file",
    "empty-dataset": "the file",
    "not-json-lines": "the file",
    "byte-order-mark": "the file: it stands before the first record",
    "damaged-archive": "the file",
    "blank-line": "no record",
    "line-too-long": "no record was read",
}


def test_every_kind_of_problem_of_a_record_can_be_accepted() -> None:
    kinds = set()
    for path in (ROOT / "ftgate" / "rules").glob("*.py"):
        kinds |= set(re.findall(r'of_kind\(file, "([\w-]+)"', path.read_text("utf-8")))
    assert len(kinds) > 30
    assert kinds - NOT_OF_RECORDS.keys() == {
        kind for kind, code in accepted.CODES.items() if code[:3] in ("FT0", "FT1")
    }


def test_every_kind_is_reported_by_the_rule_of_its_code() -> None:
    names = {rule.name: code for code, rule in load_rules().items()}
    names["secret"] = names.pop("secret-in-example")
    assert {kind: names[kind] for kind in accepted.CODES} == accepted.CODES


def test_a_cache_in_the_repository_leaves_the_baseline_alone(tmp_path: Path) -> None:
    path = tmp_path / BASELINE
    path.write_text("", "utf-8")
    os.utime(path, (0, 0))
    rows = {"openai/gpt-6-luna/input_mtok": ("0.2", AS_OF)}
    said = store.Record("A feed", "https://prices.example/feed", "B", AS_OF, rows=rows)
    store.save(tmp_path / "prices", "litellm", said)
    assert path.exists()
