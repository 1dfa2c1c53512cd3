"""Prompt files: what they consist of, what they cost, and whether the training data match them.

Reading order: :mod:`~ftgate.prompts.load` (a file and what it includes), then the pure part:
:mod:`~ftgate.prompts.variables`, :mod:`~ftgate.prompts.cues`, :mod:`~ftgate.prompts.lines`,
:mod:`~ftgate.prompts.labels`, :mod:`~ftgate.prompts.anatomy`, :mod:`~ftgate.prompts.drift`; and
:mod:`~ftgate.prompts.study`, which puts them together for a dataset.
"""
