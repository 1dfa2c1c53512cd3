"""The environment variables that ftgate reads: one that is misspelt must not pass in silence."""

from __future__ import annotations

import os
from collections.abc import Iterator

PREFIX = "FTGATE_"

_FLAGS = """
ACCEPT ADDRESS ALL API_VERSION AS_OF ATTEST BASE_URL CACHE_DIR CI COLOR COMPARE_TO CONFIG DATA
DATASET DIFF DRAWS DRY_RUN ENCODING ENGINE EPOCHS EVALS EXIT_ZERO FAIL_ON FEED FEED_URL FIX FIX_ONLY
FORCE FROM GRADER HEAT HYPERPARAMETER IGNORE INSTALL ISOLATED JOBS JUDGE_ANSWER_TOKENS
JUDGE_BASE_URL JUDGE_BUDGET JUDGE_SAMPLE LIMIT LIVE MAX_COST MAX_MEMORY MAX_SEQ_LENGTH MODEL
NO_BACKUP NO_CACHE ON_UNKNOWN OUTPUT OUTPUT_FORMAT PATH PRICE PRICES PROVIDER QUERY_TOKENS QUIET
RISK RULE SCENARIO SEED SELECT SHORT_PROMPT SHOW_RECORDS SKIP_INVALID SORT STAGED STEPS SUFFIX SWEEP
TIMEOUT TO TODAY TORNADO TUNABLE UNSAFE_FIXES VERBOSE WAIT WHAT_IF WITHIN
"""
_SETTINGS = "MAX_DOWNLOAD_GB STATE_DIR"
_OF_RUNS = "DIGEST PROGRAMS REPORTS VERSION"  # what ftgate run and the CI templates hand over

KNOWN = frozenset(PREFIX + name for name in f"{_FLAGS} {_SETTINGS} {_OF_RUNS}".split())
"""Every variable that means something; a test compares them with the flags of all commands."""


def unknown() -> Iterator[tuple[str, str]]:
    """Every variable of ours in the environment that nothing reads, and what may be meant."""
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in KNOWN:
            yield name, _hint(name)


def _hint(name: str) -> str:
    import difflib  # only mistakes pay for it

    known = [each.removeprefix(PREFIX) for each in KNOWN]  # what all share makes none alike
    near = difflib.get_close_matches(name.removeprefix(PREFIX).upper(), known, n=1)
    return f"did you mean {PREFIX}{near[0]}?" if near else ""
