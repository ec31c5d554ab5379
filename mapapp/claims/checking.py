"""A file of claims held against what is stored: what is new, what is known, what cannot be used and why."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from mapapp.articles.readers import clean_field, read_url
from mapapp.claims.decisions import ABOUT, ARTICLE, CLAIM_ACTIONS, read_moment
from mapapp.claims.exchange import Exchange
from mapapp.claims.parts import PART
from mapapp.model import UNGRADED, Article, Claim, Decision, Resolution


@dataclass(frozen=True, slots=True)
class Checked:
    """What of a file can be added: claims in = new + known + set aside, and so for decisions."""

    claims: tuple[Claim, ...]
    """New ones."""
    n_known_claims: int
    decisions: tuple[Decision, ...]
    """New ones, in order. An undo of one of them has the target `decision:#<its place in this list>`."""
    n_known_decisions: int
    set_aside: tuple[str, ...]
    """One sentence each."""


def check_exchange(
    exchange: Exchange,
    *,
    theatre: str,
    actors: frozenset[str],
    articles: Mapping[str, Article],
    claims: Mapping[str, Claim],
    decisions: Sequence[Decision],
) -> Checked:
    """Hold a file against what is stored: every quote against its article, every decision against its claim.

    `articles`, `claims` (by id) and `decisions` are those of the store; `actors` the codes of the theatre.
    """
    set_aside = list(exchange.set_aside)
    titles = {about.id: about.title for about in exchange.articles}
    if exchange.theatre != theatre and (exchange.claims or exchange.decisions):
        n_all = len(exchange.claims) + len(exchange.decisions)
        elsewhere = f"{n_all} records are about the theatre {exchange.theatre[:40]!r}, not {theatre!r}. Name that one."
        return Checked((), 0, (), 0, (*set_aside, *[elsewhere] * n_all))
    new: dict[str, Claim] = {}
    n_known = 0
    for claim in exchange.claims:
        wrong = _why_no_claim(claim, articles=articles, actors=actors, titles=titles)
        other = new.get(claim.id) or claims.get(claim.id)
        if wrong is None and other is not None:
            if _says(other) == _says(claim):
                n_known += 1
                continue
            wrong = "a claim with its id is here already and says something else; the one that is here stays"
        if wrong is None:
            new[claim.id] = claim
        else:
            set_aside.append(f"Claim {claim.id[:20]}: {wrong}.")
    ids = {*claims, *new}
    own = {_key(decision, target=decision.target): decision.id for decision in decisions}
    numbers: dict[int | None, str] = {}
    fresh: list[Decision] = []
    n_known_decisions = 0
    for decision in sorted(exchange.decisions, key=lambda one: (one.id is None, one.id or 0)):
        target, reason = _target(decision, ids=ids, numbers=numbers)
        if reason is None and decision.article_id not in articles:
            reason = _absent(decision.article_id, titles=titles)
        if reason is not None:
            set_aside.append(f"Decision {decision.id} by {decision.who[:40]}: {reason}.")
            continue
        known = own.get(_key(decision, target=target))
        if known is not None:
            numbers[decision.id] = f"decision:{known}"
            n_known_decisions += 1
            continue
        numbers[decision.id] = f"decision:#{len(fresh)}"
        fresh.append(replace(decision, target=target))
    return Checked(tuple(new.values()), n_known, tuple(fresh), n_known_decisions, tuple(set_aside))


def _absent(article_id: str, *, titles: Mapping[str, str | None]) -> str:
    title = titles.get(article_id)
    return f"its article {article_id[:12]}{f' “{title[:60]}”' if title else ''} is not here; read that text first"


def _why_no_claim(
    claim: Claim, *, articles: Mapping[str, Article], actors: frozenset[str], titles: Mapping[str, str | None]
) -> str | None:
    """Return why a claim cannot be added, or None where it can."""
    article = articles.get(claim.article_id)
    if article is None:
        return _absent(claim.article_id, titles=titles)
    if not claim.quote or article.text[claim.start : claim.end] != claim.quote:
        return f"its quote does not stand at {claim.start}-{claim.end} of the article; the file was changed"
    for found in (claim.place, claim.origin, claim.destination):
        if found is not None and not _stands(found, article=article):
            return f"the words “{found.mention.surface[:40]}” of its place do not stand in the article"
    unknown = {claim.actor, claim.opponent} - {None} - actors
    if unknown:
        return f"its party {sorted(map(str, unknown))[0][:20]!r} is not in this theatre's table"
    return None


def _stands(found: Resolution, *, article: Article) -> bool:
    mention = found.mention
    return mention.article_id == article.id and article.text[mention.start : mention.end] == mention.surface


def _says(claim: Claim) -> Claim:
    """Return a claim without what the table of publishers decides, which is each user's own."""
    return replace(claim, grade=UNGRADED)


def _key(decision: Decision, *, target: str) -> Decision:
    """Return a decision as it is compared: without its number, which is each store's own."""
    return replace(decision, id=None, target=target)


def _is_about(decision: Decision) -> bool:
    """Tell whether a decision corrects what is known of an article by a value that could be given here, too."""
    value = decision.after or ""
    if decision.action != "correct" or decision.field not in ABOUT:
        return False
    if not value:
        return True
    if decision.field == "url":
        return read_url(value) == value
    return read_moment(value) is not None if decision.field == "published" else clean_field(value) == value


def _target(decision: Decision, *, ids: Container[str], numbers: Mapping[int | None, str]) -> tuple[str, str | None]:
    """Return what a decision is about in this store, and why it cannot be about that, or None."""
    kind, _, name = decision.target.partition(":")
    if kind == "decision" and decision.action == "undo":
        number = int(name) if name.isascii() and name.isdigit() else None
        known = numbers.get(number) if number is not None else None
        return (known, None) if known else (decision.target, f"it undoes decision {name[:20]}, which was not taken in")
    if decision.action not in CLAIM_ACTIONS:
        return decision.target, f"{decision.action[:20]!r} is nothing that can be decided"
    if decision.target == ARTICLE:
        reason = f"it does not correct {', '.join(ABOUT)} of an article by a value that can be"
        return decision.target, None if _is_about(decision) else reason
    if kind == "claim" and name not in ids and PART.sub("", name) not in ids:
        return decision.target, "its claim is not here"
    if kind not in ("claim", "mention"):
        return decision.target, f"it is about {decision.target[:40]!r}, which is neither a claim nor a mention"
    return decision.target, None
