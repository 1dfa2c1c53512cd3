"""What the answers of a training set teach, told from the text alone.

Reading order: :mod:`~ftgate.content.goal` (a set), :mod:`~ftgate.content.judge` (the rule for one
example), :mod:`~ftgate.content.reading` (what the rule looks at), then what that is made of.

The limits stand here because the rules (FT4) share them with the goal's label, and rules must load
without the word lists.
"""

from __future__ import annotations

KNOWLEDGE_SHARE = 0.60
"""From this share of fact-teaching answers on, the goal is knowledge."""

MIXED_SHARE = 0.20
"""From this share on, facts are mixed in: the limit that readers of labelled sets were given."""

VOLATILE_SHARE = 0.20
"""From this share of perishable answers on, the facts change faster than models are retrained."""

LOOKUP_SHARE = 0.50
"""From this share of keys with their values on, the set is a table."""

NO_PROMPT = "no prompt, cannot tell"
"""The reason of a judgement on an answer to nothing."""
