"""How well the goal detector tells sets that teach facts, on a folder of labelled sets.

    python -m benchmarks.bench_knowledge FOLDER [FOLDER …] [--draws N] [--errors] [--fit]
                                         [--held-out FOLDER …]

A folder holds ``labels.csv`` (file, kind ``real`` or ``task``, label ``knowledge``, ``mixed``,
``format`` or ``style``, clear ``1`` or ``0``, knowledge_share where known, repo) and the sets as
JSON Lines. No labelled set is part of this repository: most real ones carry no licence. What was
measured, on which data and how it was chosen: ``benchmarks/knowledge.md``.

Every free threshold is chosen by cross-validation that never puts sets of one repository on both
sides. ``--held-out`` fits the words to those folders anew, for each judged folder without
itself and without the owners in it (needs scikit-learn): the shipped words were fitted to all.
``--errors`` lists what was judged wrong, ``--fit`` prints the coefficients of
``ftgate.content.calibration`` for these sets.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from benchmarks.labelled import LabelledSet, read_sets
from benchmarks.scores import (
    Case,
    area_under_curve,
    cross_validated,
    fit_ordinal,
    folds_by_group,
    reliability,
    right_share,
)
from ftgate.content import KNOWLEDGE_SHARE
from ftgate.content.calibration import probabilities

DRAW = 50
FEW = 20
MIX_LINES = 100
MIXES = 270
MIX_SHARES = tuple(tenth / 10 for tenth in range(1, 10))
_ORDER = {"format": 0, "style": 0, "mixed": 1, "knowledge": 2}
_NAMES = {"knowledge": "STOP", "mixed": "CAUTION", "format": "GO", "style": "GO"}


# -- what is printed ---------------------------------------------------------------------------


def splits(sets: Sequence[LabelledSet]) -> dict[str, list[LabelledSet]]:
    """The sets by what may be concluded from them: real files say more than task data."""
    return {
        "real, clear": [one for one in sets if one.kind == "real" and one.clear],
        "real": [one for one in sets if one.kind == "real"],
        "task": [one for one in sets if one.kind == "task"],
        "all": list(sets),
    }


def print_accuracy(sets: Sequence[LabelledSet]) -> None:
    """Knowledge or not, mixed sets left out, beside the baselines."""
    detectors: dict[str, Callable[[LabelledSet], tuple[float, ...]]] = {
        "question share": lambda one: (one.feature("question_share"),),
        "answer novelty": lambda one: (one.feature("answer_novelty"),),
        "both": lambda one: (one.feature("question_share"), one.feature("answer_novelty")),
        "share of facts": lambda one: (one.goal.knowledge_share,),
    }
    decided = [one for one in sets if one.label != "mixed"]
    folds = folds_by_group([one.repo for one in decided])
    print(f"{'accuracy, mixed left out':28}" + "".join(f"{name:>14}" for name in splits(sets)))
    for name, values in detectors.items():
        cases = [Case(values(one), one.teaches_facts) for one in decided]
        said = cross_validated(cases, folds)
        _print_row(f"{name} (CV)", decided, said)
    at_half = [one.goal.knowledge_share >= 0.5 for one in decided]
    _print_row("share of facts >= .50", decided, at_half)
    said = [one.goal.label == "knowledge" for one in decided]
    _print_row(f"label (>= {KNOWLEDGE_SHARE:.2f})", decided, said)
    for name, split in splits(decided).items():
        cases = [Case((one.goal.knowledge_share,), one.teaches_facts) for one in split]
        print(f"AUC of the share, {name}: {area_under_curve(cases):.3f} (n={len(split)})")


def _print_row(name: str, decided: Sequence[LabelledSet], said: Sequence[bool]) -> None:
    right = {
        id(one): verdict == one.teaches_facts for one, verdict in zip(decided, said, strict=True)
    }
    cells = [
        right_share([right[id(one)] for one in split]) if split else 0.0
        for split in splits(decided).values()
    ]
    print(f"{name:28}" + "".join(f"{cell:14.3f}" for cell in cells))


def print_verdicts(sets: Sequence[LabelledSet]) -> None:
    """What the labels lead to: precision of STOP, and knowledge that is waved through."""
    for name, split in splits(sets).items():
        table = Counter((one.label, _NAMES.get(one.goal.label, "unknown")) for one in split)
        stopped = sum(table[label, "STOP"] for label in ("knowledge", "format", "style"))
        facts = sum(one.teaches_facts for one in split)
        print(f"{name} (n={len(split)}): STOP / CAUTION / GO / unknown")
        for label in ("knowledge", "mixed", "format", "style"):
            row = [table[label, said] for said in ("STOP", "CAUTION", "GO", "unknown")]
            print(f"  {label:10}" + " / ".join(map(str, row)))
        if stopped and facts:
            print(
                f"  STOP precision {table['knowledge', 'STOP'] / stopped:.3f}"
                f"   knowledge waved through {table['knowledge', 'GO'] / facts:.3f}"
            )


def print_mixes(sets: Sequence[LabelledSet]) -> None:
    """Error of the share on sets mixed in known proportion from pure ones of one folder."""
    for folder in dict.fromkeys(one.folder for one in sets):
        _print_mixes_of(folder, [one for one in sets if one.folder == folder])


def _print_mixes_of(folder: str, sets: Sequence[LabelledSet]) -> None:
    pure = [one for one in sets if one.clear and one.label != "mixed" and len(one.sample) >= 20]
    known = [one for one in pure if one.kind == "task" and one.share in (0.0, 1.0)]
    real = [one for one in pure if one.kind == "real"]
    for name, parts in (("task sets", known), ("clear real sets", real)):
        facts = [one for one in parts if one.teaches_facts]
        others = [one for one in parts if not one.teaches_facts]
        if not facts or not others:
            continue
        random_ = random.Random(1)
        errors = [
            abs(_mixed_share(random_, random_.choice(facts), random_.choice(others), share) - share)
            for _, share in product(range(MIXES // len(MIX_SHARES)), MIX_SHARES)
        ]
        error = sum(errors) / len(errors)
        print(f"mean absolute error of the share, mixes of {name} of {folder}: {error:.3f}")


def _mixed_share(
    random_: random.Random, facts: LabelledSet, others: LabelledSet, share: float
) -> float:
    lines = round(share * MIX_LINES)
    drawn = random_.choices(facts.sample, k=lines)
    drawn += random_.choices(others.sample, k=MIX_LINES - lines)
    mixture = [one._replace(path="mix", line=line) for line, one in enumerate(drawn)]
    return facts.judge(mixture, MIX_LINES).knowledge_share


def print_stability(sets: Sequence[LabelledSet], draws: int) -> None:
    """How often judging 50 examples of a set alone gives the verdict of the whole set."""
    random_ = random.Random(2)
    same, same_label, of = 0, 0, 0
    for one in sets:
        if len(one.sample) < 2 * DRAW:
            continue
        for _ in range(draws):
            drawn = one.judge(random_.sample(one.sample, DRAW), len(one.sample))
            of += 1
            same += (drawn.label == "knowledge") == (one.goal.label == "knowledge")
            same_label += _NAMES.get(drawn.label) == _NAMES.get(one.goal.label)
    if of:
        print(
            f"draws of {DRAW} from sets of {2 * DRAW} and more: knowledge or not is the same in"
            f" {same / of:.3f}, STOP / CAUTION / GO in {same_label / of:.3f} (n={of})"
        )


def print_calibration(sets: Sequence[LabelledSet], *, fit: bool) -> None:
    """Reliability of the probability, fitted without the set's own repository."""
    counts = [_counts(one) for one in sets]
    truth = [_ORDER[one.label] for one in sets]
    fold_of = folds_by_group([one.repo for one in sets])
    held_out = [0.0] * len(sets)
    for fold in set(fold_of):
        train = [i for i, number in enumerate(fold_of) if number != fold]
        model = fit_ordinal([counts[i] for i in train], [truth[i] for i in train])
        for i in (i for i, number in enumerate(fold_of) if number == fold):
            held_out[i] = probabilities(*counts[i], model).knowledge
    shipped = [one.goal.knowledge_probability for one in sets]
    sure = [one.goal.confidence for one in sets if one.goal.label != "unknown"]
    right = [
        _ORDER[one.goal.label] == _ORDER[one.label] for one in sets if one.goal.label != "unknown"
    ]
    facts = [one.teaches_facts for one in sets]
    random_ = random.Random(3)
    few = [
        one.judge(random_.sample(one.sample, min(FEW, len(one.sample))), len(one.sample))
        for one in sets
    ]
    few_said = [goal.knowledge_probability for goal in few]
    for name, said, happened in (
        ("knowledge_probability, held out", held_out, facts),
        ("knowledge_probability, shipped", shipped, facts),
        (f"knowledge_probability of {FEW} examples, shipped", few_said, facts),
        ("confidence, shipped", sure, right),
    ):
        print(reliability(name, said, happened))
    if fit:
        print(fit_ordinal(counts, truth))


def _counts(one: LabelledSet) -> tuple[int, int, int]:
    facts = round(one.goal.knowledge_share * one.goal.judged)
    return facts, one.goal.judged, one.goal.examples


def print_errors(sets: Sequence[LabelledSet]) -> None:
    """What was judged wrong, with the reasons that were seen most."""
    for one in sorted(sets, key=lambda each: (each.label, each.goal.knowledge_share)):
        said = _NAMES.get(one.goal.label, "unknown")
        if said == _NAMES[one.label]:
            continue
        reasons = [f"{e.value} {e.meaning}" for e in one.goal.evidence if e.feature == "reason"]
        print(
            f"{one.label:9} {'clear' if one.clear else 'arguable':8} {said:8}"
            f" {one.goal.knowledge_share:.2f} {one.name}: {'; '.join(reasons)}"
        )


def held_out(sets: Sequence[LabelledSet], fitted: Sequence[Path]) -> list[LabelledSet]:
    """The same sets, each judged by the words of those fitted folders that are not its own."""
    from benchmarks.fit_wording import fit

    others = [read_sets(folder) for folder in fitted]
    judged = []
    for folder in dict.fromkeys(one.folder for one in sets):
        own = [one for one in sets if one.folder == folder]
        owners = {one.owner for one in own}
        rest = [one for each in others for one in each if one.owner not in owners]
        wording = fit(rest)
        for one in own:
            again = replace(one, wording=wording)
            judged.append(replace(again, goal=again.judge(one.sample, len(one.sample))))
    return judged


def main() -> None:
    """Read the folders, judge every set, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--held-out", nargs="+", type=Path, metavar="FOLDER", default=[])
    asked = parser.parse_args()
    sets = [one for folder in asked.folders for one in read_sets(folder)]
    if asked.held_out:
        sets = held_out(sets, asked.held_out)
    print_accuracy(sets)
    print_verdicts(sets)
    print_mixes(sets)
    print_stability(sets, asked.draws)
    print_calibration(sets, fit=asked.fit)
    if asked.errors:
        print_errors(sets)


if __name__ == "__main__":
    main()
