"""What a command loads: hooks run on every commit, so imports are a budget."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SLOW = {"fastokens", "openai", "pydantic", "rich", "splintr", "tiktoken"}


SAMPLE = Path(__file__).parent.parent / "sample_data" / "techwiz-support" / "train.jsonl"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A folder with a training set and nothing else."""
    shutil.copy(SAMPLE, tmp_path)
    return tmp_path


def loaded_by(*arguments: str, folder: Path) -> set[str]:
    """Top-level modules in memory when ``ftgate ARGUMENTS`` has run, in a fresh interpreter."""
    program = (
        "import sys\n"
        "from ftgate.cli import run\n"
        f"code = run({list(arguments)!r})\n"
        "assert code == 0, code\n"
        "print('\\n' + ' '.join({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("check", "--help"),
        ("rules",),
        ("explain", "FT201"),
        ("completion", "zsh"),
    ],
    ids=" ".join,
)
def test_what_judges_nothing_loads_nothing_slow(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert loaded_by(*arguments, folder=tmp_path) & SLOW == set()


def test_the_version_needs_no_rule_and_no_parser_of_records(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from ftgate.cli import run\n"
        "run(['--version'])\n"
        "print(*sorted(name for name in sys.modules if name.startswith('ftgate')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    version, modules = done.stdout.splitlines()
    assert version.startswith("ftgate ")
    assert modules.split() == ["ftgate", "ftgate.cli", "ftgate.errors"]


def test_judging_loads_no_client_and_no_reference_reader(sample: Path) -> None:
    loaded = loaded_by("check", "train.jsonl", "--exit-zero", folder=sample)
    assert loaded & {"jsonlines", "openai", "ray", "rich"} == set()


def test_a_hook_on_unchanged_files_loads_nothing_slow(sample: Path) -> None:
    arguments = ("hook", "train.jsonl", "--exit-zero")
    loaded_by(*arguments, folder=sample)
    assert loaded_by(*arguments, folder=sample) & {*SLOW, "difflib", "lzma", "shutil"} == set()


def test_the_public_names_are_there_and_import_nothing_until_used() -> None:
    code = (
        "import sys, ftgate; before = 'ftgate.gate' in sys.modules; "
        "names = [getattr(ftgate, name) for name in ftgate.__all__]; print(before, len(names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "11"]


def test_an_unchanged_hook_run_loads_no_rule_no_price_and_no_renderer(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()  # plans beside a folder may be about its data, so they are read
    train = tmp_path / "alone" / "train.jsonl"
    shutil.copy(ROOT / "sample_data" / "ski-resort-faq" / "train.jsonl", train)
    code = (
        "import sys\nfrom ftgate.cli import run\n"
        f"code = run(['hook', {str(train)!r}, '--as-of', '2026-11-22'])\n"
        "heavy = ['ftgate.model', 'ftgate.rules', 'ftgate.prices.book', 'ftgate.render.text',"
        " 'ftgate.content', 'ftgate.tokens.engines', 'tiktoken', 'pydantic']\n"
        "print(code, [name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert first.stdout == second.stdout
    assert "FT401" in second.stdout
    assert "ftgate.rules" in first.stderr
    assert second.stderr.strip() == "1 []"


def test_a_hook_on_a_small_set_loads_no_numpy(sample: Path) -> None:
    assert "numpy" not in loaded_by("hook", "train.jsonl", "--exit-zero", folder=sample)
