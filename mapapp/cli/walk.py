"""Walking the review queue on a terminal: one key per decision."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mapapp.claims.decisions import FIELDS
from mapapp.claims.parts import Part, write_parts
from mapapp.desk import Desk, Step, correction_steps, split_step, word_step
from mapapp.errors import MapAppError
from mapapp.model import Claim, Decision
from mapapp.queue import Queue, Waiting
from mapapp.report import list_claim
from mapapp.text import show_plain

try:
    import termios
    import tty
except ImportError:  # no such thing on Windows
    termios = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:  # only there
    msvcrt = None  # type: ignore[assignment]

KEYS = {
    "a": "accept",
    "x": "reject",
    "n": "next",
    "p": "previous",
    "c": "correct",
    "s": "split",
    "u": "undo",
    "y": "redo",
    "?": "help",
    "q": "quit",
}
"""Key -> what it does; Enter and the space bar go on, too."""
HELP = "   ".join(f"{key} {what}" for key, what in KEYS.items())
CONTEXT = 220
"""Characters of the article that are shown before and behind a claim."""


@dataclass(frozen=True)
class Bench:
    """What the walk needs of the store, as functions."""

    desk: Callable[[], Desk]
    queue: Callable[[Desk, Queue | None], Queue]
    decide: Callable[[Desk, Sequence[Step], str], Sequence[Decision]]
    undo: Callable[[Desk], Sequence[Decision]]
    redo: Callable[[Desk], Sequence[Decision]]
    find_place: Callable[[str], str]


def read_key() -> str:
    """Wait for one key and return it; Ctrl-C ends the program as everywhere."""
    sys.stdout.flush()
    if termios is None:
        key: str = msvcrt.getwch() if msvcrt is not None else sys.stdin.readline()[:1]
    else:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        try:
            tty.setcbreak(terminal, termios.TCSANOW)  # what was typed ahead is not thrown away
            key = sys.stdin.read(1)
        finally:
            termios.tcsetattr(terminal, termios.TCSANOW, before)
    if key == "\x03":
        raise KeyboardInterrupt
    return key


def walk(bench: Bench, *, read_key: Callable[[], str], ask: Callable[[str], str], say: Callable[[str], None]) -> int:
    """Go through what waits, and decide as the keys say. Ends with `q`, or with the end of the input."""
    say("Weighing what waits …")
    desk = bench.desk()
    queue = bench.queue(desk, None)
    order = [row.claim.id for row in queue.waiting]
    at = 0
    while True:
        rows = {row.claim.id: row for row in queue.waiting}
        order += [claim_id for claim_id in rows if claim_id not in order]
        open_ids = [claim_id for claim_id in order if claim_id in rows]
        if open_ids:
            at %= len(open_ids)
            _show(rows[open_ids[at]], desk=desk, number=at + 1, total=len(open_ids), say=say)
        else:
            say("Nothing waits. u undoes the last decision, q ends.")
        key = read_key()
        what = KEYS.get(key.lower(), "next" if key in ("\r", "\n", " ") else "quit" if key in ("", "\x04") else "")
        if what == "quit":
            return 0
        if what in ("next", "previous"):
            at += 1 if what == "next" else -1
            continue
        try:
            if what in ("undo", "redo"):
                done = (bench.undo if what == "undo" else bench.redo)(desk)
            elif what in ("accept", "reject", "correct", "split") and open_ids:
                claim = rows[open_ids[at]].claim
                steps = _steps(what, claim, desk=desk, bench=bench, ask=ask)
                done = bench.decide(desk, steps, claim.article_id) if steps else ()
            else:
                say(HELP)
                continue
        except MapAppError as error:
            say(show_plain(str(error)))
            continue
        if not done:
            say("Nothing was changed.")
            continue
        say(f"Logged: {what} (No {', '.join(str(one.id) for one in done)}).")
        desk = bench.desk()
        queue = bench.queue(desk, queue)


def _steps(what: str, claim: Claim, *, desk: Desk, bench: Bench, ask: Callable[[str], str]) -> Sequence[Step]:
    state = desk.reviews[claim.article_id].states[claim.id]
    if what in ("accept", "reject"):
        return [word_step(claim, state=state, action=what)]
    if what == "correct":
        return correction_steps(claim, values=_ask_fields("", bench=bench, ask=ask))
    parts: list[Part] = []
    while len(parts) < 2 or ask("One more part? (y/N) ").strip().lower() == "y":
        parts.append(Part(fields=_ask_fields(f"part {len(parts) + 1}, ", bench=bench, ask=ask)))
    return [split_step(claim, parts=write_parts(parts))]


def _ask_fields(which: str, *, bench: Bench, ask: Callable[[str], str]) -> dict[str, str]:
    """Ask for new values; an empty answer leaves a field as it is, a lone `-` makes it unknown."""
    values: dict[str, str] = {}
    for name in FIELDS:
        answer = ask(f"{which}{name} (Enter = as it is, - = unknown): ").strip()
        if answer:
            value = "" if answer == "-" else answer
            values[name] = bench.find_place(value) if name == "place" else value
    return values


def _show(row: Waiting, *, desk: Desk, number: int, total: int, say: Callable[[str], None]) -> None:
    claim, article = row.claim, desk.article(row.claim.article_id)
    hangs = f"{'rejected' if row.is_shown else 'accepted'}, it {row.reason}" if row.weight else row.reason
    say("")
    say(show_plain(f"{number} of {total} · {claim.id[:8]} · {hangs}"))
    head = article.title or article.publisher or article.id[:12]
    say(show_plain(f"{head[:100]} · {article.publisher or 'publisher not named'}"))
    before = " ".join(article.text[max(0, claim.start - CONTEXT) : claim.start].split())
    behind = " ".join(article.text[claim.end : claim.end + CONTEXT].split())
    what, *quote = list_claim(claim)
    say(f"  {what}")
    say(show_plain(f"  … {before}") if before else "  (the article begins)")
    for line in quote:
        say(f"  >>> {line}")
    say(show_plain(f"  {behind} …") if behind else "  (the article ends)")
    say(HELP)
