"""Fit the weights of ``ftgate/content/wording.tsv`` to folders of labelled sets.

    python -m benchmarks.fit_wording FOLDER [FOLDER …] [--write]

Folders are those of :mod:`benchmarks.bench_knowledge`. Needs scikit-learn (``pip install
scikit-learn``), which nothing else of this repository needs. ``--write`` replaces the table.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.labelled import LabelledSet, read_sets
from ftgate.content.reading import Signs, read_signs, read_turns
from ftgate.content.shared import shared_context
from ftgate.content.wording import Wording, pieces

LEAST_OWNERS = 40
"""A word of the sets of fewer owners has no weight. From 10 to 60 held-out accuracy is the same."""

INVERSE_PENALTY = 10.0
"""Of the squared weights. Each set counts like 20 examples, one that is not clear like 10."""

EXAMPLES_PER_SET = 20.0
TABLE = Path(__file__).parent.parent / "ftgate" / "content" / "wording.tsv"


def signs_of(one: LabelledSet) -> Iterator[Signs]:
    """The examples of a set as the rule sees them."""
    readings = [reading for each in one.sample if (reading := read_turns(each.turns))]
    answered = list(dict.fromkeys(readings))
    shared = shared_context(
        [reading.prompt.strip() for reading in answered],
        [reading.answer.strip() for reading in answered],
    )
    return (read_signs(reading, shared) for reading in readings)


def fit(sets: Sequence[LabelledSet], least_owners: int = LEAST_OWNERS) -> Wording:
    """Weights of the words of these sets; mixed ones only say which words are common."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    looked_at = [[_sided(signs) for signs in signs_of(one)] for one in sets]
    owned: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one, each in zip(sets, looked_at, strict=True):
        for piece in set().union(*each):
            owned[piece].add(one.owner)
    common = sorted(piece for piece, owners in owned.items() if len(owners) >= least_owners)
    column = {piece: index for index, piece in enumerate(common)}
    decided = [index for index, one in enumerate(sets) if one.label != "mixed"]
    facts = sum(sets[index].teaches_facts for index in decided)
    columns: list[int] = []
    values: list[float] = []
    ends, truth, counts = [0], [], []
    for index in decided:
        one = sets[index]
        of_its_kind = facts if one.teaches_facts else len(decided) - facts
        balance = len(decided) / (2 * of_its_kind) * (1.0 if one.clear else 0.5)
        for sided in looked_at[index]:
            known = [column[piece] for piece in sorted(sided) if piece in column]
            columns += known
            values += [1 / math.sqrt(len(known) or 1)] * len(known)
            ends.append(len(columns))
            truth.append(one.teaches_facts)
            counts.append(EXAMPLES_PER_SET * balance / len(looked_at[index]))
    model = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", max_iter=300)
    data = csr_matrix((values, columns, ends), shape=(len(truth), len(common)))
    model.fit(data, np.array(truth), sample_weight=np.array(counts))
    weights = dict(zip(common, model.coef_[0].tolist(), strict=True))
    return Wording(
        float(model.intercept_[0]),
        {piece: weight for (side, piece), weight in weights.items() if side == "prompt"},
        {piece: weight for (side, piece), weight in weights.items() if side == "answer"},
    )


def _sided(signs: Signs) -> set[tuple[str, str]]:
    asked, said = pieces(signs)
    return {("prompt", piece) for piece in asked} | {("answer", piece) for piece in said}


def main() -> None:
    """Fit, and say how large the table is and what weighs most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    sets = [one for folder in asked.folders for one in read_sets(folder)]
    wording = fit(sets)
    print(f"{len(sets)} sets, intercept {wording.intercept:.2f}")
    for name, side in (("prompt", wording.prompt), ("answer", wording.answer)):
        ranked = sorted(side, key=lambda piece: side[piece])
        print(f"{name}: {len(side)} words; form: {ranked[:20]}; facts: {ranked[-20:]}")
    if asked.write:
        TABLE.write_text(wording.to_table(), encoding="utf-8")


if __name__ == "__main__":
    main()
