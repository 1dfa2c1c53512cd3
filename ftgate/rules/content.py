"""FT4: do the answers teach facts, which fine-tuning is the wrong tool for?"""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.content import (
    KNOWLEDGE_SHARE,
    LOOKUP_SHARE,
    MIXED_SHARE,
    NO_PROMPT,
    VOLATILE_SHARE,
)
from ftgate.model import Decision, Finding, Goal, Severity
from ftgate.profile import Profile
from ftgate.rules.registry import rule
from ftgate.settings import DatasetSettings

MIN_EXAMPLES = 50
"""A share of a smaller set is too uncertain to fail on; FT201 asks for as many."""

SHOWN_LINES = 5
_FORM_GOALS = frozenset(("style", "format", "classification", "tool-use"))


@rule("FT401", severity="error", since="0.1")
def knowledge_injection(
    goal: Goal,
    profile: Profile,
    *,
    warn_ratio: float = MIXED_SHARE,
    fail_ratio: float = KNOWLEDGE_SHARE,
    min_examples: int = MIN_EXAMPLES,
) -> Iterator[Finding]:
    """Answers teach facts that the conversation does not contain.

    ## Why is this bad?
    Take "What does a day ticket cost?", answered "62 euros, 40 after noon". The 62 stands nowhere
    in the conversation, so the model can only learn it by heart, and of a few hundred examples it
    mostly learns something else: to answer such questions at once, in this tone, with a number.
    Asked about a ticket it never saw, it will give one too, and nobody can tell the two apart.
    Fine-tuning changes how a model answers far more reliably than what it knows. And a fact that is
    learned cannot be edited: when the price changes, there is another job to pay for.

    Each answer of a sample is judged by its text alone: by a list of checks, which the wording of
    prompt and answer may overturn. Every judgement names its reason
    (`ftgate check --show-records` shows five answers with their new words). What the base model
    knows already cannot be seen in a file, so this is a risk, not a proof; `knowledge_probability`
    in the JSON report says how often such a set really is one of facts. Between `warn_ratio` and
    `fail_ratio`, and below `min_examples`, it warns.

    ## What to do instead
    Keep the facts where they can be edited, and look them up when they are asked for: search the
    documents for the passages that answer the question and put them into the prompt. This is
    called retrieval (RAG). A few pages that rarely change can simply stand in the prompt. If tone
    or format matter as well, tune on question + passages + answer, so that each answer follows
    from its conversation. If the rule is wrong about your data, say so: `[[waive]]` with a reason.

    ## Source
    OpenAI, "Fine-tuning best practices": make sure that examples contain all of the information
    needed for the response. Gekhman et al., EMNLP 2024 (2024.emnlp-main.444): examples with new
    knowledge are learned more slowly and, once learned, raise hallucination linearly. Ovadia et
    al. (arXiv 2312.05934): retrieval beats unsupervised fine-tuning for old and new facts.
    Evidence against a flat "never": in a study on agriculture (arXiv 2401.08406) fine-tuning on
    domain questions gained 6 points of accuracy and retrieval 5 more on top of it. Facts that do
    not change are therefore advised as hybrid, perishable ones as retrieval only. How often the
    rule itself is right: benchmarks/knowledge.md.
    """
    if goal.label == "unknown" or goal.knowledge_share < warn_ratio:
        return
    fails = goal.knowledge_share >= fail_ratio
    severe = fails and profile.examples >= min_examples
    limit = fail_ratio if fails else warn_ratio
    path, lines = _places(goal, volatile_only=False)
    yield Finding(
        f"{goal.knowledge_share:.0%} of answers teach facts (limit {limit:.0%})",
        path=path,
        lines=lines,
        count=sum(judgement.knowledge for judgement in goal.judgements),
        severity=None if severe else "warning",
        decision=_advice(goal) if fails else None,
        next_step="give the facts in the prompt (retrieval), and tune on answers that follow from"
        " it",
    )


@rule("FT402", severity="error", since="0.1")
def perishable_facts(
    goal: Goal,
    profile: Profile,
    *,
    max_ratio: float = VOLATILE_SHARE,
    min_examples: int = MIN_EXAMPLES,
) -> Iterator[Finding]:
    """Answers teach facts that will soon be wrong.

    ## Why is this bad?
    Prices, stock, opening hours, contacts and recent events change in days; a tuned model keeps
    the old ones until the next job, and states them with confidence. Each change costs a new
    training run, an evaluation and a deployment.

    Judged only where the set as a whole teaches facts (see FT401): an answer is perishable when
    it carries money, a date from 2023 on, opening hours, a version, a link, phone number or e-mail
    address, or words such as "currently" and "in stock", or when its question asks for the latest,
    for a recent year, or for who holds an office. This ranks sets rather than measuring truth, and
    it misses facts that change without saying so.

    ## What to do instead
    Look the facts up when the question is asked: retrieval, a tool call, or a price list in the
    prompt. Train, if at all, on how to present what was found.

    ## Source
    OpenAI, "Optimizing LLM accuracy": outdated or proprietary knowledge is a matter of context,
    not of the model. Ovadia et al. (arXiv 2312.05934) for retrieval against fine-tuning. The
    counter-evidence that FT401 quotes (arXiv 2401.08406) is about facts that stay true.
    """
    if goal.label != "knowledge" or goal.volatile_share < max_ratio:
        return
    path, lines = _places(goal, volatile_only=True)
    yield Finding(
        f"{goal.volatile_share:.0%} of the facts taught are prices, dates, hours or contacts"
        f" (limit {max_ratio:.0%})",
        path=path,
        lines=lines,
        count=sum(judgement.volatile for judgement in goal.judgements),
        severity=_severity(profile, min_examples),
        decision="rag",
        next_step="look these facts up when the question is asked (retrieval or a tool call)",
    )


@rule("FT403", severity="warning", since="0.1")
def lookup_table(
    goal: Goal,
    profile: Profile,
    *,
    max_ratio: float = LOOKUP_SHARE,
    min_examples: int = MIN_EXAMPLES,
) -> Iterator[Finding]:
    """The set is a table: the same question again and again, a key, and a short value.

    ## Why is this bad?
    A table is looked up, not learned. A database returns the right value for every key and says so
    when there is none; a tuned model returns a value of the right shape for any key, also for one
    it never saw, and nothing in the answer tells the two apart. A single changed cell needs a new
    job.

    An example is a row when at least five prompts ask the same of other keys, or are bare keys, and
    its answer is a new value of at most six words. It only warns: that facts
    are taught at all is FT401, which fails; this names the cheaper remedy.

    ## What to do instead
    Keep the table. Let the model call a function or write SQL that fetches the value, and train, if
    at all, on when to call it and how to present what it returned; those answers follow from the
    conversation. A few hundred rows that never change also fit into a cached prompt.

    ## Source
    Kandpal et al. (arXiv 2211.08411): models answer about a fact the worse the fewer documents of
    their training mention it, and a row of a table is mentioned once. Gekhman et al., EMNLP 2024
    (2024.emnlp-main.444): new facts are learned slowly and raise invented answers.
    """
    if goal.label == "unknown" or goal.lookup_share < max_ratio or profile.examples < min_examples:
        return
    path, lines = _places(goal, volatile_only=False)
    yield Finding(
        f"{goal.lookup_share:.0%} of answers are short values looked up by a key"
        f" (limit {max_ratio:.0%})",
        path=path,
        lines=lines,
        count=round(goal.lookup_share * goal.judged),
        decision="rag",
        next_step="keep the table: fetch the value with a function call or SQL",
    )


@rule("FT404", severity="error", since="0.1")
def goal_mismatch(
    goal: Goal,
    profile: Profile,
    plan: DatasetSettings,
    *,
    max_ratio: float = KNOWLEDGE_SHARE,
    min_examples: int = MIN_EXAMPLES,
) -> Iterator[Finding]:
    """The plan says style or format, but the answers teach facts.

    ## Why is this bad?
    The plan was approved for what fine-tuning does well: a tone, a format, labels, tool calls.
    The data do something else, so the evaluation written for the plan will not see what the model
    learns, and invented answers pass as well-formed ones.

    ## What to do instead
    Either change the data: let the facts stand in the prompt, so that the answer shows only the
    form. Or change the plan to `goal = "knowledge"` and face FT401 openly.

    ## Source
    OpenAI, "Fine-tuning best practices": examples have to contain what their answers need. LIMA
    (arXiv 2305.11206): tuning teaches format and style, knowledge comes from pre-training. Fair
    counter-evidence: arXiv 2401.08406 found gains from tuning on domain answers, on top of which
    retrieval gained again; that is a case for a plan which says so.
    """
    if plan.goal not in _FORM_GOALS or goal.label == "unknown" or goal.knowledge_share < max_ratio:
        return
    path, lines = _places(goal, volatile_only=False)
    yield Finding(
        f'the plan says goal = "{plan.goal}", but {goal.knowledge_share:.0%} of answers teach'
        f" facts (limit {max_ratio:.0%})",
        path=path,
        lines=lines,
        count=sum(judgement.knowledge for judgement in goal.judgements),
        severity=_severity(profile, min_examples),
        decision=_advice(goal),
        next_step='give the facts in the prompt, or set goal = "knowledge" in ftgate.toml',
    )


@rule("FT405", severity="error", since="0.1")
def unknown_goal(
    goal: Goal, profile: Profile, plan: DatasetSettings, *, min_examples: int = MIN_EXAMPLES
) -> Iterator[Finding]:
    """What the answers teach cannot be told from their text, and the plan does not say it.

    ## Why is this bad?
    Whether a fine-tune is the right tool depends on what it is to learn. A set of bare option
    letters, or of answers without prompts, looks the same whether it teaches facts or a format, so
    the rules about facts have nothing to go by. Silence would read as "no facts".

    ## What to do instead
    Look at ten examples and state in ftgate.toml what they teach, for instance
    `goal = "classification"` under `[[dataset]]`. The statement then stands in the plan that
    somebody reviews. It does not help a set of answers without user messages: add what was asked.

    ## Source
    The label is `unknown` when fewer than ten answers could be judged, or when more could not than
    could; the reasons and their counts are the evidence of the report.
    """
    blind = sum(one.reason == NO_PROMPT for one in goal.judgements) * 2 > len(goal.judgements)
    stated = plan.goal is not None and not blind  # answers to nothing are no statement's business
    if goal.label != "unknown" or stated or profile.examples < min_examples:
        return
    counts = [
        f"{each.value} x {each.meaning}" for each in goal.evidence if each.feature == "reason"
    ]
    seen = f": {', '.join(counts)}" if counts else ": no answer to judge"
    yield Finding(
        f"what the answers teach cannot be told from the text{seen}",
        undecided=True,
        next_step='state it: [[dataset]] goal = "classification" (or style, format, tool-use,'
        " knowledge)",
    )


def _severity(profile: Profile, min_examples: int) -> Severity | None:
    """The rule's own severity, or a warning where the set is too small to fail on a share."""
    return None if profile.examples >= min_examples else "warning"


def _advice(goal: Goal) -> Decision:
    """Retrieval alone for facts that perish; with a fine-tune beside it for those that stay."""
    return "rag" if goal.volatile_share >= VOLATILE_SHARE else "hybrid"


def _places(goal: Goal, *, volatile_only: bool) -> tuple[str | None, tuple[int, ...]]:
    """The first file with such answers, and its first lines."""
    places = [
        (judgement.path, judgement.line)
        for judgement in goal.judgements
        if (judgement.volatile if volatile_only else judgement.knowledge)
    ]
    if not places:
        return None, ()
    first = places[0][0]
    return first, tuple(line for path, line in places if path == first)[:SHOWN_LINES]
