"""`review list`: what waits, what would change the map most first."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from mapapp.cli.reviewer import find_article, opened_work
from mapapp.cli.terminal import say_if_slow
from mapapp.desk import Desk
from mapapp.queue import Waiting, build_queue
from mapapp.report import format_table, list_claim
from mapapp.text import show_plain

SHOWN_ID = 8
"""Characters of an id in lists; claims of one theatre that share so many are one in billions."""


def run_list(options: argparse.Namespace) -> int:
    """Print what waits, what changes the map most first; or, with --all, every claim with its state."""
    with opened_work(options) as work:
        desk = work.desk()
        article_id = None if options.article is None else find_article(desk, options.article)
        with say_if_slow("Weighing what waits"):
            rows = build_queue(desk.readings, theatre=work.theatre, decisions=desk.decisions).waiting
    rows = tuple(row for row in rows if article_id in (None, row.claim.article_id))
    if options.all:
        _print_all(desk, rows, article_id=article_id, is_json=options.json)
        return 0
    shown = rows if options.limit is None else rows[: options.limit]
    if options.json:
        for row in shown:
            print(json.dumps(_row_to_json(row, desk=desk), ensure_ascii=False))
        return 0
    for row in shown:
        print("\n".join(list_waiting(row, desk=desk)))
    wait = "claim waits" if len(rows) == 1 else "claims wait"
    print(f"{len(rows)} {wait}{f', the first {len(shown)} are listed' if len(shown) < len(rows) else ''}.")
    return 0


def list_waiting(row: Waiting, *, desk: Desk) -> list[str]:
    """Return a claim of the queue as lines: id and what hangs on it, then what it says."""
    action = "rejected" if row.is_shown else "accepted"
    hangs = f"{action}, it {row.reason}" if row.weight else row.reason
    article = desk.article(row.claim.article_id)
    paper = article.publisher or "publisher not named"
    head = f"{row.claim.id[:SHOWN_ID]}  {hangs}"
    return [show_plain(head), *(f"    {line}" for line in list_claim(row.claim)), show_plain(f"    {paper}"), ""]


def _row_to_json(row: Waiting, *, desk: Desk) -> dict[str, object]:
    return {
        "id": row.claim.id,
        "article": row.claim.article_id,
        "weight": round(row.weight, 1),
        "is_shown": row.is_shown,
        "reason": row.reason,
        "area_km2": round(row.area_km2, 1),
        "days": row.days,
        "quote": row.claim.quote,
        "kind": row.claim.kind.value,
        "actor": row.claim.actor,
        "place": row.claim.place.place.name if row.claim.place and row.claim.place.place else None,
        "date_start": row.claim.date_start.isoformat() if row.claim.date_start else None,
        "date_end": row.claim.date_end.isoformat() if row.claim.date_end else None,
        "score": round(row.claim.score, 4),
        "publisher": desk.article(row.claim.article_id).publisher,
    }


def _print_all(desk: Desk, rows: Sequence[Waiting], *, article_id: str | None, is_json: bool) -> None:
    reasons = {row.claim.id: row.reason for row in rows}
    found = [
        (claim, review.states[claim.id])
        for review in desk.reviews.values()
        for claim in review.claims
        if article_id in (None, claim.article_id)
    ]
    if is_json:
        for claim, state in found:
            line: dict[str, object] = {
                "id": claim.id,
                "article": claim.article_id,
                "state": state,
                "kind": claim.kind.value,
            }
            line |= {"quote": claim.quote, "reason": reasons.get(claim.id)}
            print(json.dumps(line, ensure_ascii=False))
        return
    table = [
        (
            short_id(claim.id),
            state,
            claim.kind.value,
            claim.place.place.name if claim.place and claim.place.place else "",
            claim.actor or "",
            claim.date_start.isoformat() if claim.date_start else "",
            f"{claim.score:.2f}",
        )
        for claim, state in found
    ]
    print("\n".join(format_table(("id", "state", "kind", "place", "actor", "day", "score"), table)))


def short_id(claim_id: str) -> str:
    """Return an id as lists have it: its beginning, and for a part which part it is.

    >>> short_id("3fa9c1d2e5f60718.2")
    '3fa9c1d2.2'
    """
    head, dot, part = claim_id.partition(".")
    return head[:SHOWN_ID] + dot + part
