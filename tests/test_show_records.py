"""``check --show-records``: the only place where a report shows text of the data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ftgate.cli import run
from ftgate.content.evidence import novel_terms


@pytest.fixture
def faq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_CACHE_DIR", str(tmp_path / "cache"))
    records = [
        {
            "messages": [
                {"role": "user", "content": f"Who keeps lantern {number}?"},
                {
                    "role": "assistant",
                    "content": f"Ottoline\x1b[31m Moll, hired in {number + 1800}",
                },
            ]
        }
        for number in range(60)
    ]
    file = tmp_path / "train.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return file


def test_no_report_shows_text_unless_asked(faq: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("text", "json", "markdown"):
        run(["check", "--isolated", "-v", "-f", form])
        assert "ottoline" not in capsys.readouterr().out.casefold()
    cached = b"".join(
        path.read_bytes() for path in (faq.parent / "cache").rglob("*") if path.is_file()
    )
    assert b"ottoline" not in cached.lower()


@pytest.mark.parametrize("again", [False, True], ids=["first run", "from the cache"])
def test_show_records_names_the_new_words_of_five_lines(
    faq: Path, capsys: pytest.CaptureFixture[str], again: bool
) -> None:
    if again:
        run(["check", "--isolated"])
        capsys.readouterr()
    run(["check", "--isolated", "--show-records"])
    shown = [line for line in capsys.readouterr().out.splitlines() if "closed-book fact:" in line]
    assert len(shown) == 5
    assert shown[0].startswith("train.jsonl:1: closed-book fact: ottoline, ")
    assert "\x1b" not in "".join(shown)


def test_show_records_is_for_people(faq: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--isolated", "--show-records", "-f", "json"]) == 2
    assert "--show-records is for people" in capsys.readouterr().err


def test_novel_terms_are_words_that_the_conversation_lacks() -> None:
    turns = [("user", "Who founded the mill?"), ("assistant", "The mill was founded by Ida Brandt")]
    assert novel_terms(turns) == ["ida", "brandt"]
    assert novel_terms([("user", "Nobody answers")]) == []
