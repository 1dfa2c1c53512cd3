"""What a folder of datasets holds: a row for each, their totals, and what they have in common.

Reading order: :mod:`~ftgate.auditing.inventory` (the nouns), :mod:`~ftgate.auditing.rows` (a judged
dataset as a row), :mod:`~ftgate.auditing.across` (the same examples in several datasets). They are
wired together in :mod:`ftgate.auditor`.
"""
