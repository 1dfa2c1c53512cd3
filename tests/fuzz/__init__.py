"""Hostile bytes for everything that ftgate parses.

:mod:`tests.fuzz.parsers` has one function per parser, :mod:`tests.fuzz.mutation` makes inputs out
of ``corpus/``, :mod:`tests.fuzz.driver` runs one and measures. ``tests/test_fuzz.py`` runs a short
form, ``python -m scripts.soak`` (``make soak``) as many as there is time for.
"""
