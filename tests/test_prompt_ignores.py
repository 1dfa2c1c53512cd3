"""Comments in prompt files: what they accept, what they need, and what is no comment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ftgate.cli import run
from ftgate.gate import CheckOptions, check
from ftgate.prompts.ignores import ignores_of
from ftgate.report import DatasetReport
from tests.conftest import AS_OF

Capture = pytest.CaptureFixture[str]
Write = Callable[[str, str], None]

KEY = "ghp_" + "Zq8Lw2Rt5Yx7Vb3Nk9Mc4Hj6Gf1Ds0Pa7Ue2"
PROMPTY = """\
---
name: updates
inputs:
  language:
    type: string
---
system:
You write delivery updates in {{language}}.
user:
{{state}}
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    (tmp_path / ".git").mkdir()
    (tmp_path / "prompts").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_AS_OF", AS_OF)

    def put(name: str, text: str) -> None:
        Path("prompts", name).write_text(text, "utf-8")

    return put


def judged(name: str, **options: object) -> DatasetReport:
    chosen = CheckOptions(as_of=AS_OF, **options)  # type: ignore[arg-type]
    (dataset,) = check([f"prompts/{name}"], chosen).datasets
    return dataset


def codes(dataset: DatasetReport) -> list[str]:
    return [each.code for each in dataset.findings]


def test_without_a_comment_the_finding_counts(write: Write) -> None:
    write("a.prompty", PROMPTY)
    assert codes(judged("a.prompty")) == ["FT601"]


@pytest.mark.parametrize("name", ["FT601", "ft601", "undeclared-variable", "FT610, FT601"])
def test_a_comment_on_a_line_of_its_own_is_about_the_file(write: Write, name: str) -> None:
    comment = f"{{# ftgate: ignore[{name}] the dispatcher adds it #}}"
    write("a.prompty", PROMPTY.replace("user:", f"{comment}\nuser:"))
    dataset = judged("a.prompty", ignore=("FT905",))
    assert codes(dataset) == []
    assert dataset.outcome == "pass"
    (waived,) = dataset.waived
    expected = "FT601 undeclared-variable: the dispatcher adds it (comment in prompts/a.prompty:9)"
    assert waived == expected


def test_a_comment_after_text_is_about_its_line(write: Write) -> None:
    comment = " {# ftgate: ignore[FT601] the dispatcher adds it #}"
    write("a.prompty", PROMPTY.replace("{{state}}", "{{state}}" + comment))
    assert codes(judged("a.prompty")) == []
    write("a.prompty", PROMPTY.replace("{{language}}.", "{{language}}." + comment))
    dataset = judged("a.prompty")
    assert codes(dataset) == ["FT601", "FT905"]
    assert "FT601 has other places" in dataset.findings[1].message


def test_a_comment_about_one_line_does_not_hide_another(write: Write) -> None:
    text = PROMPTY + "{{name}} {# ftgate: ignore[FT601] signed by hand #}\n"
    write("a.prompty", text)
    finding = judged("a.prompty").findings[0]
    assert (finding.code, finding.count) == ("FT601", 2)


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("{# ftgate: ignore[FT601] #}", "it says no reason"),
        ("{# ftgate: ignore[FT601] - #}", "it says no reason"),
        ("{# ftgate: ignore known since May #}", "it names no rule"),
        ("{# ftgate: ignore[] known since May #}", "it names no rule"),
        ("{# ftgate: ignore[FT6] known since May #}", "FT6 is no rule about prompt files"),
        ("{# ftgate: ignore[all] known since May #}", "all is no rule about prompt files"),
        ("{# ftgate: ignore[FT201] known since May #}", "FT201 is no rule about prompt files"),
        ("{# ftgate: ignore[FT601,<b>] known #}", "what it names is no rule about prompt files"),
    ],
)
def test_an_incomplete_comment_accepts_nothing_and_is_a_finding(
    write: Write, comment: str, why: str
) -> None:
    write("a.prompty", PROMPTY.replace("user:", f"{comment}\nuser:"))
    dataset = judged("a.prompty")
    assert codes(dataset) == ["FT601", "FT905"]
    void = dataset.findings[1]
    assert void.message == f"comment without effect: {why}"
    assert (void.path, void.lines, void.severity) == ("prompts/a.prompty", (9,), "warning")
    assert dataset.waived == ()


def test_the_nearest_rule_is_named(write: Write) -> None:
    write("a.prompty", PROMPTY + "{# ftgate: ignore[undeclared-varable] x #}\n")
    assert judged("a.prompty").findings[1].next_step == "did you mean undeclared-variable?"


def test_a_comment_that_covers_nothing_is_a_finding(write: Write) -> None:
    comment = "{# ftgate: ignore[FT610] a public key #}"
    write("a.prompty", PROMPTY.replace("{{state}}", comment))
    (void,) = [each for each in judged("a.prompty").findings if each.code == "FT905"]
    assert void.message == "comment without effect: nothing of FT610 is here"


def test_a_comment_for_a_rule_that_needs_the_data_may_be_for_another_dataset(write: Write) -> None:
    comment = "{# ftgate: ignore[FT602] the data are older #}"
    write("a.prompty", PROMPTY.replace("{{state}}", comment))
    assert codes(judged("a.prompty")) == []


def test_other_files_are_not_covered(write: Write) -> None:
    comment = "{# ftgate: ignore[FT610] revoked in March #}\n"
    write("a.txt", f"{comment}You answer politely. Key: {KEY}\n")
    write("b.txt", f"You answer politely. Key: {KEY}\n")
    report = check(["prompts/a.txt", "prompts/b.txt"], CheckOptions(as_of=AS_OF))
    found = [each.path for dataset in report.datasets for each in dataset.findings]
    assert found == ["prompts/b.txt"]


def test_the_prompts_command_knows_the_comments(write: Write, capsys: Capture) -> None:
    write("a.prompty", PROMPTY)
    assert run(["prompts", "prompts"]) == 1
    comment = "# ftgate: ignore[FT601] the dispatcher adds it\n"
    write("a.prompty", PROMPTY.replace("inputs:", comment + "inputs:"))
    assert run(["prompts", "prompts"]) == 0
    capsys.readouterr()
    write("a.prompty", PROMPTY.replace("inputs:", "# ftgate: ignore[FT601]\ninputs:"))
    assert run(["prompts", "prompts"]) == 1
    assert "FT905" in capsys.readouterr().out


SAID = "ftgate: ignore[FT601] because of #12"


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("a.j2", f"{{# {SAID} #}}\nHello", [(1, True)]),
        ("a.j2", f"Hello\n  {{#- {SAID} -#}}", [(2, True)]),
        ("a.j2", f"Hello {{# {SAID} #}} you", [(1, False)]),
        ("a.md", f"Hello\n<!-- {SAID} -->\n", [(2, True)]),
        ("a.txt", f"Hello <!-- {SAID} -->", [(1, False)]),
        ("a.md", f"---\nname: x\n# {SAID}\n---\nHello\n", [(3, True)]),
        ("a.md", f"---\nname: x # {SAID}\n---\nHello\n", [(2, False)]),
        ("a.prompt.yml", f"# {SAID}\nmessages: []\n", [(1, True)]),
        ("a.prompt.yml", f"name: x # {SAID}\n", [(1, False)]),
        ("a.prompt.yml", f"text: |\n  Hello\n  {{# {SAID} #}}\n", [(3, True)]),
        ("a.prompt.yml", f"text: |\n  Hello\n# {SAID}\nother: 1\n", [(3, True)]),
        ("a.j2", f"\ufeffHello\r\n{{# {SAID} #}}\r\nyou\r\n", [(2, True)]),
    ],
)
def test_a_comment_is_found_in_the_syntax_of_its_file(
    name: str, text: str, places: list[tuple[int, bool]]
) -> None:
    found = ignores_of(text, name)
    assert [(each.line, each.whole_file) for each in found] == places
    assert {(each.codes, each.reason) for each in found} == {(("FT601",), "because of #12")}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", f"# {SAID}\n"),  # a heading, which is sent
        ("a.j2", f"# {SAID}\n"),
        ("a.j2", f"{{# {SAID}"),
        ("a.j2", f"{{# {SAID}\n#}}"),
        ("a.md", f"{SAID}"),
        ("a.md", "<!-- ftgate: ignored[FT601] x -->"),
        ("a.json", json.dumps({"messages": [{"content": f"{{# {SAID} #}}"}]})),
        ("a.prompt.yml", f"text: |\n  Hello\n  # {SAID}\n"),
        ("a.prompt.yml", f'text: "a # {SAID}"\n'),
        ("a.prompt.yml", f"<!-- {SAID} -->"),
        ("a.prompt.yml", f"text: a#{SAID}\n"),
    ],
)
def test_what_is_no_comment_of_the_file_is_none(name: str, text: str) -> None:
    assert ignores_of(text, name) == ()


def test_many_comments_that_never_end_take_no_time() -> None:
    assert ignores_of("{# ftgate: ignore " * 200_000, "a.j2") == ()
    assert len(ignores_of("{# ftgate: ignore " * 200_000 + "#}", "a.j2")) == 1
