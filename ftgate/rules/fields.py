"""FT1, third part: fields, reserved words and numbers that some providers are strict about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.model import Decision, Finding, ProviderFacts
from ftgate.rules.input import counted, of_kind, with_term
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.rules import JudgedFile


@rule("FT131", severity="error", since="0.1")
def bad_field(file: JudgedFile) -> Iterator[Finding]:
    """A field of a record is missing or has a value of the wrong type.

    ## Why is this bad?
    A `prompt` that is a number, a `conversations` that is an object or an answer without its text
    is refused at best. Training frameworks often fail on it hours later, or drop the record and
    train on the rest without a word.

    ## What to do instead
    Look at the path in the finding, and at what the provider wants there. Empty cells of a table
    are the usual cause: fill them or leave the record out.

    ## Source
    The provider's own validator or data loader: `ftgate providers NAME` names it.
    """
    yield from of_kind(file, "bad-field", "missing or mistyped field")


@rule("FT132", severity="error", since="0.1")
def reserved_word(file: JudgedFile) -> Iterator[Finding]:
    """A text has words that the provider reserves for its own template.

    ## Why is this bad?
    Bedrock puts a conversation into a template with words such as `User:` and `Assistant:`. A
    record that has them in its text would be cut in the wrong place, so the job is refused.

    ## What to do instead
    Write the words differently, for instance `User -` for `User:`.

    ## Source
    AWS samples, Nova dataset validator (reserved keywords); Bedrock user guide, preparing data for
    fine-tuning.
    """
    yield from of_kind(file, "reserved-word", "reserved words in a text")


@rule("FT133", severity="error", since="0.1")
def record_count(file: JudgedFile, provider: ProviderFacts) -> Iterator[Finding]:
    """The file has fewer or more records than the provider's own validator lets through.

    ## Why is this bad?
    The validator stops the upload, or the job is refused after it.

    ## What to do instead
    Collect more records, or train on a sample: `shuf -n 10000 --random-source=data.jsonl
    data.jsonl > sample.jsonl`.

    ## Source
    AWS samples, dataset validators for Nova (8 to 20,000 records) and Llama (at most 10,000);
    `ftgate providers NAME` shows the numbers of each provider.
    """
    profile = file.profile
    if profile is None or file.role != "train":
        return
    records = profile.examples + profile.invalid
    fewest, most = provider.min_records, provider.max_records
    if fewest is not None and 0 < records < fewest:
        limit = f"at least {fewest:,}"
    elif most is not None and records > most:
        limit = f"at most {most:,}"
    else:
        return
    text = f"{counted(records, 'record')}; {provider.title} takes {limit}"
    decision: Decision | None = "hold" if fewest is not None and records < fewest else None
    yield with_term(file, "record-count", Finding(text, file.path, decision=decision))


@rule("FT134", severity="error", since="0.1")
def bad_schema_version(file: JudgedFile) -> Iterator[Finding]:
    """A record names no schema version, or not the one that the provider reads.

    ## Why is this bad?
    Bedrock reads converse records by the `schemaVersion` they name. Without the right one the
    record is refused.

    ## What to do instead
    Write `"schemaVersion": "bedrock-conversation-2024"` into every record, beside `system` and
    `messages`.

    ## Source
    Bedrock user guide, preparing data for fine-tuning; AWS samples, Llama dataset validator.
    """
    yield from of_kind(file, "bad-schema-version", "wrong schema version")
