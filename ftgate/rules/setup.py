"""FT0, the part that is not about bytes: is there anything to judge, and can tokens be counted?"""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.model import Finding
from ftgate.rules.registry import rule


@rule("FT005", severity="error", since="0.1")
def missing_vocabulary(vocabulary: str) -> Iterator[Finding]:
    """The tokenizer's vocabulary is missing or damaged, so tokens cannot be counted.

    ## Why is this bad?
    Cost and limits are arithmetic over token counts. A guess would look like a number, so the
    verdict stays open instead.

    ## What to do instead
    Reinstall ftgate: the vocabularies are part of the package and are never downloaded.

    ## Source
    The digests of both rank files are those that tiktoken publishes for o200k_base and
    cl100k_base.
    """
    yield Finding(vocabulary, undecided=True, next_step="pip install --force-reinstall ftgate")


@rule("FT010", severity="error", since="0.1")
def time_budget_spent(seconds: float) -> Iterator[Finding]:
    """The time budget was spent before the dataset was judged.

    ## Why is this bad?
    What was not read to the end was not judged, and a gate that gives up must not be green. The
    verdict stays open (exit code 3) whatever `--ignore`, waivers and `on_unknown` say.

    ## What to do instead
    Give it more time, with `--timeout` or `timeout_seconds` under `[policy]`, or judge less at
    once: name a dataset, or select the families of rules that you need. Files that were read to
    their end are remembered, so the next run starts from there.

    ## Source
    A policy of ftgate: there is no budget unless you set one.
    """
    yield Finding(
        f"not judged within {seconds:g} seconds",
        undecided=True,
        next_step="more time: --timeout SECONDS, or [policy] timeout_seconds",
    )


@rule("FT006", severity="error", since="0.1")
def no_datasets_found(searched: tuple[str, ...]) -> Iterator[Finding]:
    """There is no training file where ftgate was pointed.

    ## Why is this bad?
    A gate that looked at nothing must not be green: a renamed folder or an unfetched dataset
    would pass every check.

    ## What to do instead
    Name the training file or its folder, or list it under `train` in ftgate.toml. Files are found
    by their suffix and told apart by their name: `train`, `val`, `validation`, `dev`, `test`.

    ## Source
    Exit code 3 for "no inputs collected" is the convention of zizmor; the split names are those of
    the Hugging Face Hub.
    """
    yield Finding(
        f"no training file found, looked at: {', '.join(searched)}",
        undecided=True,
        next_step="name the training file, or add it to ftgate.toml",
    )
