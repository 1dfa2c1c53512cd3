from __future__ import annotations

import re

from ftgate.cli import COMMANDS
from scripts.update_picture import MAX_BYTES, PICTURE
from scripts.update_readme import README, updated
from tests.conftest import ROOT


def test_the_runs_in_the_readme_are_what_the_program_prints() -> None:
    text = README.read_text("utf-8")
    assert text.count("<!-- run: ") >= 2
    assert updated(text) == text, "run: python scripts/update_readme.py"


def test_the_demo_of_the_makefile_is_the_run_of_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (demo,) = re.findall(r"bin/ftgate (check [^;\n]*)", makefile)
    assert f"<!-- run: ftgate {demo.strip()} -->" in README.read_text("utf-8")


def test_links_to_files_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README.read_text("utf-8")):
        assert (ROOT / target).exists(), target


def test_every_command_is_mentioned() -> None:
    text = README.read_text("utf-8")
    for name in COMMANDS:
        assert f"ftgate {name}" in text, name


def test_the_comment_of_a_pull_request_is_a_real_one() -> None:
    text = README.read_text("utf-8")
    assert "<!-- comment: ftgate check " in text
    assert "> ## ❌ ftgate: 1 dataset, 1 fail" in text


def test_the_picture_of_the_report_is_small_and_is_a_picture() -> None:
    assert f"]({PICTURE.relative_to(ROOT).as_posix()})" in README.read_text("utf-8")
    data = PICTURE.read_bytes()
    assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP")
    assert len(data) <= MAX_BYTES
