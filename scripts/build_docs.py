"""Builds the documentation site: ``python -m scripts.build_docs [-o site]``.

``docs/`` holds what people wrote. The reference is generated from the program
(:mod:`scripts.reference_pages`), so it is never committed and never behind. Both are assembled in a
folder with a navigation of the pages that are there, and built strictly: a broken link, a missing
anchor or a page that nobody reaches ends the build.

The generator is Zensical, from the authors of Material for MkDocs, which calls itself inactive;
``mkdocs.yml`` is plain enough for both. Nothing in a built page is fetched from elsewhere: fonts
are those of the system, the search index is a file of the site, and a content security policy in
every page makes the browser hold to it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

SECTIONS: dict[str, tuple[str, ...]] = {
    "How-to": (
        "how-to/ci.md",
        "how-to/training-run.md",
        "how-to/private-prices.md",
        "how-to/monorepo.md",
        "how-to/audit.md",
        "how-to/buckets.md",
        "how-to/kubernetes.md",
        "how-to/adopt.md",
        "how-to/waive.md",
        "how-to/settings.md",
    ),
    "Reference": ("reference/cli.md", "reference/configuration.md", "reference/rules/index.md"),
    "Explanation": (
        "explanation/the-number.md",
        "explanation/when-to-fine-tune.md",
        "explanation/knowledge-signal.md",
        "explanation/security.md",
    ),
}
"""The order of the first pages of each section; pages that are not named follow them."""


def reference() -> dict[str, str]:
    """Generated pages by path, below ``reference/``."""
    from ftgate import errors
    from ftgate.catalog import provider_names, read_provider
    from ftgate.cli import INTERRUPTED, cli
    from ftgate.config import json_schema
    from ftgate.description import describe
    from ftgate.formats import FORMATS
    from ftgate.readers import DATA_SUFFIXES
    from ftgate.render import RENDERERS
    from ftgate.report import EXIT_CODES
    from ftgate.rules import load_rules
    from scripts import reference_pages as pages

    report = json.loads((ROOT / "ftgate" / "report.schema.json").read_text("utf-8"))
    sheets = [describe(read_provider(name)) for name in provider_names()]
    return {
        **pages.rule_pages(load_rules()),
        "cli.md": pages.cli_page(cli),
        "configuration.md": pages.configuration_page(json_schema()),
        "report.md": pages.report_page(report),
        "exit-codes.md": pages.exit_codes_page(EXIT_CODES, INTERRUPTED, errors.__doc__ or ""),
        "formats.md": pages.formats_page(RENDERERS, FORMATS, DATA_SUFFIXES),
        "providers.md": pages.providers_page(sheets),
    }


def navigation(pages: Iterable[str]) -> list[dict[str, object]]:
    """Sections of the pages that exist; a page in no folder of a section is an explanation."""
    left = sorted(set(pages) - {"index.md", "tutorial.md"})
    nav: list[dict[str, object]] = [{"Home": "index.md"}, {"Tutorial": "tutorial.md"}]
    for title, first in SECTIONS.items():
        folder = f"{title.lower()}/"
        last = title == list(SECTIONS)[-1]
        mine = [page for page in left if page.startswith(folder) or last]
        left = [page for page in left if page not in mine]
        named = [page for page in first if page in mine]
        nav.append({title: [*named, *(page for page in mine if page not in named)]})
    return nav


def assemble(folder: Path) -> Path:
    """Write everything that the generator reads, and return its configuration."""
    source = folder / "docs"
    shutil.copytree(DOCS, source, ignore=shutil.ignore_patterns("mkdocs.yml", "overrides"))
    shutil.copytree(DOCS / "overrides", folder / "overrides")
    for path, text in reference().items():
        target = source / "reference" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    pages = [str(path.relative_to(source).as_posix()) for path in source.rglob("*.md")]
    configuration = folder / "mkdocs.yml"
    written = (DOCS / "mkdocs.yml").read_text("utf-8")
    configuration.write_text(f"{written}nav: {json.dumps(navigation(pages))}\n", "utf-8")
    return configuration


def build(target: Path) -> None:
    """Build the site into ``target``, which is replaced. Raises CalledProcessError when strict."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configuration = assemble(folder)
        command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", str(configuration)]
        subprocess.run(command, check=True, cwd=folder)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "site", target)


def main(arguments: list[str]) -> int:
    """Build, and say where the first page is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "site", help="default: site/")
    target = parser.parse_args(arguments).output
    try:
        build(target)
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    print(f"{target / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
