"""Model names resolve to the encoding that the model really uses."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from tiktoken.model import MODEL_PREFIX_TO_ENCODING, MODEL_TO_ENCODING

from ftgate.errors import UsageError
from ftgate.tokens.encodings import check_name, resolve


@pytest.mark.parametrize(
    ("model", "encoding_name", "exactness"),
    [
        ("gpt-4o", "o200k_base", "exact"),
        ("gpt-4o-mini-2024-07-18", "o200k_base", "exact"),
        ("chatgpt-4o-latest", "o200k_base", "exact"),
        ("gpt-4.1-nano-2025-04-14", "o200k_base", "exact"),
        ("gpt-4.5-preview", "o200k_base", "exact"),
        ("gpt-5", "o200k_base", "exact"),
        ("gpt-5.6-luna", "o200k_base", "exact"),
        ("o1-preview", "o200k_base", "exact"),
        ("o3", "o200k_base", "exact"),
        ("o4-mini-2025-04-16", "o200k_base", "exact"),
        ("gpt-oss-20b", "o200k_base", "exact"),
        ("gpt-3.5-turbo-0125", "cl100k_base", "exact"),
        ("gpt-35-turbo-16k", "cl100k_base", "exact"),
        ("gpt-4", "cl100k_base", "exact"),
        ("gpt-4-32k-0613", "cl100k_base", "exact"),
        ("gpt-4-turbo-2024-04-09", "cl100k_base", "exact"),
        ("davinci-002", "cl100k_base", "exact"),
        ("babbage-002", "cl100k_base", "exact"),
        ("text-embedding-3-small", "cl100k_base", "exact"),
        ("gpt-6-luna", "o200k_base", "assumed"),
        ("gpt-6.1-terra", "o200k_base", "assumed"),
        ("claude-haiku-5-5", "o200k_base", "estimated"),
        ("meta-llama/Llama-3.3-70B-Instruct", "o200k_base", "estimated"),
        ("qwen3-8b", "o200k_base", "estimated"),
        ("gemini/gemini-2.5-flash", "o200k_base", "estimated"),
        ("amazon.nova-2-lite-v1:0", "o200k_base", "estimated"),
        ("gpt4all", "o200k_base", "estimated"),
        ("o1x", "o200k_base", "estimated"),
    ],
)
def test_model_resolves(model: str, encoding_name: str, exactness: str) -> None:
    encoding = resolve(model)
    assert (encoding.name, encoding.exactness) == (encoding_name, exactness)


@pytest.mark.parametrize(
    "model",
    [
        "ft:gpt-4.1-2025-04-14:acme:support:9x1",  # tiktoken says cl100k_base
        "ft:gpt-4.1-mini-2025-04-14:acme::9x1:ckpt-step-80",
        "ft:gpt-4o-mini-2024-07-18:acme::9x1",
        "ft:o4-mini-2025-04-16:acme::9x1",  # tiktoken raises
        "ft-gpt-4.1-nano-2025-04-14",
        "gpt-4.1-2025-04-14.ft-b044a9d3cf9c4228b5d393567f693b83",
        "openai/gpt-4.1",
        "azure/eu/gpt-4o-2024-08-06",
        "openrouter/openai/gpt-5-mini",
        "openai.gpt-oss-120b-1:0",
        "gpt-oss:20b",
        " GPT-4o ",
    ],
)
def test_providers_tuning_and_tags_do_not_matter(model: str) -> None:
    assert (resolve(model).name, resolve(model).exactness) == ("o200k_base", "exact")


def test_tuned_cl100k_models() -> None:
    for model in ("ft:gpt-3.5-turbo-0125:acme::9x1", "ft:davinci-002:acme::9x1", "ft:gpt-4-0613:a"):
        assert resolve(model).name == "cl100k_base"


def test_agrees_with_tiktoken_on_every_name_in_its_table() -> None:
    table = dict(MODEL_TO_ENCODING)
    table |= {f"{p.rstrip('-')}-x": name for p, name in MODEL_PREFIX_TO_ENCODING.items()}
    not_carried = {"p50k_base", "p50k_edit", "r50k_base", "gpt2"}
    for model, encoding_name in table.items():
        if encoding_name in not_carried:
            assert resolve(model).exactness == "estimated"
        else:
            expected = encoding_name.replace("o200k_harmony", "o200k_base")
            assert (resolve(model).name, resolve(model).exactness) == (expected, "exact"), model


def test_what_is_not_exact_says_so() -> None:
    assert "estimate" in resolve("claude-opus-5-5").note
    assert "factor 1" in resolve("claude-opus-5-5").note
    assert resolve("claude-opus-5-5").factor == Decimal(1)
    assert "not published" in resolve("gpt-6-luna").note
    assert "o200k_harmony" in resolve("gpt-oss-120b").note
    assert resolve("gpt-4o").note == ""


def test_an_unknown_encoding_is_refused_with_the_known_ones() -> None:
    check_name("o200k_base")
    with pytest.raises(UsageError, match="'r50k_base'") as caught:
        check_name("r50k_base")
    assert "cl100k_base, o200k_base" in caught.value.hint


def test_resolving_loads_no_tokenizer() -> None:
    code = (
        "import sys; from ftgate.tokens.encodings import resolve; resolve('gpt-4o');"
        "print({'tiktoken', 'splintr', 'fastokens', 'pydantic', 'openai'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
