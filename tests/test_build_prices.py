"""The script that trims a price file into the catalogue's format: reviewed rows win."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ftgate.catalog import FOLDER, PRICES_FILE
from scripts import build_prices
from tests.price_server import litellm_file

CHEAPER_LUNA = {"input_cost_per_token": 9e-08}
NEW = {"input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel with a dearer, a new, a dead, a free and a half-priced model."""
    prices: dict[str, dict[str, Any]] = {
        "gpt-6-luna": CHEAPER_LUNA,
        "gpt-7-nova": NEW,
        "gpt-2": {**NEW, "deprecation_date": "2024-01-01"},
        "gpt-free": {"input_cost_per_token": 0, "output_cost_per_token": 0},
        "gpt-half": {"output_cost_per_token": None},
        "azure/eu/gpt-7-nova": {**NEW, "litellm_provider": "azure"},
    }
    path = tmp_path / "litellm-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(build_prices.DATA, litellm_file(prices))
    return path


def run(wheel: Path, output: Path) -> dict[str, Any]:
    assert build_prices.main([str(wheel), "--as-of", "2026-11-12", "-o", str(output)]) == 0
    merged: dict[str, Any] = json.loads(output.read_text("utf-8"))
    return merged


def test_reviewed_rows_stay_and_what_differs_is_said(
    wheel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed = json.loads((FOLDER / PRICES_FILE).read_text("utf-8"))
    merged = run(wheel, tmp_path / "merged.json")
    for provider, models in reviewed["models"].items():
        for model, row in models.items():
            assert merged["models"][provider][model] == row
    assert "openai/gpt-6-luna/input_mtok: 0.1, feed 0.09" in capsys.readouterr().out


def test_only_models_with_both_prices_and_a_life_are_added(wheel: Path, tmp_path: Path) -> None:
    models = run(wheel, tmp_path / "merged.json")["models"]
    assert models["openai"]["gpt-7-nova"] == {
        "source": "litellm",
        "input_mtok": "2",
        "output_mtok": "4",
    }
    assert not {"gpt-2", "gpt-free", "gpt-half"} & set(models["openai"])
    assert "eu/gpt-7-nova" not in models["azure"]


def test_the_file_is_written_as_it_is_reviewed() -> None:
    text = (FOLDER / PRICES_FILE).read_text("utf-8")
    assert build_prices.text_of(json.loads(text)) == text
