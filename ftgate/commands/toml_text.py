"""Values as TOML: what ``init`` writes and ``explain`` and ``config show`` print."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any


def key(name: str) -> str:
    """One key in TOML: bare where it may be, else quoted."""
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else value(name)


def value(item: Any) -> str:
    """One value in TOML: text quoted, sequences in brackets, Decimal as a string."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, (int, float)):
        return str(item)
    if isinstance(item, date):
        return item.isoformat()
    if isinstance(item, (str, Decimal)):
        # JSON's escapes are TOML's, but for DEL, which JSON leaves alone and TOML forbids.
        return json.dumps(str(item), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(item, Mapping):
        return "{ " + ", ".join(f"{key(k)} = {value(each)}" for k, each in item.items()) + " }"
    return "[" + ", ".join(value(each) for each in item) + "]"
