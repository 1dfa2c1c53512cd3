"""``ftgate count``: tokens by file and role, and how long examples are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit
from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.model import Encoding


@click.command("count", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option("--model", metavar="NAME", help="Count with this model's encoding.")
@click.option("--encoding", metavar="NAME", help="Count with this encoding, e.g. cl100k_base.")
@click.option(
    "-f",
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Table or JSON.  [default: text]",
)
@click.option("--no-cache", is_flag=True, help="Count everything again.")
@click.option("--cache-dir", metavar="DIR", help="Where profiles are kept between runs.")
def command(
    paths: tuple[str, ...],
    model: str | None,
    encoding: str | None,
    output_format: str,
    no_cache: bool,
    cache_dir: str | None,
) -> int:
    """Count the tokens of training sets and prompts, by file and role.

    An example is counted as the provider bills it: 1, 3 per message, and its role and content. The
    columns by role hold content only, tools the tool definitions, overhead the rest. A prompt file
    is counted as plain text. PATH is a file, a folder or a glob; without it, the current folder.

    A file that cannot be counted is listed, and the exit code is 2.
    """
    if model and encoding:
        raise UsageError(
            "--model and --encoding both choose how to count", hint="give one of the two"
        )
    from ftgate.cache import Cache
    from ftgate.commands.count_table import as_json, as_text
    from ftgate.commands.count_tokens import count_paths

    cache = Cache.open(cache_dir, enabled=not no_cache)
    chosen = _encoding(model, encoding)
    counts = count_paths(paths or (".",), chosen, cache)
    emit(as_json(counts) if output_format == "json" else as_text(counts))
    return 2 if counts.problems else 0


def _encoding(model: str | None, name: str | None) -> Encoding:
    from ftgate.model import Encoding
    from ftgate.settings import DEFAULT_BASE_MODEL
    from ftgate.tokens.encodings import check_name, resolve

    if name:
        check_name(name)
        return Encoding(name, "exact")
    return resolve(model or DEFAULT_BASE_MODEL)
