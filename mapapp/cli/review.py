"""`review`: the queue of claims, and every decision about them; alone it walks the queue with single keys."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from mapapp.claims.decisions import EVENT, FIELDS, active_decisions, undone_numbers
from mapapp.claims.exchange import FORMATS
from mapapp.claims.parts import Part, write_parts
from mapapp.cli.claim_files import run_export, run_import
from mapapp.cli.maps import add_samples_option
from mapapp.cli.queue import run_list, short_id
from mapapp.cli.reviewer import find_article, opened_work
from mapapp.cli.terminal import Commands, add_command, add_store_option, add_theatre_option
from mapapp.cli.walk import Bench, read_key, walk
from mapapp.desk import Step, correction_steps, redo_last, split_step, take_back, undo_last, word_step
from mapapp.errors import DataError, StoreError
from mapapp.model import Claim, Decision
from mapapp.queue import build_queue
from mapapp.report import format_table, list_claim
from mapapp.text import show_plain


def run_review(options: argparse.Namespace) -> int:
    """Walk the queue with single keys on a terminal; print it elsewhere."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return run_list(options)
    with opened_work(options) as work:
        bench = Bench(
            desk=work.desk,
            queue=lambda desk, before: build_queue(
                desk.readings, theatre=work.theatre, decisions=desk.decisions, before=before
            ),
            decide=lambda desk, steps, article_id: work.decide(desk, steps, article_id=article_id),
            undo=lambda desk: undo_last(work.store, desk.decisions, who=work.who, why=""),
            redo=lambda desk: redo_last(work.store, desk.decisions, who=work.who, why=""),
            find_place=work.find_place,
        )
        return walk(bench, read_key=read_key, ask=input, say=print)


def run_word(options: argparse.Namespace) -> int:
    """Accept or reject claims."""
    with opened_work(options) as work:
        desk = work.desk()
        found = [desk.find_claim(name) for name in options.claim]
        for claim, state in found:
            step = word_step(claim, state=state, action=options.action)
            _tell(work.decide(desk, [step], article_id=claim.article_id), claim=claim)
            desk = work.desk()
    return 0


def run_correct(options: argparse.Namespace) -> int:
    """Correct one or more fields of a claim at one stroke."""
    with opened_work(options) as work:
        desk = work.desk()
        claim, state = desk.find_claim(options.claim)
        values = {name: getattr(options, name) for name in FIELDS if getattr(options, name) is not None}
        if "place" in values:
            values["place"] = work.find_place(values["place"])
        steps = list(correction_steps(claim, values=values))
        if options.accept:
            steps.append(word_step(claim, state=state, action="accept"))
        if not steps:
            raise DataError("Nothing would change. Give --place, --date, --actor or --kind with another value.")
        _tell(work.decide(desk, steps, article_id=claim.article_id), claim=claim)
    return 0


def run_split(options: argparse.Namespace) -> int:
    """Split a claim into parts."""
    with opened_work(options) as work:
        desk = work.desk()
        claim, _ = desk.find_claim(options.claim)
        parts = [read_part(text, claim=claim, find_place=work.find_place) for text in options.part or ("", "")]
        step = split_step(claim, parts=write_parts(parts))
        _tell(work.decide(desk, [step], article_id=claim.article_id), claim=claim)
        reviewed = work.desk().reviews[claim.article_id]
        made = [one for one in reviewed.claims if one.id.startswith(f"{claim.id}.")]
        for one in made:
            print(show_plain(f"  {short_id(one.id)}  {'; '.join(list_claim(one))}"))
    return 0


def read_part(text: str, *, claim: Claim, find_place: Callable[[str], str]) -> Part:
    """Return a part as it is written on the command line: `place=Hama; date=2024-12-05; words=its words in the claim`.

    What is not named is as in the claim. Raises `DataError` for anything else.
    """
    values: dict[str, str] = {}
    for piece in filter(str.strip, text.split(";")):
        name, sign, value = (word.strip() for word in piece.partition("="))
        if not sign or name not in (*FIELDS, "words"):
            message = f"{piece.strip()[:60]!a} is no part. Write {', '.join(f'{one}=…' for one in (*FIELDS, 'words'))}."
            raise DataError(message)
        values[name] = value
    words = values.pop("words", None)
    if "place" in values:
        values["place"] = find_place(values["place"])
    if words is None:
        return Part(fields=values)
    at = claim.quote.find(words)
    if at < 0 or not words:
        message = f"The words {words[:60]!a} do not stand in the claim's sentence. Copy them from there."
        raise DataError(message)
    return Part(claim.start + at, claim.start + at + len(words), values)


def run_merge(options: argparse.Namespace) -> int:
    """Say that two claims are one, or that their events are."""
    with opened_work(options) as work:
        desk = work.desk()
        claim, state = desk.find_claim(options.claim)
        is_event = options.other.startswith("event:")
        other = options.other if is_event else f"claim:{desk.find_claim(options.other)[0].id}"
        field = EVENT if is_event or options.events or options.action == "separate" else None
        step = Step(f"claim:{claim.id}", options.action, field=field, before=state, after=other)
        _tell(work.decide(desk, [step], article_id=claim.article_id), claim=claim)
    return 0


def run_undo(options: argparse.Namespace) -> int:
    """Take back the last step, or one decision by its number."""
    with opened_work(options) as work:
        desk = work.stored_desk()
        if options.number is None:
            undone = undo_last(work.store, desk.decisions, who=work.who, why=work.why)
        else:
            found = next((one for one in active_decisions(desk.decisions) if one.id == options.number), None)
            if found is None:
                message = f"No decision {options.number} holds. `review log` lists those that do."
                raise StoreError(message)
            undone = take_back(work.store, found, who=work.who, why=work.why)
    for one in undone:
        print(f"No {one.id}: {one.target.replace(':', ' ')} undone.")
    return 0


def run_redo(options: argparse.Namespace) -> int:
    """Bring back what was undone last."""
    with opened_work(options) as work:
        for one in redo_last(work.store, work.stored_desk().decisions, who=work.who, why=work.why):
            print(f"No {one.id}: brought back by undoing {one.target.replace(':', ' ')}.")
    return 0


def run_log(options: argparse.Namespace) -> int:
    """Print the log, oldest first."""
    with opened_work(options) as work:
        desk = work.stored_desk()
    article_id = None if options.article is None else find_article(desk, options.article)
    log = [one for one in desk.decisions if article_id in (None, one.article_id)]
    undone = undone_numbers(desk.decisions)
    if options.json:
        for one in log:
            line = {"id": one.id, "article": one.article_id, "target": one.target, "action": one.action}
            line |= {"field": one.field, "before": one.before, "after": one.after, "who": one.who, "why": one.why}
            line |= {"when": one.when.isoformat(), "holds": one.id not in undone}
            print(json.dumps(line, ensure_ascii=False))
        return 0
    rows = [
        (
            str(one.id),
            f"{one.when:%Y-%m-%d %H:%M}",
            one.who,
            " ".join(filter(None, (one.action, one.field))),
            one.target[:20],
            f"{one.before or ''} → {one.after or ''}" if one.after or one.before else "",
            one.why,
            "undone" if one.id in undone else "holds",
        )
        for one in log
    ]
    print("\n".join(format_table(("no", "when", "who", "decision", "on", "was → became", "why", "state"), rows)))
    return 0


def _tell(decisions: Sequence[Decision], *, claim: Claim) -> None:
    for one in decisions:
        what = " ".join(filter(None, (one.action, one.field)))
        became = f": {one.before or 'unknown'} → {one.after or 'unknown'}" if one.action == "correct" else ""
        print(show_plain(f"No {one.id}: {what} {short_id(claim.id)}{became}"))


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    group = add_command(
        commands,
        "review",
        run_review,
        "decide about claims of stored and sample articles, as in the app's queue; alone, walk what waits with single "
        "keys (on a terminal), else list it",
        examples=(
            "review",
            "review list --limit 20",
            "review accept 3fa9c1d2 --why 'two reporters were there'",
            "review correct 3fa9c1d2 --date 2024-12-05 --place Elmtown --accept",
            "review split 3fa9c1d2 --part 'place=Elmtown' --part 'place=Ashford; date=2024-12-07'",
            "review merge 3fa9c1d2 77ab01cc --events",
            "review export -o claims.jsonl",
        ),
    )
    for name, value in (("article", None), ("all", False), ("limit", None), ("json", False)):
        group.set_defaults(**{name: value})
    what = group.add_subparsers(title="what to do", metavar="list|accept|reject|…")
    listing = what.add_parser("list", help="list what waits, samples too, what would change the map most first")
    listing.add_argument("--limit", type=_read_count, metavar="N", help="only the first N")
    listing.add_argument("--all", action="store_true", help="every claim with its state, by article")
    listing.set_defaults(run=run_list)
    accept, reject = (what.add_parser(name, help=f"{name} claims") for name in ("accept", "reject"))
    for name, command in (("accept", accept), ("reject", reject)):
        command.add_argument("claim", metavar="CLAIM", nargs="+", help="its id; the beginning is enough")
        command.set_defaults(run=run_word, action=name)
    correct = what.add_parser("correct", help="correct place, date, party or kind of a claim")
    correct.add_argument("--place", metavar="ID|NAME", help="of the gazetteer; a name that is one place's will do")
    correct.add_argument("--date", metavar="D[/D]", help="a day, or the first and the last; '' = unknown")
    correct.add_argument("--actor", metavar="CODE", help="who holds the place afterwards; '' = unknown")
    correct.add_argument("--kind", metavar="KIND", help="by its exact name, such as 'Armed clash'")
    correct.add_argument("--accept", action="store_true", help="accept it as well")
    correct.set_defaults(run=run_correct)
    split = what.add_parser("split", help="split a claim that is two, or more")
    split.add_argument(
        "--part",
        action="append",
        metavar="FIELD=VALUE;…",
        help="one for each part: what it says instead of the claim (place, date, actor, kind) and its words of the "
        "quote; without any, two parts as the claim is",
    )
    split.set_defaults(run=run_split)
    merge = what.add_parser("merge", help="say that two claims of an article are one, or that two events are")
    merge.add_argument("--events", action="store_true", help="their events are one; the claims stay two")
    separate = what.add_parser("separate", help="say that a claim does not speak of the event of another one")
    for command, action in ((merge, "merge"), (separate, "separate")):
        command.set_defaults(run=run_merge, action=action)
    separate.set_defaults(events=True)
    for command in (correct, split, merge, separate):
        command.add_argument("claim", metavar="CLAIM", help="its id; the beginning is enough")
    for command in (merge, separate):
        command.add_argument(
            "other", metavar="OTHER", help="the claim that stays, or event:ID for one of the theatre's"
        )
    undo = what.add_parser("undo", help="take back the last step, or one decision")
    undo.add_argument("number", metavar="NO", nargs="?", type=int, help="as `review log` has it")
    undo.set_defaults(run=run_undo)
    redo = what.add_parser("redo", help="bring back what was undone last")
    redo.set_defaults(run=run_redo)
    log = what.add_parser("log", help="list who decided what, when and why")
    log.set_defaults(run=run_log)
    export, importing = _add_files(what)
    for command in (listing, log):
        command.add_argument("--json", action="store_true", help="an object a line")
    for command in (listing, log, export):
        command.add_argument("--article", metavar="ID", help="only of this article; the beginning is enough")
    for command in (accept, reject, correct, split, merge, separate, undo, redo):
        command.add_argument("--who", metavar="NAME", default=argparse.SUPPRESS, help="for the log, as above")
        command.add_argument("--why", metavar="TEXT", help="for the log")
    for command in (
        group,
        listing,
        accept,
        reject,
        correct,
        split,
        merge,
        separate,
        undo,
        redo,
        log,
        export,
        importing,
    ):
        add_theatre_option(command, is_below=command is not group)
        add_store_option(command, is_below=command is not group)
    group.add_argument("--who", metavar="NAME", help="for the log; else the user of this machine")
    for command in (group, listing):
        add_samples_option(command, is_below=command is listing)


def _add_files(what: Commands) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Add the commands for claims as files."""
    export = what.add_parser("export", help="write claims and decisions as JSONL or CSV")
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="- = standard output")
    export.add_argument("--format", choices=FORMATS, help="else as -o ends")
    export.set_defaults(run=run_export)
    importing = what.add_parser("import", help="take in claims and decisions; quotes are checked against the articles")
    importing.add_argument("file", metavar="FILE", help="as `review export` writes it; - = standard input")
    importing.add_argument("--check", action="store_true", help="only say what would be added")
    importing.set_defaults(run=run_import)
    return export, importing


def _read_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        message = f"{text!a} is no number from 1"
        raise argparse.ArgumentTypeError(message)
    return int(text)
