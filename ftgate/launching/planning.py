"""A verdict → the plan of its job: files, model, method and settings as they were judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ftgate.errors import LaunchError
from ftgate.formats import PREFERENCE_FORMATS
from ftgate.launching.requests import DataFile, Plan, Prediction
from ftgate.model import Training
from ftgate.remote.names import is_url
from ftgate.report import DatasetReport, TokenReport

METHODS = ("supervised", "dpo", "reinforcement")
MAX_SUFFIX = 64  # characters, OpenAI's API reference
_SPOKEN = ("openai", "azure")


class Wishes(NamedTuple):
    """What the command line says of the job; the rest is as the data were judged."""

    seed: int | None = None
    suffix: str | None = None
    hyperparameters: tuple[tuple[str, Any], ...] = ()
    grader: dict[str, Any] | None = None


def plan_of(
    dataset: DatasetReport, settings: Mapping[str, Any], wishes: Wishes, *, round_up_tokens: int = 1
) -> Plan:
    """The job for a dataset that passed; ``settings`` are its own, as the report has them.

    Raises LaunchError for what the API cannot be asked for: several training files, archives,
    reinforcement without a grader, another provider's training.
    """
    if dataset.profile not in _SPOKEN:
        raise LaunchError(
            f"{dataset.provider} takes no jobs through OpenAI's API",
            hint="start its own tool behind the gate: ftgate run -- CMD",
        )
    training, tokens = dataset.training, dataset.tokens
    if training is None or tokens is None:
        raise LaunchError(f"{dataset.name}: its tokens were not counted", hint="ftgate check -v")
    plan = settings["model"]
    method = plan["method"] if plan["method"] in METHODS else _method_of(dataset)
    _check(method, wishes)
    epochs = plan["epochs"]
    stated = {} if epochs == "auto" else {"n_epochs": epochs}
    base = str(plan["base"])
    return Plan(
        dataset=dataset.name,
        digest=dataset.digest,
        verdict=f"{dataset.outcome} {dataset.decision}",
        profile=dataset.profile,
        model=base if base.startswith("ft:") else training.model,
        method=method,
        files=_files(dataset),
        prediction=_prediction(dataset, training, tokens, round_up_tokens),
        hyperparameters=stated | dict(wishes.hyperparameters),
        seed=wishes.seed,
        suffix=wishes.suffix,
        grader=wishes.grader,
    )


def _check(method: str, wishes: Wishes) -> None:
    if method == "reinforcement" and wishes.grader is None:
        raise LaunchError("reinforcement needs a grader", hint="--grader grader.json")
    if method != "reinforcement" and wishes.grader is not None:
        raise LaunchError(f"--grader is for reinforcement, not for {method}")
    if wishes.suffix is not None and len(wishes.suffix) > MAX_SUFFIX:
        raise LaunchError(f"--suffix has {len(wishes.suffix)} characters (limit {MAX_SUFFIX})")
    if "n_epochs" in dict(wishes.hyperparameters):
        raise LaunchError("the verdict is for the epochs of the plan", hint="--epochs N")


def _files(dataset: DatasetReport) -> tuple[DataFile, ...]:
    """The training file, and the validation file if there is one: the API takes one of each."""
    found = []
    for role in ("train", "validation"):
        files = [file for file in dataset.files if file.role == role]
        if len(files) > 1 or (role == "train" and not files):
            raise LaunchError(
                f"{dataset.name} has {len(files)} {role} files, and a job takes one",
                hint="write one file of them, and judge that",
            )
        for file in files:
            if is_url(file.path):
                hint = "download it, and judge that"
                raise LaunchError(f"{file.path}: is not on this machine", hint=hint)
            if not file.path.lower().endswith(".jsonl"):
                raise LaunchError(
                    f"{file.path}: the service takes .jsonl", hint="ftgate convert, and judge that"
                )
            found.append(DataFile(role, file.path, file.digest, file.bytes, file.examples))
    return tuple(found)


def _method_of(dataset: DatasetReport) -> str:
    """What the training records are made for; the gate does not let mixed ones pass."""
    formats = {file.format for file in dataset.files if file.role == "train"}
    if formats & set(PREFERENCE_FORMATS):
        return "dpo"
    return "reinforcement" if "openai_reinforcement" in formats else "supervised"


def _prediction(
    dataset: DatasetReport, training: Training, tokens: TokenReport, round_up_tokens: int
) -> Prediction:
    return Prediction(
        low_tokens=training.billable_low,
        high_tokens=training.billable_high,
        epoch_tokens=tokens.total,
        low_epochs=training.epochs_low,
        high_epochs=training.epochs_high,
        round_up_tokens=round_up_tokens,
        band_tokens=training.band_tokens,
        confidence=training.confidence,
        formula=formula_of(dataset),
        low_usd=training.usd_low,
        high_usd=training.usd_high,
    )


def formula_of(dataset: DatasetReport) -> str:
    """What the estimate of a dataset rests on: provider, schemas, and whether tools are in it."""
    kinds = sorted({file.format for file in dataset.files if file.role == "train"})
    tools = ("tools",) if dataset.tokens and dataset.tokens.tools else ()
    return " ".join((dataset.profile, *kinds, *tools))
