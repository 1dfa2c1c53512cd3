"""ftgate: is this fine-tune justified, and will the job do what it should at the expected price?

>>> import ftgate
>>> day = ftgate.CheckOptions(as_of="2026-11-22")  # without it: today
>>> report = ftgate.check(["hospital-letters"], day)
>>> for dataset in report.datasets:
...     print(dataset.name, dataset.outcome, dataset.decision)
hospital-letters pass fine-tune

Notebooks show a :class:`Report` and a :class:`Comparison` as tables. An inventory of a folder:

>>> inventory = ftgate.audit("hospital-letters", day)
>>> for row in inventory.rows:
...     print(row.name, row.examples, row.outcome)
hospital-letters 112 pass

Public names are imported at first use, so that ``import ftgate`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ftgate.auditing.inventory import Inventory
    from ftgate.auditor import audit
    from ftgate.errors import FtgateError
    from ftgate.gate import CheckOptions, check
    from ftgate.library import Workload, compare
    from ftgate.model import Comparison
    from ftgate.report import DatasetReport, Report
    from ftgate.settings import Settings

__version__ = "0.1.0"
__all__ = [
    "CheckOptions",
    "Comparison",
    "DatasetReport",
    "FtgateError",
    "Inventory",
    "Report",
    "Settings",
    "Workload",
    "audit",
    "check",
    "compare",
]

_HOMES = {
    "CheckOptions": "gate",
    "Comparison": "model",
    "DatasetReport": "report",
    "FtgateError": "errors",
    "Inventory": "auditing.inventory",
    "Report": "report",
    "Settings": "settings",
    "Workload": "library",
    "audit": "auditor",
    "check": "gate",
    "compare": "library",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ftgate' has no attribute {name!r}")
    return getattr(importlib.import_module(f"ftgate.{_HOMES[name]}"), name)
