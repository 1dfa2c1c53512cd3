"""What takes a finding away, one step below the commands: comments, accepted places, baselines."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ftgate.accepted import DIGITS, Accepting, digest, entry_of
from ftgate.baseline import in_force, read, written
from ftgate.baselining import Change, accept, prune, save
from ftgate.errors import ConfigError, UsageError
from ftgate.gate import CheckOptions
from ftgate.ignoring import Ignores
from ftgate.model import Finding, Problem, WaiverUse
from ftgate.model.prompts import PromptIgnore
from ftgate.prompts.study import PromptStudy
from ftgate.readers.jsonl import Line
from ftgate.rules import load_rules
from ftgate.settings import DatasetSettings, Settings, WaiverSettings
from ftgate.sources import Dataset, File, Job
from ftgate.suppress import Subject, suppress, waiver_uses

TODAY = date(2026, 11, 22)
SUBJECT = Subject("letters", "sha256:4f3c", TODAY)
FOUND = Finding("unused", "p.txt", (3,), 1, code="FT601", name="undeclared-variable")
GONE = Finding("gone", "p.txt", code="FT001", name="unreadable-file")
OPEN = Finding("how many?", code="FT807", name="unknown-volume", undecided=True)
WAIVER = WaiverSettings("FT601", "RFC 112", TODAY)


def kept(*findings: Finding, **settings: object) -> tuple[list[str], tuple[str, ...]]:
    left, waived = suppress(findings, Settings(**settings), SUBJECT)  # type: ignore[arg-type]
    return [each.code for each in left], waived


# Waivers and ignored paths.


def test_a_waiver_says_its_reason_and_holds_on_its_last_day() -> None:
    assert kept(FOUND, waive=(WAIVER,)) == (
        [],
        ("FT601 undeclared-variable: RFC 112 (until 2026-11-22)",),
    )
    yesterday = replace(WAIVER, until=TODAY - timedelta(days=1))
    assert kept(FOUND, waive=(yesterday,)) == (["FT601"], ())


def test_a_waiver_of_a_path_covers_no_other_and_none_without_a_path() -> None:
    waiver = replace(WAIVER, path="p.*")
    assert kept(FOUND, waive=(waiver,))[0] == []
    assert kept(replace(FOUND, path="d/p.txt"), waive=(waiver,))[0] == ["FT601"]
    assert kept(replace(FOUND, path=None), waive=(waiver,))[0] == ["FT601"]
    assert kept(replace(FOUND, path=None), waive=(replace(WAIVER, path="*"),))[0] == []


def test_what_cannot_be_read_or_is_missing_stays_and_the_rest_is_looked_at() -> None:
    waivers = tuple(replace(WAIVER, code=each.code) for each in (GONE, OPEN, FOUND))
    ignores = {"p.txt": ("FT0",)}
    left, waived = kept(GONE, OPEN, FOUND, FOUND, waive=waivers, per_file_ignores=ignores)
    assert left == ["FT001", "FT807"]
    assert len(waived) == 2


def test_ignored_paths_name_codes_families_or_rules() -> None:
    def left(*codes: str, pattern: str = "*.txt") -> list[str]:
        return kept(FOUND, FOUND, per_file_ignores={pattern: codes})[0]

    assert left("ft6") == left("FT601") == left("undeclared-variable") == left("FT1", "FT6") == []
    assert left("FT1") == left("FT6", pattern="*.md") == ["FT601", "FT601"]
    twice = kept(FOUND, FOUND, per_file_ignores={"*": ("FT6",)})[1]
    assert twice == ("FT601 undeclared-variable: per-file-ignores '*'",) * 2
    pathless = replace(FOUND, path=None)
    assert kept(pathless, per_file_ignores={"*": ("FT6",)})[0] == ["FT601"]


def uses(
    *waivers: WaiverSettings,
    found: tuple[Finding, ...] = (FOUND,),
    plan: int = 1,
    whole: bool = True,
) -> list[WaiverUse]:
    names = tuple(DatasetSettings(name=str(number)) for number in range(plan))
    settings = Settings(waive=waivers, dataset=names)
    return list(waiver_uses(found, settings, SUBJECT, whole=whole))


def test_the_use_of_a_waiver_counts_and_knows_its_end_and_its_bytes() -> None:
    assert uses(WAIVER, found=(FOUND, FOUND)) == [
        WaiverUse("FT601", TODAY, 2, expired=False, changed=False)
    ]
    old = replace(WAIVER, until=date(2026, 11, 21), digest="sha256:00")
    assert uses(old) == [WaiverUse("FT601", old.until, 1, expired=True, changed=True)]
    assert uses(replace(WAIVER, digest="sha256:4f")) == [
        WaiverUse("FT601", TODAY, 1, expired=False, changed=False)
    ]


def test_a_waiver_for_another_dataset_does_not_hide_the_next_one() -> None:
    assert [each.code for each in uses(replace(WAIVER, dataset="faq"), WAIVER)] == ["FT601"]


def test_a_waiver_without_use_is_told_where_that_means_something() -> None:
    unused = replace(WAIVER, code="FT602")
    assert [each.covered for each in uses(unused, WAIVER)] == [0, 1]
    assert [each.code for each in uses(unused, WAIVER, whole=False)] == ["FT601"]
    assert [each.code for each in uses(unused, WAIVER, found=(FOUND, OPEN))] == ["FT601"]
    assert [each.code for each in uses(unused, WAIVER, plan=2)] == ["FT601"]
    assert len(uses(replace(unused, dataset="letters"), WAIVER, plan=2)) == 2


# Comments in prompt files.


def comment(
    *codes: str, at: int = 3, reason: str = "why", whole_file: bool = False
) -> PromptIgnore:
    return PromptIgnore(at, codes, reason, whole_file)


def ignores(*comments: PromptIgnore, path: str = "p.txt") -> Ignores:
    return Ignores([PromptStudy(path, "today", "text", (), (), comments)])


def test_a_comment_after_text_accepts_what_is_on_its_line_alone() -> None:
    assert ignores(comment("FT601")).accepts(FOUND) == "why (comment in p.txt:3)"
    assert ignores(comment("undeclared-variable")).accepts(FOUND) != ""
    assert ignores(comment("ft601")).accepts(FOUND) != ""
    assert ignores(comment("FT601", at=4)).accepts(FOUND) == ""
    assert ignores(comment("FT601")).accepts(replace(FOUND, count=2)) == ""
    assert ignores(comment("FT601")).accepts(replace(FOUND, lines=(3, 4), count=1)) == ""
    whole = comment("FT601", at=1, whole_file=True)
    assert ignores(whole).accepts(replace(FOUND, count=2)) != ""


def test_a_comment_accepts_no_other_rule_file_or_family() -> None:
    assert ignores(comment("FT602")).accepts(FOUND) == ""
    assert ignores(comment("FT601"), path="q.txt").accepts(FOUND) == ""
    assert ignores(comment("FT505")).accepts(replace(FOUND, code="FT505", name="secret")) == ""
    assert ignores(comment("FT602"), comment("FT601")).accepts(FOUND) != ""


def void(*comments: PromptIgnore, found: tuple[Finding, ...] = ()) -> list[tuple[str, str]]:
    every = ignores(*comments).void(found, load_rules().values())
    return [(each.why, each.next_step) for each in every]


def test_a_comment_that_lacks_something_is_told_what() -> None:
    form = "ftgate: ignore[FT601] why it is accepted"
    assert void(comment()) == [("it names no rule", form)]
    assert void(comment("FT601", reason="")) == [("it says no reason", form)]
    assert void(comment("FT401")) == [
        ("FT401 is no rule about prompt files", "did you mean FT601?")
    ]
    assert void(comment("?" * 50)) == [("what it names is no rule about prompt files", form)]
    wrong, right = comment("undeclared-variabel"), comment("FT601")
    assert void(wrong, right) == [
        ("undeclared-variabel is no rule about prompt files", "did you mean undeclared-variable?"),
        ("nothing of FT601 is here", "delete it"),
    ]


def test_a_comment_that_covers_nothing_is_told_where_the_places_are() -> None:
    assert void(comment("FT601"), found=(FOUND,)) == []
    assert void(comment("FT601"), found=(replace(FOUND, path="q.txt"),)) == [
        ("nothing of FT601 is here", "delete it")
    ]
    assert void(comment("FT601", at=9), found=(FOUND,)) == [
        ("FT601 has other places", "put it on a line of its own: then it is about the file")
    ]
    other = Finding("cost", "p.txt", (3,), 1, code="FT604", name="uncacheable-prefix")
    assert void(comment("FT604"), found=(other, FOUND)) == []


# Accepted places.


def line(raw: bytes, record: dict[str, object] | None = None, *kinds: str, at: int = 2) -> Line:
    return Line(at, 100 * (at - 1), raw, record, [Problem(kind) for kind in kinds], False)


def test_a_record_is_known_by_what_it_says() -> None:
    first = line(b'{"a": 1, "b": "\\u00e9"}\n', {"a": 1, "b": "é"})
    again = line(b'{"b":"\xc3\xa9","a":1}', {"b": "é", "a": 1}, at=9)
    assert entry_of("unknown-role", first) == entry_of("unknown-role", again)
    expected = hashlib.sha256(b'FT108\0{"a":1,"b":"\\u00e9"}').hexdigest()[:12]
    assert (DIGITS, entry_of("unknown-role", first)) == (12, f"FT108 {expected}")
    assert entry_of("unknown-role", first) != entry_of("empty-content", first)


def test_a_broken_line_is_known_by_its_bytes_without_spacing_and_mark() -> None:
    broken = line(b'{"a": \n', None, "invalid-json")
    assert entry_of("invalid-json", broken) == "FT101 " + digest("FT101", b'{"a":')
    marked = line(b'\xef\xbb\xbf{"a": \r\n', None, "invalid-json", at=1)
    assert entry_of("invalid-json", marked) == entry_of("invalid-json", broken)
    twice = line(b'{"a": 1, "a": 2}\n', {"a": 2}, "duplicate-key")
    assert entry_of("duplicate-key", twice) == "FT107 " + digest("FT107", b'{"a": 1, "a": 2}')


def test_what_has_no_record_has_no_place() -> None:
    assert entry_of("duplicate-example", line(b"{}", {})) == ""
    assert entry_of("invalid-json", line(b" \n")) == ""
    wide = "{".encode("utf-16")
    assert entry_of("invalid-json", line(wide, None, "invalid-json", at=1)) == ""
    assert entry_of("invalid-json", line(wide, None, "invalid-json", at=2)) != ""


def test_accepted_places_are_counted_and_the_others_are_left() -> None:
    here = line(b"{}", {})
    role, empty = Problem("unknown-role"), Problem("empty-content")
    known = entry_of("unknown-role", here)
    seen: Counter[str] = Counter()
    accepting = Accepting(frozenset({known}))
    assert accepting.left(here, [role, empty], seen) == [empty]
    assert accepting.left(here, [role], seen) == []
    assert seen == {known: 2}
    assert Accepting(frozenset({"FT108 b", "FT108 a"})).key == "FT108 a FT108 b"


def test_collecting_notes_every_place_and_accepts_none() -> None:
    here = line(b"{}", {})
    problems = [Problem("unknown-role"), Problem("duplicate-example")]
    seen: Counter[str] = Counter()
    accepting = Accepting(frozenset({entry_of("unknown-role", here)}), collect=True)
    assert accepting.left(here, problems, seen) == problems
    assert seen == {entry_of("unknown-role", here): 1}
    assert accepting.key == "collect"


# The file of a baseline.


def test_an_entry_that_cannot_be_one_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_text("FT108 a.jsonl 0123456789ab\n\nFT108 a.jsonl 0123456789a\n")
    with pytest.raises(ConfigError, match="b:3: no line of a baseline"):
        read(path)
    path.write_text("FT401 a.jsonl 0123456789ab\n")
    with pytest.raises(ConfigError, match="b:1: FT401 is not about single records"):
        read(path)
    with pytest.raises(ConfigError, match="No such file"):
        read(tmp_path / "none")


def test_names_with_any_characters_come_back(tmp_path: Path) -> None:
    names = ("a b.jsonl", "a\\n.jsonl", "a\n.jsonl", "a\r", "\udcff.jsonl")
    entries = {name: frozenset({"FT108 0123456789ab"}) for name in names}
    path = tmp_path / "b"
    path.write_bytes(written(entries))
    assert read(path) == entries
    assert path.read_bytes().count(b"\n") == len(names)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read(path) == entries


BASELINE = "FT108 a.jsonl 0123456789ab\nFT301 a.jsonl 0123456789ab\nFT108 p.txt 0123456789ab\n"


def job_in(folder: Path) -> Job:
    (folder / ".git").mkdir()
    (folder / ".ftgate-baseline").write_text(BASELINE)
    files = (
        File(str(folder / "p.txt"), "prompt", "p.txt"),
        File(str(folder / "a.jsonl"), "train", "a.jsonl"),
        File(str(folder / "b.jsonl"), "validation", "b.jsonl"),
    )
    return Job(Dataset("letters", files), Settings(), DatasetSettings(name="letters"))


def test_a_baseline_is_about_data_files_and_the_rules_that_were_asked(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    path = str(tmp_path / "a.jsonl")
    asked = in_force(job, {"FT108", "FT401"})
    assert asked.files == {path: Accepting(frozenset({"FT108 0123456789ab"}))}
    assert asked.listed == {path: frozenset({"FT108 0123456789ab"})}
    assert in_force(job, {"FT401"}).files == {}
    collecting = in_force(job, {"FT401"}, collect=True)
    assert set(collecting.files) == {path, str(tmp_path / "b.jsonl")}
    assert all(each.collect and not each.known for each in collecting.files.values())


@pytest.mark.parametrize(
    ("vocabulary", "codes"), [("", {"FT108", "FT301"}), ("damaged", {"FT108"})]
)
def test_entries_about_tokens_say_nothing_where_none_were_counted(
    tmp_path: Path, vocabulary: str, codes: set[str]
) -> None:
    job = job_in(tmp_path)
    path = str(tmp_path / "a.jsonl")
    found = Counter({"FT108 0123456789ab": 2})
    read = SimpleNamespace(profile=SimpleNamespace(accepted=found))
    reading: Any = SimpleNamespace(results={path: read}, vocabulary=vocabulary)
    (use,) = in_force(job, {"FT108", "FT301"}).uses(job.dataset.files, reading)
    assert (use.path, use.found) == ("a.jsonl", dict(found))
    assert use.listed == {f"{code} 0123456789ab" for code in codes}
    unread: Any = SimpleNamespace(results={path: SimpleNamespace(profile=None)}, vocabulary="")
    assert in_force(job, {"FT108"}).uses(job.dataset.files, unread) == ()


def saved(
    folder: Path, *after: tuple[str, str], before: tuple[tuple[str, str], ...] = ()
) -> list[str]:
    change = Change(folder / ".ftgate-baseline", frozenset(before), frozenset(after))
    return [path.name for path in save(change)]


ENTRY = ("a.jsonl", "FT108 0123456789ab")


def test_saving_writes_what_has_changed_and_tells_git_once(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    attributes = tmp_path / ".gitattributes"
    assert saved(tmp_path, ENTRY, before=(ENTRY,)) == []
    attributes.write_text("*.png binary")
    assert saved(tmp_path, ENTRY) == [".ftgate-baseline", ".gitattributes"]
    assert attributes.read_text() == "*.png binary\n.ftgate-baseline merge=union\n"
    assert (tmp_path / ".ftgate-baseline").read_text() == "FT108 a.jsonl 0123456789ab\n"
    assert saved(tmp_path, ENTRY) == [".ftgate-baseline"]
    assert attributes.read_text().count("merge") == 1


def test_without_a_repository_the_line_for_git_is_written_all_the_same(tmp_path: Path) -> None:
    assert saved(tmp_path, ENTRY) == [".ftgate-baseline", ".gitattributes"]
    assert (tmp_path / ".gitattributes").read_text() == ".ftgate-baseline merge=union\n"


def test_standard_input_has_no_baseline() -> None:
    for change in (accept, prune):
        with pytest.raises(UsageError, match="standard input has no baseline"):
            change(["-"], CheckOptions(as_of="2026-11-22"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (".ftgate-baseline merge=ours\n", True),
        ("\n/.ftgate-baseline -text merge=union\n", True),
        (".ftgate-baseline text\n", False),
        ("*.md merge=union\n", False),
    ],
)
def test_any_way_to_merge_a_baseline_is_left_alone(tmp_path: Path, text: str, told: bool) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitattributes").write_text(text)
    assert saved(tmp_path, ENTRY) == [".ftgate-baseline", *([] if told else [".gitattributes"])]


def test_the_attributes_above_count_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".gitattributes").write_text(".ftgate-baseline merge=union\n")
    below = tmp_path / "repository" / "sets"
    below.mkdir(parents=True)
    assert saved(below, ENTRY) == [".ftgate-baseline"]
    (tmp_path / "repository" / ".git").mkdir()
    assert saved(below, ENTRY) == [".ftgate-baseline", ".gitattributes"]
