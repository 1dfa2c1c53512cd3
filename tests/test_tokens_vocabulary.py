"""The bundled vocabularies are OpenAI's, to the byte, and damage is noticed."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest
import tiktoken_ext.openai_public

from ftgate.errors import UsageError, VocabularyError
from ftgate.tokens import vocabulary

ROOT = Path(__file__).resolve().parent.parent

PUBLISHED = {  # expected_hash in tiktoken_ext/openai_public.py, size of the published file, ranks
    "cl100k_base": (
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        1_681_126,
        100_256,
    ),
    "o200k_base": (
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        3_613_922,
        199_998,
    ),
}
both = pytest.mark.parametrize("name", sorted(PUBLISHED))


@pytest.fixture(scope="module")
def pack_vocabulary() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pack", ROOT / "scripts" / "pack_vocabulary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@both
def test_rebuilt_rank_file_is_the_published_one(name: str) -> None:
    rebuilt = vocabulary.rank_file(name)
    assert (hashlib.sha256(rebuilt).hexdigest(), len(rebuilt)) == PUBLISHED[name][:2]
    assert len(vocabulary.load_ranks(name)) == PUBLISHED[name][2]


@both
def test_packing_the_published_file_gives_the_bundled_one(
    name: str, pack_vocabulary: ModuleType
) -> None:
    packed = pack_vocabulary.pack(vocabulary.rank_file(name))
    assert packed == (vocabulary.DIRECTORY / f"{name}.ranks").read_bytes()
    assert pack_vocabulary.PUBLISHED_SHA256[name] == PUBLISHED[name][0]


def test_packing_refuses_gaps_and_tokens_that_hold_the_separator(
    pack_vocabulary: ModuleType,
) -> None:
    with pytest.raises(ValueError, match="line 2 has rank 2, expected 1"):
        pack_vocabulary.pack(b"YQ== 0\nYg== 2\n")
    with pytest.raises(ValueError, match="separator"):
        pack_vocabulary.pack(b"Yf8KYg== 0\nYg== 1\n")


@both
def test_patterns_are_those_of_tiktoken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiktoken_ext.openai_public, "load_tiktoken_bpe", lambda *_, **__: {})
    assert vocabulary.PATTERNS[name] == getattr(tiktoken_ext.openai_public, name)()["pat_str"]


@both
def test_no_token_crosses_from_a_line_break_into_blanks_at_its_end(name: str) -> None:
    crossing = re.compile(rb"[\r\n][\t\x0b\x0c \x80-\xff]+\Z")  # high bytes: all Unicode blanks
    assert not [token for token in vocabulary.load_tokens(name) if crossing.search(token)]


def test_damaged_vocabulary_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(vocabulary.DIRECTORY, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(vocabulary, "DIRECTORY", tmp_path)
    path = tmp_path / "o200k_base.ranks"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(VocabularyError, match="is damaged: sha256") as damaged:
        vocabulary.load_ranks("o200k_base")
    path.unlink()
    with pytest.raises(VocabularyError, match="cannot read vocabulary") as missing:
        vocabulary.load_ranks("o200k_base")
    assert "reinstall" in damaged.value.hint
    assert "reinstall" in missing.value.hint


def test_unknown_encoding_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="p50k_base") as caught:
        vocabulary.load_tokens("p50k_base")
    assert caught.value.hint == "did you mean o200k_base? known encodings: cl100k_base, o200k_base"


def test_licence_of_the_vocabularies_travels_with_them() -> None:
    text = (vocabulary.DIRECTORY / "LICENSE-tiktoken").read_text(encoding="utf-8")
    assert "MIT License" in text
    assert "Copyright (c) 2022 OpenAI, Shantanu Jain" in text
