"""Every command of the documentation is run, and prints what the page says."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml
from click.testing import CliRunner

from ftgate.cli import COMMANDS, cli
from scripts.update_docs import AS_OF, DOCS, commands_of, pages, updated_page
from tests import conftest

PAGES = [page.relative_to(DOCS).as_posix() for page in pages()]
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def text_of(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def console_blocks(page: str) -> list[str]:
    return [body for kind, body in FENCE.findall(text_of(page)) if kind == "console"]


@pytest.mark.parametrize("page", [page for page in PAGES if console_blocks(page)])
def test_the_page_shows_what_its_commands_print(page: str) -> None:
    assert updated_page(text_of(page)) == text_of(page), "run: python -m scripts.update_docs"


@pytest.mark.parametrize("page", PAGES)
def test_no_command_stands_where_it_is_not_run(page: str) -> None:
    text = text_of(page)
    if "<!-- session" not in text:
        assert len(console_blocks(page)) == text.count("<!-- run: ftgate ")
    for body in console_blocks(page):
        assert commands_of(body), "a console block without a command"


def test_the_tutorial_ends_in_a_commit_that_is_refused() -> None:
    answers = dict(
        re.findall(r"^\$ (git [^\n]*)\n(.*?)(?=^\$|^```)", text_of("tutorial.md"), re.S | re.M)
    )
    (commit,) = (answer for command, answer in answers.items() if command.startswith("git commit"))
    assert "FAIL" in commit
    assert "FT401" in commit
    assert "does not have any commits yet" in answers["git log --oneline"]


def test_the_documentation_is_about_the_day_of_the_tests() -> None:
    assert AS_OF == conftest.AS_OF


def ftgate_lines(page: str) -> list[str]:
    """Commands in templates for other programs: YAML, make, Groovy."""
    found = []
    for kind, body in FENCE.findall(text_of(page)):
        if kind not in ("console", "python", "toml", "text"):
            joined = re.sub(r"\\\n\s*", "", body)
            found += re.findall(
                r"(?<![\w/@.-])ftgate (?:check|run|hook|prices|diff)\b[^'\n|>]*", joined
            )
    return found


def test_commands_in_templates_have_flags_that_exist() -> None:
    lines = [line for page in PAGES for line in ftgate_lines(page)]
    assert len(lines) >= 5
    for line in lines:
        words = re.sub(r"\$(?:[({]\w*(?:\.\w+)*[)}]|\w+|@)", "x", line).partition(" -- ")[0]
        words = words.removesuffix(" 2")  # of 2>&1
        name, *arguments = shlex.split(words)[1:]
        assert name in COMMANDS
        done = CliRunner().invoke(cli, [name, *arguments, "--help"])
        assert done.exit_code == 0, (line, done.output)


def test_templates_are_valid_yaml() -> None:
    bodies = [
        body for page in PAGES for kind, body in FENCE.findall(text_of(page)) if kind == "yaml"
    ]
    assert len(bodies) >= 5
    for body in bodies:
        assert yaml.safe_load(body)


def test_an_answer_that_is_no_longer_true_is_seen() -> None:
    told = '<!-- session -->\n```console\n$ echo "$((1 + 1))"\n3\n```\n'
    assert updated_page(told) == told.replace("3\n```", "2\n```")


def test_a_session_keeps_its_folder_variables_and_exit_code() -> None:
    told = (
        "<!-- session -->\n<!-- file: a/b.txt -->\n```text\nhere\n```\n"
        "```console\n$ cd a && x=1\n$ cat b.txt; false\n$ echo $x $?\n```\n"
    )
    shown = updated_page(told)
    assert "$ cat b.txt; false\nhere\n$ echo $x $?\n1 1\n```" in shown


def test_an_included_file_is_shown_as_it_is() -> None:
    told = "<!-- include: hooks/ci/gitlab.yml -->\n```yaml\nold\n```\n"
    shown = updated_page(told)
    body = (DOCS.parent / "hooks" / "ci" / "gitlab.yml").read_text("utf-8")
    assert shown == told.replace("old\n", body)
