"""Keys that are planted in the data come out nowhere: no output, report, cache or error shows one.

What is looked for are the random parts of keys of every kind, planted wherever a file has a place
for text, also where it breaks the format.
"""

from __future__ import annotations

import json
import random
import re
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ftgate import rules
from ftgate.cli import run
from ftgate.errors import RuleCrashError
from ftgate.launching.journal import Journal
from ftgate.rules.registry import Rule
from tests.conftest import AS_OF
from tests.planted_secrets import MAKERS

Capture = pytest.CaptureFixture[str]
SECRETS = [
    maker(random.Random(f"{kind} {number}"))  # noqa: S311
    for kind, makers in MAKERS.items()
    for number, maker in enumerate(makers)
]
_RANDOM = r"[\w+/-]{16,}|(?<=:)[^:@/]{10,}(?=@)"  # the second: a password in a URL
PARTS = sorted(
    {part for secret in SECRETS for part in re.findall(_RANDOM, secret)}
    - {"DefaultEndpointsProtocol", "SharedAccessKeyName"}
)
FORMATS = (
    *("text", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit"),
    *("markdown", "html", "attestation", "failures"),
)
COMMANDS = (
    ("check", "data", "-v"),
    ("check", "data", "--diff", "--unsafe-fixes"),
    ("check", "data", "--provider", "mistral", "-v"),
    ("audit", ".", "-f", "json"),
    ("audit", "."),
    ("count", "data"),
    ("count", "data", "-f", "json"),
    ("cost", "data"),
    ("prompts", "."),
    ("prompts", ".", "-f", "json"),
    ("report", "data"),
    ("hook", "data/train.jsonl"),
    ("config", "show"),
    ("doctor",),
    ("baseline", "write", "data"),
    ("run", "data", "--", "true"),
    ("check", "data", "--fix", "--unsafe-fixes"),
)


def chat(question: str, answer: str, **more: object) -> str:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns, **more})


def records() -> Iterator[str]:
    """Every key as a question, an answer, and in the places that break a record."""
    for number, secret in enumerate(SECRETS):
        yield chat(f"Where is key {number}? {secret}", f"Here is number {number}.")
        yield chat(f"What is key {number}?", f"It is {secret}")
    for number, secret in enumerate(SECRETS[:20]):
        yield chat(f"Say {number}.", "Said.")[:-3] + secret  # no JSON
        yield json.dumps({"messages": secret})
        yield json.dumps({"messages": [{"role": "user", "content": {"text": secret}}]})
        yield json.dumps({"prompt": secret, "completion": number})
        yield json.dumps([secret])
        yield json.dumps(secret)
        yield f'{{"messages": "{number}", "messages": {json.dumps(secret)}}}'
        yield chat(f"Weigh {number}.", "Weighed.", weight=secret, tools=secret)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "project"
    (top / "data" / "prompts").mkdir(parents=True)
    (top / ".git").mkdir()
    (top / "data" / "train.jsonl").write_text("\n".join(records()), "utf-8")
    text = chat("Was kostet das?", f"für {SECRETS[0]}")
    latin = text.encode().replace(b"\\u00fc", b"\xfc")
    (top / "data" / "val.jsonl").write_bytes(latin + b"\n")
    (top / "data" / "prompts" / "support.md").write_text("\n\n".join(SECRETS), "utf-8")
    monkeypatch.chdir(top)
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)
    return top


def shown(text: str) -> list[str]:
    return [part for part in PARTS if part in text]


def written(*folders: Path) -> dict[str, list[str]]:
    """Files below these folders with a key in them."""
    texts = {
        str(path): path.read_text("utf-8", "replace")
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {name: found for name, text in texts.items() if (found := shown(text))}


def test_the_keys_are_found_and_every_kind_is_planted() -> None:
    assert len(SECRETS) > 60
    assert all(shown(secret) for secret in SECRETS)


def test_no_report_of_any_format_shows_a_key(folder: Path, own_cache: Path) -> None:
    out = folder.parent / "out"
    out.mkdir()
    files = [word for name in FORMATS for word in ("-o", f"{name}={out / name}")]
    assert run(["check", "data", "-q", *files]) == 1
    assert {path.name for path in out.iterdir()} == set(FORMATS)
    assert "FT501" in (out / "json").read_text("utf-8")
    assert written(out, own_cache) == {}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_says_a_key(
    command: tuple[str, ...], folder: Path, own_cache: Path, own_state: Path, capfd: Capture
) -> None:
    before = {path for path in folder.rglob("*") if path.is_file()}
    assert run([*command]) in range(4)
    said = capfd.readouterr()
    assert "internal error" not in said.err
    assert said.out + said.err
    assert shown(said.out + said.err) == []
    assert written(own_cache, own_state) == {}
    new = {path for path in folder.rglob("*") if path.is_file()} - before
    assert [path for path in new if shown(path.read_text("utf-8")) and path.suffix != ".bak"] == []


def test_only_show_records_shows_them(folder: Path, capfd: Capture) -> None:
    run(["check", "data", "--diff", "--show-records", "--unsafe-fixes"])
    assert shown(capfd.readouterr().out)


@pytest.mark.parametrize("verbose", [[], ["-v"]])
def test_an_error_of_ours_quotes_nothing(
    verbose: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    def broken(*_: object, **__: object) -> None:
        try:
            raise KeyError(SECRETS[0])
        except KeyError as error:
            raise ValueError(f"cannot use {SECRETS[1]}") from error

    monkeypatch.setattr("ftgate.gate.check", broken)
    assert run(["check", "data", *verbose]) == 2
    err = capfd.readouterr().err
    assert "internal error: ValueError in ftgate.commands.check, line " in err
    assert shown(err) == []


def test_a_rule_that_fails_quotes_nothing() -> None:
    def broken(today: object) -> object:
        raise ValueError(SECRETS[0])

    rule = Rule("FT999", "broken", "error", "0.1", broken, ("today",), {})  # type: ignore[arg-type]
    with pytest.raises(RuleCrashError, match="FT999 broken failed: ValueError") as caught:
        rules.run({"FT999": rule}, rules.Case(today=date.fromisoformat(AS_OF)), {})
    assert shown(f"{caught.value} {caught.value.hint}") == []


def test_what_is_remembered_of_the_data_is_for_its_owner(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cache", "state"):
        monkeypatch.setenv(f"FTGATE_{name.upper()}_DIR", str(tmp_path / name))
    run(["check", "data"])
    run(["hook", "data/train.jsonl"])
    with Journal.open().locked("a"):
        Journal.open().log({"tokens": 1})
    kept = [*(tmp_path / "cache").rglob("*"), *(tmp_path / "state").rglob("*")]
    folders = [tmp_path / "cache", tmp_path / "state", *filter(Path.is_dir, kept)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    files = [path for path in kept if path.is_file()]
    assert len(files) > 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
