"""The ways to serve the workload, one module per kind; each says what it leaves out and why.

Without a training job: :mod:`today`, :mod:`cached`, :mod:`batch`, :mod:`few_shot`,
:mod:`retrieval`, :mod:`decisions` and :mod:`cheaper`, another model. With one: :mod:`tuned`, the
plan itself, and what is shown beside it: :mod:`hybrid`, :mod:`distilled`, :mod:`elsewhere` and
:mod:`self_hosted`. A new kind is a new module and one line in :mod:`wired`.
"""

from __future__ import annotations
