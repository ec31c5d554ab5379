"""From an article to the claims that a language model finds in it, window by window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from mapapp.errors import LanguageModelError
from mapapp.language_model.answers import answer_key, find_answer, keep_answer
from mapapp.language_model.chat import AnswerError, Session, ask
from mapapp.language_model.checking import Tally, check_claims, read_answer, survey
from mapapp.language_model.endpoint import Endpoint
from mapapp.language_model.questions import Question, answer_schema, make_questions
from mapapp.model import Article, Claim, Resolution
from mapapp.theatres.theatre import Theatre

MOST_SPOILT = 3
"""Answers in a row that are not what was asked for: this model cannot do it."""
Progress = Callable[[str, float], None]
"""Told what is being done, in words, and which share of it is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a model made of an article, and what became of it."""

    claims: tuple[Claim, ...] = ()
    """By start offset; each scores below what is shown without a person's word."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Claims that could not count, by reason."""
    unknown: Mapping[str, int] = field(default_factory=dict)
    """Details of the kept claims that were left unknown, by reason."""
    windows: int = 0
    """Into which the article was cut."""
    answered: int = 0
    """Of these, the ones with an answer that could be read."""
    from_cache: int = 0
    """Of these, the ones that were answered before."""
    problem: str | None = None
    """Why windows have no answer; None = all have one."""

    @property
    def is_whole(self) -> bool:
        """Whether every window was answered."""
        return self.answered == self.windows


def count_unanswered(article: Article, *, theatre: Theatre, endpoint: Endpoint) -> tuple[int, int]:
    """Return in how many windows, and how many characters of the text, an article would be sent now."""
    open_questions = [
        one
        for one in make_questions(article, theatre=theatre)
        if find_answer(answer_key(endpoint, system=one.system, user=one.user)) is None
    ]
    return len(open_questions), sum(one.span[1] - one.span[0] for one in open_questions)


def extract_with_model(
    article: Article,
    *,
    resolutions: Sequence[Resolution],
    theatre: Theatre,
    session: Session,
    progress: Progress | None = None,
    from_cache_only: bool = False,
) -> Extraction:
    """Return the claims that a language model finds and the article carries. `resolutions` are those of `geoparse`.

    Never raises for what a server or a model does: that is told in `problem`, and what was answered before counts.
    `from_cache_only` sends nothing and takes the answers that are kept.
    """
    questions = make_questions(article, theatre=theatre)
    ground, tally = survey(article, resolutions=resolutions, theatre=theatre), Tally()
    claims: dict[str, Claim] = {}
    answered = from_cache = spoilt = 0
    problem: str | None = None
    for number, question in enumerate(questions):
        if progress is not None:
            progress(f"{session.endpoint.model} reads part {number + 1} of {len(questions)}", number / len(questions))
        try:
            rows, was_kept = _answer(question, theatre=theatre, session=session, from_cache_only=from_cache_only)
        except AnswerError as error:
            problem = str(error)
            tally.dropped["a whole answer: not what was asked for"] += 1
            spoilt += 1
            if spoilt == MOST_SPOILT:
                problem = f"{MOST_SPOILT} answers in a row were of no use, so no more was asked. {problem}"
                break
            continue
        except LanguageModelError as error:
            problem = str(error)
            break
        if rows is None:
            continue
        spoilt = 0
        answered += 1
        from_cache += was_kept
        for claim in check_claims(rows, ground=ground, window=question.span, tally=tally):
            claims.setdefault(claim.id, claim)  # windows overlap
    return Extraction(
        claims=tuple(sorted(claims.values(), key=lambda claim: (claim.start, claim.kind.value, claim.id))),
        dropped=dict(tally.dropped.most_common()),
        unknown=dict(tally.unknown.most_common()),
        windows=len(questions),
        answered=answered,
        from_cache=from_cache,
        problem=problem,
    )


def _answer(
    question: Question, *, theatre: Theatre, session: Session, from_cache_only: bool
) -> tuple[list[object] | None, bool]:
    """Return the rows of an answer, and whether it was given before; None = it was not, and none was asked for."""
    key = answer_key(session.endpoint, system=question.system, user=question.user)
    kept = find_answer(key)
    if kept is not None:
        with suppress(AnswerError):  # somebody has changed it: ask again
            return read_answer(kept), True
    if from_cache_only:
        return None, False
    answer = ask(session, system=question.system, user=question.user, schema=answer_schema(theatre.actors))
    rows = read_answer(answer)
    keep_answer(key, answer)  # only what could be read: a spoilt answer may come well the next time
    return rows, False


def tell_extraction(extraction: Extraction, *, model: str) -> tuple[str, ...]:
    """Return plain sentences on what became of a model's answers; none of its words are in them."""
    kept = f" ({extraction.from_cache} before)" if extraction.from_cache else ""
    dropped = sum(extraction.dropped.values())
    lines = [
        f"{model} has answered for {extraction.answered} of {extraction.windows} parts of the text{kept}. "
        f"Of its claims {len(extraction.claims)} hold; {dropped} dropped."
    ]
    lines.extend(f"Dropped {count}: {reason}." for reason, count in extraction.dropped.items())
    lines.extend(f"Left unknown {count}: {reason}." for reason, count in extraction.unknown.items())
    if extraction.problem:
        lines.append(extraction.problem)
    return tuple(lines)


TRIAL = "Soldiers of the old army left the town of Bree on 3 January 2030; local fighters walked in without a shot."
"""Our own words, about no real place: what a model is tried out with."""
MISQUOTED = ("its quote does", "it has no quote", "it is not in the form")
"""How the reasons begin for which claims of a model that does not do as it is told are dropped."""


def try_out(session: Session, *, theatre: Theatre) -> str:
    """Ask a model about a sentence of our own and say in plain words how it answered.

    Raises `LanguageModelError` where it does not answer, or not in a form that can be used.
    """
    article = Article(id="trial", text=TRIAL)
    (question,) = make_questions(article, theatre=theatre)
    rows = read_answer(ask(session, system=question.system, user=question.user, schema=answer_schema(theatre.actors)))
    tally = Tally()
    ground = survey(article, resolutions=(), theatre=theatre)
    check_claims(rows, ground=ground, window=question.span, tally=tally)
    misquoted = sum(count for reason, count in tally.dropped.items() if reason.startswith(MISQUOTED))
    model, host = session.endpoint.model, session.endpoint.host
    form = {"json_schema": "by the schema", "json_object": "as JSON", "text": "as text with JSON in it"}[session.format]
    if not rows:
        return f"{model} at {host} answers {form}, but found nothing in an easy sentence. Expect little of it."
    if misquoted == len(rows):
        return (
            f"{model} at {host} answers {form}, but does not quote word for word. Most of what it says will be dropped."
        )
    return f"{model} at {host} answers {form} and quotes word for word. It can be used."
