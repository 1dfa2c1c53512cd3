"""Fixtures of the tests that launch; a module asks for them with ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ftgate.launching import client
from tests.conftest import AS_OF
from tests.launching import KEY, make_project, openai_bill
from tests.openai_service import OpenAIService, openai_service


@pytest.fixture
def service() -> Iterator[OpenAIService]:
    """The service that launches of the test go to."""
    with openai_service(openai_bill) as state:
        yield state


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: OpenAIService) -> Path:
    """The folder of the test, with two datasets, a key, and short pauses."""
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", service.url)
    monkeypatch.setattr(client, "PAUSES", client.Pauses((0.01,) * 3, (0.01,) * 5, (0.01,), 5.0))
    return tmp_path
