"""What was measured of claims, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mapapp.claims.evaluate import DETAILS, Mistake, Report, Tally

NAME_WIDTH = 36
"""Characters: the longest name of a kind."""
SORTS = ("false", "missed", *DETAILS)


def figures_to_text(report: Report, *, n_mistakes: int = 0) -> str:
    """Return a report as lines for a terminal, with up to `n_mistakes` of each sort, the surest claims first."""
    quiet = [name for name, tally in report.by_phenomenon.items() if tally == Tally()]
    lines = [
        f"{report.passages} passages, {report.traps} of them traps; {report.silent_traps} of these stayed silent",
        "",
        _head("phenomenon"),
        *(_line(name, tally) for name, tally in report.by_phenomenon.items() if tally != Tally()),
        _line("all", report.total),
        *([f"nothing due, nothing made: {', '.join(quiet)}"] if quiet else []),
        "",
        _head("kind"),
        *(_line(name, tally) for name, tally in report.by_kind.items()),
        "",
        f"{'detail, of what was found':<{NAME_WIDTH}} right   of  share",
        *(
            f"{name:<{NAME_WIDTH}} {right:5} {due:4}  {_share(right, due)}"
            for name, (right, due) in report.details.items()
        ),
        "",
        f"{'score':<{NAME_WIDTH}} right   of  share",
        *(
            f"{f'{upper - 0.1:.1f} to {upper:.1f}':<{NAME_WIDTH}} {right:5} {made:4}  {_share(right, made)}"
            for upper, made, right in report.calibration
        ),
    ]
    for mistake in _worst(report, n_mistakes=n_mistakes):
        lines.append(f"{mistake.sort.upper()} {mistake.told} | {mistake.score:.2f} :: {' '.join(mistake.text.split())}")
    return "\n".join(lines)


def figures_to_dict(report: Report, *, n_mistakes: int = 0) -> dict[str, Any]:
    """Return a report as JSON-ready values; a share of nothing is null."""
    return {
        "passages": report.passages,
        "traps": report.traps,
        "silent_traps": report.silent_traps,
        "total": _tally_to_dict(report.total),
        "by_phenomenon": {name: _tally_to_dict(tally) for name, tally in report.by_phenomenon.items()},
        "by_kind": {name: _tally_to_dict(tally) for name, tally in report.by_kind.items()},
        "details": {
            name: {"right": right, "of": due, "share": right / due} for name, (right, due) in report.details.items()
        },
        "calibration": [
            {"from": round(upper - 0.1, 1), "to": upper, "made": made, "right": right}
            for upper, made, right in report.calibration
        ],
        "mistakes": [
            {"sort": one.sort, "told": one.told, "score": round(one.score, 4), "text": one.text}
            for one in _worst(report, n_mistakes=n_mistakes)
        ],
    }


def _worst(report: Report, *, n_mistakes: int) -> Iterator[Mistake]:
    for sort in SORTS:
        mine = sorted((one for one in report.mistakes if one.sort == sort), key=lambda one: -one.score)
        yield from mine[:n_mistakes]


def _tally_to_dict(tally: Tally) -> dict[str, Any]:
    return {
        "precision": tally.precision,
        "recall": tally.recall,
        "found": tally.found,
        "false": tally.wrong,
        "missed": tally.missed,
        "right_in_detail": tally.details_right,
    }


def _head(what: str) -> str:
    return f"{what:<{NAME_WIDTH}} prec.  recall  found false missed  right in detail"


def _line(name: str, tally: Tally) -> str:
    precision = "    –" if tally.precision is None else f"{tally.precision:5.3f}"
    recall = "    –" if tally.recall is None else f"{tally.recall:5.3f}"
    counts = f"{tally.found:5} {tally.wrong:5} {tally.missed:6}  {tally.details_right:15}"
    return f"{name:<{NAME_WIDTH}} {precision}   {recall}  {counts}"


def _share(right: int, of: int) -> str:
    return f"{right / of:5.3f}" if of else "    –"
