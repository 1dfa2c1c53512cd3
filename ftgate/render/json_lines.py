"""JSON Lines: one dataset of the contract per line, for logs and tables; the last line sums up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ftgate.render.escape import quiet
from ftgate.report_json import to_dict

if TYPE_CHECKING:
    from ftgate.report import Report


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """``{"kind": "dataset", …}`` per dataset, then ``{"kind": "report", …}`` without them."""
    del color, width, verbose
    whole = to_dict(report)
    lines = [{"kind": "dataset", **dataset} for dataset in whole.pop("datasets")]
    return "".join(map(_line, [*lines, {"kind": "report", **whole}]))


def _line(value: dict[str, Any]) -> str:
    return quiet(json.dumps(value, allow_nan=False, separators=(",", ":"))) + "\n"
