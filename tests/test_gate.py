"""The whole street: real files in, a report out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ftgate.looks
import ftgate.tokens.engines
import ftgate.tokens.vocabulary
from ftgate.cache import Cache
from ftgate.errors import ConfigError, NothingToJudgeError, UnreadableError, UsageError
from ftgate.gate import CheckOptions, check
from ftgate.hooking import hook
from ftgate.looks import Seen
from ftgate.report import DatasetReport, Report
from ftgate.report_json import to_dict as to_json
from tests.conftest import AS_OF

Write = Callable[..., Path]


def rewrite(number: int) -> dict[str, Any]:
    """One example of a rewriting task: its answer is in its question."""
    words = f"case {number} the parcel {number * 7} arrived late and the box was wet"
    return {
        "messages": [
            {"role": "system", "content": "Rewrite the note in formal English."},
            {"role": "user", "content": words},
            {"role": "assistant", "content": f"In {words}."},
        ]
    }


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def put(name: str, records: int | str | bytes = 60, first: int = 0) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(records, int):
            records = "".join(json.dumps(rewrite(first + n)) + "\n" for n in range(records))
        path.write_bytes(records.encode() if isinstance(records, str) else records)
        return path

    return put


def judge(*paths: str, **options: Any) -> Report:
    return check(paths, CheckOptions(**{"as_of": AS_OF, **options}))


def only(report: Report) -> DatasetReport:
    (dataset,) = report.datasets
    return dataset


def codes(dataset: DatasetReport) -> set[str]:
    return {finding.code for finding in dataset.findings}


def test_without_a_volume_the_economics_stay_open(write: Write) -> None:
    write("d/train.jsonl")
    report = judge("d")
    dataset = only(report)
    assert (report.outcome, report.exit_code) == ("undecided", 3)
    assert "FT807" in codes(dataset)
    assert dataset.comparison is not None
    volumes = [verdict.calls_per_month for verdict in dataset.comparison.at_volumes]
    assert volumes == [1_000, 10_000, 100_000, 1_000_000]
    assert judge("d", on_unknown="warn").exit_code == 0


def test_all_missing_numbers_are_asked_for_at_once(write: Write) -> None:
    """Prices, volume and minutes: whoever states one is not asked for the next."""
    write("d/ftgate.toml", '[model]\nbase = "in-house-7b"\n[labelling]\nhourly_wage = "30"\n')
    write("d/train.jsonl")
    asked = {each.code: each for each in only(judge("d")).findings if each.undecided}
    assert set(asked) == {"FT701", "FT704", "FT807", "FT808"}
    assert all(unit in asked["FT701"].next_step for unit in ("training", "input", "output"))
    assert "minutes_per_example" in asked["FT808"].message


def test_every_line_is_accounted_for(write: Write) -> None:
    write("d/train.jsonl", "\n".join([json.dumps(rewrite(n)) for n in range(12)] + ["", "{", ""]))
    dataset = only(judge("d"))
    (file,) = dataset.files
    assert (file.lines, file.examples, file.invalid, file.blank) == (14, 12, 1, 1)
    assert dataset.outcome == "fail"
    assert {"FT101", "FT201"} <= codes(dataset)


def test_a_second_run_gives_the_same_bytes_from_the_cache(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("d/train.jsonl")
    write("d/val.jsonl", 12, first=100)
    first = json.dumps(to_json(judge("d")))

    def no_vocabulary(name: str) -> None:
        raise AssertionError(f"{name} was loaded although nothing changed")

    monkeypatch.setattr(ftgate.tokens.vocabulary, "rank_file", no_vocabulary)
    assert json.dumps(to_json(judge("d"))) == first
    assert json.dumps(to_json(judge("d", cache=True))) == first


def test_the_cache_changes_nothing(write: Write) -> None:
    write("d/train.jsonl")
    cached = [to_json(judge("d")) for _ in range(2)]
    assert to_json(judge("d", cache=False)) == cached[0] == cached[1]


def test_the_cache_holds_no_text(write: Write, own_cache: Path) -> None:
    write("d/train.jsonl")
    judge("d")
    entries = b"".join(path.read_bytes() for path in own_cache.iterdir())
    assert entries
    for word in (b"parcel", b"arrived", b"formal English"):
        assert word not in entries


def test_a_changed_file_is_read_again(write: Write) -> None:
    write("d/train.jsonl", 60)
    before = only(judge("d"))
    write("d/train.jsonl", 61)
    after = only(judge("d"))
    assert (before.examples, after.examples) == (60, 61)
    assert before.digest != after.digest


def test_shards_and_one_file_have_the_same_tokens(write: Write) -> None:
    write("whole/train.jsonl", 60)
    write("parts/train-00000-of-00002.jsonl", 25)
    write("parts/train-00001-of-00002.jsonl", 35, first=25)
    whole, parts = only(judge("whole")), only(judge("parts"))
    assert whole.tokens is not None
    assert whole.tokens == parts.tokens
    assert whole.goal is not None
    assert parts.goal is not None
    assert whole.goal.knowledge_share == parts.goal.knowledge_share


def test_structure_only_needs_no_vocabulary(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("d/train.jsonl", 60)

    def no_vocabulary(name: str) -> None:
        raise AssertionError(name)

    monkeypatch.setattr(ftgate.tokens.vocabulary, "rank_file", no_vocabulary)
    dataset = only(judge("d", select=("FT0", "FT1")))
    assert dataset.outcome == "pass"
    assert dataset.tokens is None


def test_a_damaged_vocabulary_leaves_the_verdict_open(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftgate.errors import VocabularyError

    def damaged(*_: object, **__: object) -> None:
        raise VocabularyError("o200k_base.ranks: the digest is wrong")

    monkeypatch.setattr("ftgate.tokens.engines.open_counter", damaged)
    write("d/train.jsonl")
    dataset = only(judge("d"))
    assert "FT005" in codes(dataset)
    assert dataset.outcome == "undecided"


def test_standard_input(write: Write) -> None:
    data = "".join(json.dumps(rewrite(n)) + "\n" for n in range(60)).encode()
    dataset = only(judge("-", stdin=data))
    assert dataset.name == "-"
    assert [(file.path, file.examples) for file in dataset.files] == [("-", 60)]
    with pytest.raises(UsageError):
        judge("-", "d", stdin=data)


def test_a_validation_set_alone_is_not_a_pass(write: Write) -> None:
    write("d/val.jsonl", 60)
    report = judge("d/val.jsonl")
    assert (report.outcome, report.exit_code) == ("undecided", 3)
    assert "FT006" in codes(only(report))


def test_unknown_models_are_undecided_with_the_nearest_name(write: Write) -> None:
    write("d/train.jsonl")
    dataset = only(judge("d", model="gpt-4.1-mimi"))
    assert dataset.outcome == "undecided"
    messages = " ".join(f"{f.message} {f.next_step}" for f in dataset.findings)
    assert "gpt-4.1-mini" in messages


def test_unreadable_input_is_an_error_not_a_verdict(write: Write) -> None:
    with pytest.raises(UnreadableError, match="no such file"):
        judge("gone.jsonl")
    Path("empty").mkdir()
    with pytest.raises(NothingToJudgeError):
        judge("empty")
    Path("d").mkdir()
    Path("d/train.jsonl").symlink_to("nowhere.jsonl")
    report = judge("d")
    assert (report.outcome, report.exit_code) == ("error", 2)
    assert "FT001" in codes(only(report))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FT003"),
        (b"PAR1\x00\x00binary\x00", "FT007"),
        (b'[{"messages": []}]', "FT007"),
        ("prompt,completion\na,b\n", "FT007"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "FT002"),
        ('{"messages": []}\n'.encode("utf-16"), "FT004"),
    ],
)
def test_a_file_of_another_kind_gets_one_finding(
    write: Write, content: str | bytes, code: str
) -> None:
    write("d/train.jsonl", content)
    dataset = only(judge("d"))
    found = [f for f in dataset.findings if f.code[:3] in ("FT0", "FT1")]
    assert [finding.code for finding in found] == [code]
    assert dataset.outcome == "fail"


def test_flags_are_checked_like_the_configuration(write: Write) -> None:
    write("d/train.jsonl")
    for wrong in ({"epochs": "0"}, {"epochs": "many"}, {"fail_on": "x"}, {"as_of": "soon"}):
        with pytest.raises(ConfigError):
            judge("d", **wrong)


def test_without_a_path_the_declared_datasets_are_judged(write: Write) -> None:
    write("a/train.jsonl")
    write("b/train.jsonl", 60, first=500)
    write("ftgate.toml", '[[dataset]]\nname = "only-a"\ntrain = ["a/train.jsonl"]\n')
    assert only(judge()).name == "only-a"
    assert sorted(dataset.name for dataset in judge(".").datasets) == ["b", "only-a"]


def test_a_waiver_lets_a_reviewed_exception_pass_and_says_so(write: Write) -> None:
    write("d/train.jsonl", 20)
    assert only(judge("d", select=("FT2",))).outcome == "fail"
    write(
        "ftgate.toml",
        '[[waive]]\ncode = "FT201"\nreason = "pilot, RFC 7"\nuntil = 2026-12-31\n',
    )
    dataset = only(judge("d", select=("FT2",)))
    assert dataset.outcome == "pass"
    assert dataset.waived == ("FT201 too-few-examples: pilot, RFC 7 (until 2026-12-31)",)
    assert only(judge("d", select=("FT2",), as_of="2027-01-01")).outcome == "fail"


def test_selected_rules_alone_are_no_reason_to_train(write: Write) -> None:
    write("d/train.jsonl")
    dataset = only(judge("d", select=("FT0", "FT1")))
    assert (dataset.outcome, dataset.decision) == ("pass", "hold")
    write("broken/train.jsonl", "{\n" * 60)
    assert only(judge("broken", select=("FT8",))).outcome == "undecided"


def test_a_file_that_changes_while_it_is_read_is_not_judged(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("d/train.jsonl")
    look = ftgate.looks.look_at

    def look_then_edit(name: str, *given: Any) -> Seen:
        seen = look(name, *given)
        write("d/train.jsonl", 70)
        return seen

    monkeypatch.setattr(ftgate.looks, "look_at", look_then_edit)
    with pytest.raises(UnreadableError, match="changed while it was read"):
        judge(str(path))


def test_one_run_starts_one_engine_and_takes_each_digest_once(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("d/train.jsonl")
    write("d/val.jsonl", 12, first=100)
    write("d/prompts/today.txt", "Answer in formal English. {{ name }} asks. " * 20)
    started: list[str] = []
    looked: list[str] = []
    start, look = ftgate.tokens.engines.open_counter, ftgate.looks.look_at

    def counted_start(name: str, **size: int) -> object:
        started.append(name)
        return start(name, **size)

    def counted_look(path: str, *given: Any) -> Seen:
        looked.append(path)
        return look(path, *given)

    monkeypatch.setattr(ftgate.tokens.engines, "open_counter", counted_start)
    monkeypatch.setattr(ftgate.looks, "look_at", counted_look)
    hook(["d/val.jsonl"], CheckOptions(as_of=AS_OF), lambda report: report.outcome)
    assert started == ["o200k_base"]
    assert len(looked) == len(set(looked)) == 3


def test_an_answer_about_a_file_that_changed_is_not_remembered(write: Write) -> None:
    write("d/train.jsonl")
    prompt = write("d/prompts/today.txt", "Answer in formal English.")
    shown: list[str] = []

    def edit_while_judged(report: Report) -> str:
        shown.append(report.outcome)
        prompt.write_text("Answer in formal English, and sign with your name.")
        return report.outcome

    for _ in range(2):
        prompt.write_text("Answer in formal English.")
        hook(["d/train.jsonl"], CheckOptions(as_of=AS_OF), edit_while_judged)
    assert len(shown) == 2


def test_reports_are_the_same_whichever_engine_counts(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("d/train.jsonl")
    with_fast = to_json(judge("d", cache=False))
    monkeypatch.setattr("ftgate.tokens.engines.preference", lambda *_: ("tiktoken",))
    assert to_json(judge("d", cache=False)) == with_fast


def test_reports_name_no_temporary_file(write: Write) -> None:
    report = judge("-", stdin=b'[\n  {"messages": []}\n]\n')
    assert "ftgate-" not in json.dumps(to_json(report))


def test_equal_names_are_told_apart(write: Write) -> None:
    for folder in ("a", "b"):
        write(f"{folder}/train.jsonl")
        plan = '[[dataset]]\nname = "same"\ntrain = ["train.jsonl"]\n'
        write(f"{folder}/ftgate.toml", plan)
    report = judge("a", "b")
    assert [dataset.name for dataset in report.datasets] == ["a:same", "b:same"]
    assert set(report.settings) == {"a:same", "b:same"}


def test_shards_count_together_for_the_providers_minimum(write: Write) -> None:
    write("d/train-00001-of-00002.jsonl", 56)
    write("d/train-00002-of-00002.jsonl", 4, first=100)
    assert "FT115" not in codes(only(judge("d")))


def test_a_file_has_one_role(write: Write) -> None:
    write("d/train.jsonl")
    write("d/ftgate.toml", '[[dataset]]\nname = "d"\ntrain = ["*.jsonl", "./train.jsonl"]\n')
    with pytest.raises(ConfigError, match="listed twice"):
        judge("d")


def test_prices_of_the_future_leave_the_verdict_open(write: Write) -> None:
    write("d/train.jsonl")
    dataset = only(judge("d", as_of="2026-01-01"))
    assert any(f.code == "FT702" and f.undecided for f in dataset.findings)


def test_damaged_cache_entries_of_another_shape_are_absent(write: Write, own_cache: Path) -> None:
    write("d/train.jsonl")
    first = to_json(judge("d"))
    cache = Cache(own_cache)
    for entry in own_cache.glob("[!.]*.json"):
        cache.put(entry.stem, [])
    assert to_json(judge("d")) == first


def test_results_do_not_depend_on_the_order_of_paths(write: Write) -> None:
    write("a/train.jsonl")
    write("b/train.jsonl", 70, first=900)
    assert to_json(judge("a", "b")) == to_json(judge("b", "a"))
