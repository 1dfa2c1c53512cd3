"""Ask PyPI for known weaknesses of the locked versions: ``make audit``.

Exit 1 when there is one. What the service does not know is counted: an index that is a mirror may
know nothing, and then nothing was audited, which is said and is no error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_COMMAND = ("-m", "pip_audit", "--disable-pip", "--progress-spinner", "off", "--format", "json")


def main(lock: Path = ROOT / "requirements-dev.txt") -> int:
    """Print what was found; returns an exit code."""
    command = [sys.executable, *_COMMAND, "--requirement", str(lock)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        print(f"audit: not possible here: {run.stderr.strip().splitlines()[-1:] or run.returncode}")
        return 0
    return report(packages)


def report(packages: list[dict[str, Any]]) -> int:
    """One line for each weakness, and how many packages the service knew."""
    known = [package for package in packages if "vulns" in package]
    weak = [(package, each) for package in known for each in package["vulns"]]
    for package, each in weak:
        better = ", ".join(each.get("fix_versions", ())) or "no version yet"
        print(f"audit: {package['name']} {package['version']}: {each['id']}, repaired in {better}")
    unknown = len(packages) - len(known)
    skipped = f"; NOT AUDITED: {unknown}, which the service does not know" if unknown else ""
    print(f"audit: {len(known)} of {len(packages)} packages, {len(weak)} weaknesses{skipped}")
    return int(bool(weak))


if __name__ == "__main__":
    sys.exit(main())
