"""FT0: files that cannot be read as what they are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ftgate.model import Finding, ProviderFacts
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.rules import JudgedFile


REPAIRS = {
    "invalid-json": "export with a JSON library; ftgate check --fix mends commas and comments",
    "byte-order-mark": "ftgate check --fix removes it",
    "blank-line": "ftgate check --fix removes them",
    "not-utf8": "iconv -f LATIN1 -t UTF-8 FILE > fixed.jsonl, if that is what it is",
    "damaged-archive": "copy or download the file again",
    "not-an-object": "write one JSON object per line",
    "empty-dataset": "repeat the export",
    "duplicate-key": "keep the key that is meant, and write JSON with a library",
    "non-finite-number": "write null, or leave the key out",
    "lone-surrogate": "cut texts by characters, not by UTF-16 units",
    "line-too-long": "write one record per line, and link images",
    "unknown-schema": "name the provider that the file is meant for: --provider",
    "bad-field": "fill the field in, or leave the record out",
}
"""What to do where the provider's profile says nothing of its own."""


def counted(number: int, noun: str) -> str:
    """``1 example``, ``1,204 examples``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def of_kind(file: JudgedFile, kind: str, what: str) -> Iterator[Finding]:
    """The finding for one kind of problem: of the file as a whole, or of its lines.

    ``what`` is the fact in words, such as ``duplicate key``. The command that repairs a file is
    what follows ``; run:`` in its problem's detail (:mod:`ftgate.readers.sniff`).
    """
    if file.error is not None and file.error.kind == kind:
        detail, _, command = file.error.detail.partition("; run: ")
        yield Finding(f"{what}: {detail}", file.path, next_step=command)
    tally = file.profile.problems.get(kind) if file.profile else None
    if file.profile and tally and tally.count:
        line, detail, json_path = tally.places[0]
        where = f"line {line}: {detail}" if detail else f"line {line}"
        finding = Finding(
            f"{what} in {tally.count:,} of {counted(file.profile.lines, 'line')}; {where}",
            file.path,
            tuple(number for number, _, _ in tally.places),
            tally.count,
            json_path=json_path,
            next_step=REPAIRS.get(kind, ""),
        )
        yield with_term(file, kind, finding)


def with_term(file: JudgedFile, kind: str, finding: Finding) -> Finding:
    """The finding with what the file's provider says of this kind: severity, repair, its rule."""
    term = file.provider.terms.get(kind) if file.provider else None
    if term is None or file.provider is None:
        return finding
    return replace(
        finding,
        severity=term.severity or finding.severity,
        next_step=term.fix or finding.next_step,
        rule=f"{file.provider.title}: {term.says}",
    )


@rule("FT001", severity="error", since="0.1")
def unreadable_file(file: JudgedFile) -> Iterator[Finding]:
    """A data file cannot be opened.

    ## Why is this bad?
    A gate that skips a file it cannot read lets an unchecked training set pass. A job that is
    created from the same path fails at the upload.

    ## What to do instead
    Check the path, the permissions, and that it is a regular file.

    ## Source
    The operating system's own message, which is part of the finding.
    """
    yield from of_kind(file, "unreadable-file", "file cannot be read")


@rule("FT002", severity="error", since="0.1")
def lfs_pointer(file: JudgedFile) -> Iterator[Finding]:
    """A Git LFS or DVC pointer stands where the data should be.

    ## Why is this bad?
    A pointer is a text file of about 130 bytes with a digest. It is what a checkout leaves when
    the storage was not pulled, so the training set itself has not been judged.

    ## What to do instead
    Run `git lfs pull` or `dvc pull`. In CI, turn on LFS in the checkout step.

    ## Source
    Git LFS specification, "The Pointer" (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md);
    DVC documentation, ".dvc files" (https://dvc.org/doc/user-guide/project-structure/dvc-files).
    """
    yield from of_kind(file, "lfs-pointer", "pointer instead of data")


@rule("FT003", severity="error", since="0.1")
def empty_dataset(file: JudgedFile) -> Iterator[Finding]:
    """A data file has no records.

    ## Why is this bad?
    Nothing can be trained or validated. Of six dataset checkers given an empty file, two said that
    it was fine, so an export that broke upstream reaches the job unnoticed.

    ## What to do instead
    Repeat the export, or remove the file from the dataset.

    ## Source
    Probe of six dataset checkers, November 2026: empty file accepted by the OpenAI cookbook's
    notebook and by cleanllm 4.0.0.
    """
    yield from of_kind(file, "empty-dataset", "no records")
    profile = file.profile
    if profile and file.error is None and not profile.examples and not profile.invalid:
        text = f"no records: {counted(profile.lines, 'line')}, all blank"
        yield Finding(text, file.path, (1,) if profile.lines else ())


@rule("FT004", severity="error", since="0.1")
def not_utf8(file: JudgedFile) -> Iterator[Finding]:
    """Bytes that are not UTF-8.

    ## Why is this bad?
    JSON that is exchanged between systems must be UTF-8. Providers refuse other encodings, and
    tools that replace the bytes in silence train the model on broken words.

    ## What to do instead
    Convert the file, for instance `iconv -f LATIN1 -t UTF-8 data.jsonl > fixed.jsonl`, and write
    it with `encoding="utf-8"` from now on.

    ## Source
    RFC 8259 section 8.1. Providers' file rules ask for UTF-8 JSONL.
    """
    yield from of_kind(file, "not-utf8", "not UTF-8")


@rule("FT007", severity="error", since="0.1")
def not_json_lines(file: JudgedFile) -> Iterator[Finding]:
    """The file is something other than JSON Lines.

    ## Why is this bad?
    A JSON array, pretty-printed JSON, CSV, Python literals or a Parquet file named `.jsonl` is
    refused at the first line. OpenAI's message is "Expected file to have JSONL format, where every
    line is a JSON dictionary", which does not say what the file is.

    ## What to do instead
    Run `ftgate check --fix` for JSON that is spread over lines or an array, or else the command
    in the finding; both leave one JSON object per line.

    ## Source
    The JSON Lines format, https://jsonlines.org; OpenAI's message as users report it in
    https://github.com/OkGoDoIt/OpenAI-API-dotnet/issues/59.
    """
    yield from of_kind(file, "not-json-lines", "not JSON Lines")


@rule("FT008", severity="error", since="0.1")
def byte_order_mark(file: JudgedFile, provider: ProviderFacts) -> Iterator[Finding]:
    """A record is preceded by a byte order mark.

    ## Why is this bad?
    The bytes EF BB BF are not JSON, so a strict parser refuses the first record. Spreadsheets and
    PowerShell write them without being asked, and no editor shows them. All six dataset checkers
    that were probed refuse such a file and none says why.

    ## What to do instead
    Remove the mark: `ftgate check --fix`. Write files with `utf-8`, not
    `utf-8-sig`. Azure OpenAI is the exception: its documentation asks for the mark, so there a
    file without one is worth a word, and no more: Microsoft's own samples have none.

    ## Source
    RFC 8259 section 8.1. Probe of six dataset checkers, November 2026. Azure:
    https://github.com/MicrosoftDocs/azure-docs/issues/110314.
    """
    profile = file.profile
    if not provider.byte_order_mark:
        yield from of_kind(file, "byte-order-mark", "byte order mark")
    elif profile and file.role == "train" and "byte-order-mark" not in profile.problems:
        text = f"no byte order mark; {provider.title}'s documentation asks for one"
        finding = Finding(text, file.path, severity="info")
        yield replace(with_term(file, "byte-order-mark", finding), severity="info")


@rule("FT009", severity="error", since="0.1")
def damaged_archive(file: JudgedFile) -> Iterator[Finding]:
    """A compressed data file is damaged, cut off, or grows beyond all measure.

    ## Why is this bad?
    Records after the damage are missing. A file that decompresses to more than 200 times its size
    is either an attack on the machine that reads it or the same line again and again.

    ## What to do instead
    Copy or download the file again, and check it with `gzip -t` or `zstd -t`.

    ## Source
    RFC 1952 (gzip) and RFC 8878 (Zstandard): both carry checksums or an explicit end.
    """
    yield from of_kind(file, "damaged-archive", "damaged archive")
