"""Trims LiteLLM's price file into the format of ``ftgate/catalog/prices.json``.

    pip download --no-deps litellm
    python scripts/build_prices.py litellm-*.whl --as-of 2026-11-12 [-o merged.json]

Reads the wheel (or the JSON file itself) as data, without importing it. Only the data are used:
MIT licence, copyright 2023 Berri AI, as ``ftgate/catalog/README.md`` says.

Reviewed rows win: a model that ``prices.json`` has stays as it is, and what the feed says
otherwise is printed, for a person to decide. Models that the feed has and the catalogue lacks are
added when both input and output have a price that passes the checks of a live update. ``-o``
writes the merged file; without it nothing is written.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from ftgate.catalog import FOLDER, PRICES_FILE
from ftgate.prices.feeds import FEEDS
from ftgate.prices.feeds.rows import decode
from ftgate.prices.vetting import vet

DATA = "litellm/model_prices_and_context_window_backup.json"
UNITS = (
    "input_mtok",
    "cached_input_mtok",
    "cache_write_mtok",
    "output_mtok",
    "batch_input_mtok",
    "batch_output_mtok",
)
# Whose models are compared with a fine-tune; Azure and Bedrock repeat each model for each region.
PROVIDERS = (
    "openai",
    "anthropic",
    "google",
    "together",
    "fireworks",
    "mistral",
    "deepseek",
    "nebius",
    "azure",
    "aws-bedrock",
)
_REGIONAL = ("us.", "eu.", "au.", "jp.", "ca.", "apac.", "global.", "us-gov.")

Table = dict[str, dict[str, dict[str, Any]]]


def read_feed(path: Path) -> bytes:
    """The price file, out of the wheel or as it is."""
    if path.suffix != ".whl":
        return path.read_bytes()
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(DATA)


def rows_of(body: bytes, day: date) -> tuple[Table, list[str]]:
    """Provider → model → row, as in the catalogue, and what was kept out and why."""
    feed = FEEDS["litellm"]
    parsed = feed.parse(decode(body, feed.name), day)
    vetted = vet(parsed, feed=feed.name, floor=feed.floor, canaries=feed.canaries, known={})
    table: Table = {}
    for row in vetted.rows:
        if row.unit in UNITS and _is_wanted(row.provider, row.model):
            models = table.setdefault(row.provider, {})
            models.setdefault(row.model, {})[row.unit] = f"{row.usd:f}"
    for dated in parsed.dates:
        if dated.model in table.get(dated.provider, {}):
            table[dated.provider][dated.model]["shutdown"] = dated.shutdown.isoformat()
    return table, [f"{held.key}: {held.offered} {held.reason}" for held in vetted.held]


def _is_wanted(provider: str, model: str) -> bool:
    regional = provider in ("azure", "aws-bedrock") and (
        "/" in model or model.startswith(_REGIONAL)
    )
    return provider in PROVIDERS and not regional and not model.startswith("ft:")


def differences(reviewed: Table, fed: Table) -> list[str]:
    """What the feed says otherwise of models that were reviewed."""
    found = []
    for provider, models in reviewed.items():
        for model, row in models.items():
            theirs = fed.get(provider, {}).get(model)
            if theirs is None:
                found.append(f"{provider}/{model}: not in the feed")
                continue
            for unit in (*UNITS, "shutdown"):
                ours, other = row.get(unit), theirs.get(unit)
                if ours != other:
                    found.append(f"{provider}/{model}/{unit}: {ours or '-'}, feed {other or '-'}")
    return found


def merge(snapshot: dict[str, Any], fed: Table, today: date) -> tuple[dict[str, Any], int]:
    """The snapshot with the models that it lacks and that are still served, and their number."""
    models: Table = {name: dict(rows) for name, rows in snapshot["models"].items()}
    added = 0
    for provider in PROVIDERS:
        known = {name.lower() for name in models.get(provider, {})}
        for model, row in sorted(fed.get(provider, {}).items()):
            complete = {"input_mtok", "output_mtok"} <= row.keys()
            alive = row.get("shutdown", "9999") > today.isoformat()
            if complete and alive and model.lower() not in known:
                models.setdefault(provider, {})[model] = {"source": "litellm", **_ordered(row)}
                added += 1
    return {**snapshot, "models": models}, added


def _ordered(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in (*UNITS, "shutdown") if key in row}


def text_of(snapshot: dict[str, Any]) -> str:
    """JSON with one record on each line, as reviewers read it."""
    lines = ["{", ' "sources": {']
    sources = snapshot["sources"].items()
    lines.append(",\n".join(f"  {json.dumps(k)}: {_json(v)}" for k, v in sources))
    lines += [" },", ' "models": {']
    providers = []
    for provider, rows in snapshot["models"].items():
        records = ",\n".join(f"   {json.dumps(k)}: {_json(v)}" for k, v in rows.items())
        providers.append(f"  {json.dumps(provider)}: {{\n{records}\n  }}")
    return "\n".join([*lines, ",\n".join(providers), " }", "}", ""])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def main(arguments: list[str]) -> int:
    """Print what would change, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("feed", type=Path, help="wheel of litellm, or its price file")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, help="date of the wheel")
    parser.add_argument("-o", "--output", type=Path, help="where to write the merged snapshot")
    options = parser.parse_args(arguments)
    snapshot = json.loads((FOLDER / PRICES_FILE).read_text("utf-8"))
    fed, held = rows_of(read_feed(options.feed), options.as_of)
    merged, added = merge(snapshot, fed, options.as_of)
    for title, lines in (
        ("kept out", held),
        ("reviewed rows that differ, and stay", differences(snapshot["models"], fed)),
    ):
        print(f"{len(lines)} {title}")
        for line in lines:
            print(f"  {line}")
    reviewed = sum(len(rows) for rows in snapshot["models"].values())
    print(f"{reviewed} reviewed models, {added} added")
    if options.output:
        options.output.write_text(text_of(merged), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
