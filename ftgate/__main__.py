"""``python -m ftgate``: the command line, for where the script is not on the path."""

from __future__ import annotations

from ftgate.cli import main

main()
