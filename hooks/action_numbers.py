"""Prints the outputs of the action that are numbers, from the JSON report that it is given.

Sums over the datasets that have the number. The calls until the training has paid for itself
cannot be added up: they are printed when there is one dataset.
"""

import json
import sys


def main(report: str) -> None:
    """Print ``name=value`` for each number that the report knows."""
    with open(report, encoding="utf-8") as stream:
        metrics = json.load(stream, parse_float=str)["metrics"]

    def known(key: str) -> list[str]:
        return [str(value) for name, value in metrics.items() if name.endswith(f".{key}")]

    if tokens := known("billable_tokens_high"):
        print(f"train-tokens={sum(map(int, tokens))}")
    if dollars := known("training_usd_high"):
        print(f"train-cost-usd={sum(map(float, dollars)):.2f}")
    if metrics["datasets"] == 1 and (calls := known("break_even_calls")):
        print(f"break-even-calls={float(calls[0]):.0f}")


if __name__ == "__main__":
    main(sys.argv[1])
