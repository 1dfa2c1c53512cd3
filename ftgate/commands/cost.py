"""``ftgate cost``: a fine-tune beside its alternatives, from a dataset or a scenario file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT, VERBOSE, check_options, output_format, planning
from ftgate.commands.output import emit, progress_line, say, screen_width, wants_color
from ftgate.commands.scenarios import is_scenario, read_scenario
from ftgate.errors import UsageError
from ftgate.render.escape import quiet

if TYPE_CHECKING:
    from ftgate.commands.outlook import Asked
    from ftgate.costing import Costs

_WIDEST, _SCENARIO = 100, 80  # columns of tables
_PLAIN = str.maketrans({"·": "*", "±": "+/-", "█": "#", "▒": "-"})


@click.command("cost", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option(
    "--scenario",
    metavar="FILE.toml",
    type=click.Path(),
    help="Instead of a dataset: prices, tokens and volume typed in; sample_data/scenarios has "
    "commented examples.",
)
@click.option(
    "--what-if",
    multiple=True,
    metavar="KEY=VALUE",
    help="Another value of one setting, e.g. usage.requests_per_month=50000. Repeatable.",
)
@click.option(
    "--sweep",
    metavar="KEY=A,B,C",
    help="Judge at each value of one number of a scenario, e.g. queries_per_month=1000,5000.",
)
@click.option(
    "--tornado",
    is_flag=True,
    help="What moves the result: one number at a time, and where each flips the answer.",
)
@click.option(
    "--risk",
    is_flag=True,
    help="How likely it pays: many futures drawn from the ranges in [risk].",
)
@click.option("--draws", type=click.IntRange(1, 1_000_000), help="Futures to draw.  [20000]")
@click.option("--seed", type=click.IntRange(0), help="Where the draws start.  [20261122]")
@click.option(
    "--heat",
    metavar="KEY=FROM:TO:STEPS",
    multiple=True,
    help="Once across and once up: the result at every pair of two numbers.",
)
@click.option(
    "--short-prompt",
    type=click.Path(),
    metavar="FILE",
    help="What if the tuned model were sent this prompt file instead of the plan's?",
)
@output_format("text", "json", shown="Table or JSON.")
@planning
@VERBOSE
@COLOR
def command(
    paths: tuple[str, ...],
    scenario: str | None,
    what_if: tuple[str, ...],
    sweep: str | None,
    tornado: bool,
    risk: bool,
    draws: int | None,
    seed: int | None,
    heat: tuple[str, ...],
    short_prompt: str | None,
    output_format: str,
    verbose: bool,
    color: str,
    **flags: Any,
) -> int:
    """Compare a fine-tune with its alternatives: every option's bill, line by line.

    PATH is a training set or its folder, with the plan in ftgate.toml: tokens are measured, prices
    are looked up. Without PATH, everything in ftgate.toml. Or PATH is a scenario: a TOML file with
    prices, tokens and volume typed in, which needs no training set.

    Prints what every option costs, when the fine-tune has paid back, and where the answer flips.
    --sweep, --tornado, --heat and --risk ask what happens when the numbers are not as stated; they
    name numbers by the keys of a scenario: queries_per_month, tokens.query, base.input.

    \b
    Exit codes: 0 priced, 2 error (or no time left: --timeout), 3 a number is missing (the line to
    add is named). Costs never fail: that is what ftgate check is for.
    """
    from ftgate.commands.outlook import Asked

    asked = Asked(sweep, tornado, risk, draws, seed, heat)
    shown = wants_color(color)
    if scenario is None and len(paths) == 1 and is_scenario(paths[0]):
        scenario, paths = paths[0], ()
    if scenario is not None:
        asides = [f"--what-if {each}" for each in what_if]
        if short_prompt is not None:
            asides.append(f"--short-prompt {short_prompt}")
        if paths or asides:
            wrong = (*paths, *asides)[0]
            raise UsageError(
                f"--scenario and {wrong}: a scenario has all its numbers itself",
                hint="leave one of the two away; --sweep KEY=A,B,C varies a scenario",
            )
        return _scenario(scenario, asked, output_format, color=shown)
    flags["config"] = (*flags["config"], *map(_setting, what_if))
    if short_prompt is not None:
        tokens = _tokens_of(short_prompt, paths, flags)
        flags["config"] = (*flags["config"], f"usage.tuned_prompt_tokens={tokens}")
    return _datasets(paths, asked, flags, output_format, verbose=verbose, color=shown)


def _tokens_of(prompt: str, paths: tuple[str, ...], flags: dict[str, Any]) -> int:
    """Tokens of a prompt file as the base model of the plan counts them."""
    from ftgate.counting import LazyCounter
    from ftgate.gate import SettingsFinder, jobs_of, parse_day
    from ftgate.pricing import look_up
    from ftgate.prompts.workload import read_prompt

    options = check_options(dict(flags))
    finder = SettingsFinder(options)
    job = jobs_of(paths, finder)[0]
    facts = look_up(job.settings, parse_day(options.as_of))
    counter = LazyCounter(facts.encoding, 0, finder.cache)  # the engine that starts fastest
    return read_prompt(prompt, prompt, counter.count).tokens


def _setting(text: str) -> str:
    key, equals, _ = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(
            f"--what-if {text} is not KEY=VALUE",
            hint="write it like --what-if usage.requests_per_month=50000",
        )
    return text


def _scenario(path: str, asked: Asked, output_format: str, *, color: bool) -> int:
    from ftgate.commands.outlook import outlook, outlook_dict, outlook_lines
    from ftgate.economics.scenario import parse_scenario

    scenario = parse_scenario(read_scenario(path), path)
    found = outlook(scenario, asked)
    if output_format == "json":
        from ftgate.economics.scenario_json import scenario_dict

        _emit_json({**scenario_dict(scenario, found.swept), **outlook_dict(found)})
        return 0
    from ftgate.economics.scenario_text import scenario_lines
    from ftgate.render.escape import visible

    lines = [visible(line) for line in scenario_lines(scenario, found.swept)]
    _emit_lines([*lines, *outlook_lines(scenario, found, color=color)], _SCENARIO)
    return 0


def _datasets(
    paths: tuple[str, ...],
    asked: Asked,
    flags: dict[str, Any],
    output_format: str,
    *,
    verbose: bool,
    color: bool,
) -> int:
    from dataclasses import replace

    from ftgate.costing import price_paths

    with progress_line() as progress:
        options = replace(check_options(flags), progress=progress, notice=say)
        found = price_paths(paths, options)
    if output_format == "json":
        from ftgate.commands.cost_plan import document, plan_dict

        _emit_json(document([plan_dict(each, _asked_dict(each, asked)) for each in found]))
    else:
        lines: list[str] = []
        for each in found:
            lines += [""] * bool(lines) + _plan_lines(each, asked, verbose=verbose, color=color)
        _emit_lines(lines, _WIDEST)
    return 3 if any(each.missing for each in found) else 0


def _asked_dict(costs: Costs, asked: Asked) -> dict[str, Any]:
    from ftgate.commands.outlook import outlook, outlook_dict
    from ftgate.economics.outlook_json import risk_dict
    from ftgate.economics.scenario_json import sweep_list

    if costs.planned is None:
        return {}
    found = outlook(costs.planned.scenario, asked, costs.planned.rival)
    best = found.best or (None if costs.planned.rival else found.risk)
    return {
        "sweep": sweep_list(found.swept),
        **outlook_dict(found),
        "risk_against_best": best and risk_dict(best),
    }


def _plan_lines(costs: Costs, asked: Asked, *, verbose: bool, color: bool) -> list[str]:
    from ftgate.commands.cost_plan import plan_lines
    from ftgate.commands.outlook import outlook, outlook_lines
    from ftgate.economics.scenario_text import sweep_lines

    lines = list(plan_lines(costs, color=color, verbose=verbose, width=screen_width()))
    if costs.planned is not None:
        found = outlook(costs.planned.scenario, asked, costs.planned.rival)
        lines += list(sweep_lines(*found.swept)) if found.swept else []
        lines += outlook_lines(costs.planned.scenario, found, color=color)
    return lines


def _emit_json(answer: dict[str, Any]) -> None:
    import json

    emit(quiet(json.dumps(answer, indent=2)) + "\n")


def _emit_lines(lines: list[str], widest: int) -> None:
    """The lines, broken to fit, with ASCII signs where standard output cannot show ours."""
    from ftgate.render.fit import fitted

    text = fitted("\n".join(lines), min(widest, screen_width()))
    try:
        "·±█▒".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = text.translate(_PLAIN)
    emit(text)
