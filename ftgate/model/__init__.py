"""The nouns that every room shares: frozen values, standard library only.

Reading order: :mod:`~ftgate.model.words`, :mod:`~ftgate.model.records` (one parsed record, what it
teaches), :mod:`~ftgate.model.catalogue` (prices and facts with their sources),
:mod:`~ftgate.model.hygiene` (what repeats), :mod:`~ftgate.model.economics` (the alternatives),
:mod:`~ftgate.model.outcome` (what comes out).
"""

from __future__ import annotations

from ftgate.model.catalogue import (
    JobsClose,
    Missing,
    ModelFacts,
    Price,
    ProviderFacts,
    Term,
)
from ftgate.model.economics import (
    KINDS,
    NO_BILL,
    PROMPTED,
    TRAINED,
    Bill,
    BreakEven,
    Comparison,
    Confidence,
    CostLine,
    Epochs,
    Measured,
    Option,
    Threshold,
    Training,
    VolumeVerdict,
)
from ftgate.model.hygiene import (
    Leak,
    Place,
    Repeats,
    Repetition,
)
from ftgate.model.outcome import (
    BaselineUse,
    Finding,
    Reason,
    RuleText,
    Verdict,
    WaiverUse,
)
from ftgate.model.records import (
    Encoding,
    Evidence,
    Example,
    Goal,
    Judgement,
    Problem,
)
from ftgate.model.words import (
    SEVERITIES,
    Decision,
    Exactness,
    FileRole,
    GoalLabel,
    Outcome,
    Severity,
)

__all__ = [
    "KINDS",
    "NO_BILL",
    "PROMPTED",
    "SEVERITIES",
    "TRAINED",
    "BaselineUse",
    "Bill",
    "BreakEven",
    "Comparison",
    "Confidence",
    "CostLine",
    "Decision",
    "Encoding",
    "Epochs",
    "Evidence",
    "Exactness",
    "Example",
    "FileRole",
    "Finding",
    "Goal",
    "GoalLabel",
    "JobsClose",
    "Judgement",
    "Leak",
    "Measured",
    "Missing",
    "ModelFacts",
    "Option",
    "Outcome",
    "Place",
    "Price",
    "Problem",
    "ProviderFacts",
    "Reason",
    "Repeats",
    "Repetition",
    "RuleText",
    "Severity",
    "Term",
    "Threshold",
    "Training",
    "Verdict",
    "VolumeVerdict",
    "WaiverUse",
]
