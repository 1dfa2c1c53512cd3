"""``ftgate verify``: do a statement and the data belong together?"""

from __future__ import annotations

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit
from ftgate.render.escape import visible


@click.command("verify", context_settings=CONTEXT)
@click.argument("statement", type=click.Path(), metavar="STATEMENT")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[DATA]...")
def command(statement: str, paths: tuple[str, ...]) -> int:
    """Prove that DATA are the bytes that STATEMENT (ftgate check --attest) says passed.

    Without DATA, the files that the statement names are looked at, relative to this folder.

    \b
    Exit 0: these bytes passed. Exit 1: other bytes, or they did not pass.
    """
    from ftgate.attest import prove, read_statement

    proof = prove(read_statement(statement), paths)
    verdict = "verified" if proof.holds else "NOT verified"
    emit("".join(f"{visible(line)}\n" for line in (*proof.lines, verdict)))
    return 0 if proof.holds else 1
