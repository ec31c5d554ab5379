"""Figures of the recogniser and the resolver on annotated texts.

Gold are toponyms with coordinates; a gold stretch without coordinates is neutral: finding it or not changes nothing.
"""

from __future__ import annotations

import csv
import json
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mapapp.errors import ArticleError, DataError
from mapapp.geo import distance_km
from mapapp.model import Article, MentionKind, Resolution
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.places.recognisers import Recogniser
from mapapp.theatres.theatre import Theatre

NEAR_KM = 161.0
"""A hundred miles: the customary reach of a right resolution."""

FARTHEST_KM = 20_039.0
"""Half of the earth's circumference: the largest error there is."""

LN_FARTHEST = math.log(FARTHEST_KM)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that went wrong."""

    kind: str
    """missed, invented, misplaced"""
    surface: str
    context: str
    document: str
    error_km: float | None = None
    wanted: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an evaluation found."""

    corpus: str
    n_documents: int
    n_gold: int
    n_found: int
    """Stretches found, without those on neutral gold."""
    n_right: int
    """Exact stretches of the gold."""
    precision: float
    recall: float
    f1: float
    accuracy_161: float
    """Of the right stretches, the part that was put within 161 km."""
    mean_error_km: float
    auc: float
    """Mean of ln(error + 1) / ln(20039) over the right stretches: 0 is best."""
    end_to_end_recall_161: float
    """Right stretches within 161 km, of all gold."""
    documents_per_second: float
    mistakes: tuple[Mistake, ...] = field(default=(), repr=False)


def evaluate_places(
    corpus_path: Path,
    *,
    theatre: Theatre,
    gazetteer: Gazetteer,
    with_demonyms: bool = True,
    homes: dict[str, tuple[float, float]] | None = None,
    part: tuple[int, int] | None = None,
    recogniser: Recogniser | None = None,
) -> Figures:
    """Measure on a file of annotated texts, one JSON object per line with `text` and `toponyms`.

    `homes` gives (lat, lon) by the field `domain`; `part` = (n, of) takes every `of`-th document from the n-th.
    Descriptions ("the capital") are left out: the corpora annotate names.
    """
    documents = _read_corpus(corpus_path)
    if part is not None:
        documents = documents[part[0] :: part[1]]
    tally = _Tally()
    seconds = 0.0
    for document in documents:
        article = Article(id=str(document.get("docid", document.get("id", ""))), text=document["text"])
        home = (homes or {}).get(str(document.get("domain")))
        before = time.perf_counter()
        found = geoparse(
            article, theatre=theatre, gazetteer=gazetteer, with_demonyms=with_demonyms, home=home, recogniser=recogniser
        )
        seconds += time.perf_counter() - before
        tally.add(document, [item for item in found if item.mention.kind is not MentionKind.DESCRIPTION])
    return tally.figures(corpus=corpus_path.stem, n_documents=len(documents), seconds=seconds)


def read_homes(path: Path) -> dict[str, tuple[float, float]]:
    """Return (lat, lon) by publisher's domain from a CSV table with the columns domain, lat, lon. Raise `DataError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {row["domain"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be read ({error!r}). Expected CSV with the columns domain, lat, lon."
        ) from error


def _read_corpus(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(
            f"The corpus {path} cannot be read: {error}. Expected UTF-8 with one JSON object per line."
        ) from error
    documents = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
            if not isinstance(document["text"], str) or not isinstance(document["toponyms"], list):
                raise TypeError("text or toponyms is of another kind")
        except (ValueError, KeyError, TypeError) as error:
            raise ArticleError(
                f"{path}, line {number}: expected an object with text and toponyms, got {line[:60]!r} ({error})."
            ) from error
        documents.append(document)
    return documents


class _Tally:
    """Counts while documents go by."""

    def __init__(self) -> None:
        self.n_gold = self.n_found = self.n_right = 0
        self.errors_km: list[float] = []
        self.mistakes: list[Mistake] = []

    def add(self, document: dict[str, Any], found: Sequence[Resolution]) -> None:
        text, name = document["text"], str(document.get("docid", document.get("id", "")))
        gold: dict[tuple[int, int], dict[str, Any]] = {}
        neutral = set()
        for toponym in document["toponyms"]:
            span = (toponym["start"], toponym["end"])
            if toponym.get("lat") is None or toponym.get("lon") is None:
                neutral.add(span)
            else:
                gold[span] = toponym
        self.n_gold += len(gold)
        seen = set()
        for item in found:
            span = (item.mention.start, item.mention.end)
            if span in neutral and span not in gold:
                continue
            self.n_found += 1
            wanted = gold.get(span)
            if wanted is None or span in seen:
                self._note("invented", item.mention.surface, text, span, name, got=_told(item))
                continue
            seen.add(span)
            self.n_right += 1
            place = item.place
            error = (
                FARTHEST_KM
                if place is None
                else distance_km(lat1=place.lat, lon1=place.lon, lat2=float(wanted["lat"]), lon2=float(wanted["lon"]))
            )
            self.errors_km.append(error)
            if error > NEAR_KM:
                self._note(
                    "misplaced", item.mention.surface, text, span, name, error_km=round(error), got=_told(item),
                    wanted=_told_gold(wanted),
                )  # fmt: skip
        for span, toponym in gold.items():
            if span not in seen:
                self._note(
                    "missed", text[span[0] : span[1]], text, span, name,
                    wanted=_told_gold(toponym),
                )  # fmt: skip

    def _note(
        self, kind: str, surface: str, text: str, span: tuple[int, int], name: str, *,
        error_km: float | None = None, wanted: str = "", got: str = "",
    ) -> None:  # fmt: skip
        context = f"{text[max(0, span[0] - 40) : span[0]]}[{text[span[0] : span[1]]}]{text[span[1] : span[1] + 40]}"
        self.mistakes.append(Mistake(kind, surface, " ".join(context.split()), name, error_km, wanted, got))

    def figures(self, *, corpus: str, n_documents: int, seconds: float) -> Figures:
        n_near = sum(1 for error in self.errors_km if error <= NEAR_KM)
        precision = self.n_right / self.n_found if self.n_found else 0.0
        recall = self.n_right / self.n_gold if self.n_gold else 0.0
        return Figures(
            corpus=corpus,
            n_documents=n_documents,
            n_gold=self.n_gold,
            n_found=self.n_found,
            n_right=self.n_right,
            precision=precision,
            recall=recall,
            f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
            accuracy_161=n_near / self.n_right if self.n_right else 0.0,
            mean_error_km=sum(self.errors_km) / len(self.errors_km) if self.errors_km else 0.0,
            auc=(
                sum(math.log(error + 1.0) / LN_FARTHEST for error in self.errors_km) / len(self.errors_km)
                if self.errors_km
                else 0.0
            ),
            end_to_end_recall_161=n_near / self.n_gold if self.n_gold else 0.0,
            documents_per_second=n_documents / seconds if seconds else 0.0,
            mistakes=tuple(self.mistakes),
        )


def _told_gold(toponym: dict[str, Any]) -> str:
    return " ".join(str(toponym[key]) for key in ("name", "fcode", "admin1", "country") if toponym.get(key))


def _told(item: Resolution) -> str:
    place = item.place
    where = f"{place.name} {place.feature_code} {place.country}" if place else "no place"
    return f"{where}, {item.mention.kind.value}, {item.score:.2f}"


def figures_to_dict(figures: Figures, *, n_mistakes: int = 0) -> dict[str, Any]:
    """Return the figures for JSON, with the first mistakes of each kind if asked for."""
    found = asdict(figures)
    found["mistakes"] = [asdict(mistake) for mistake in _worst(figures, n_mistakes)]
    return found


def figures_to_text(figures: Figures, *, n_mistakes: int = 0) -> str:
    """Return the figures as a table, and the most frequent and the worst mistakes if asked for."""
    rows = (
        ("documents", f"{figures.n_documents}"),
        ("gold toponyms with coordinates", f"{figures.n_gold}"),
        ("precision · recall · F1 (exact)", f"{figures.precision:.3f} · {figures.recall:.3f} · {figures.f1:.3f}"),
        ("accuracy within 161 km", f"{figures.accuracy_161:.3f}"),
        ("mean error", f"{figures.mean_error_km:.0f} km"),
        ("AUC (0 is best)", f"{figures.auc:.3f}"),
        ("end-to-end recall within 161 km", f"{figures.end_to_end_recall_161:.3f}"),
        ("documents per second", f"{figures.documents_per_second:.0f}"),
    )
    lines = [figures.corpus, *(f"  {name:<34}{value}" for name, value in rows)]
    if n_mistakes:
        for kind in ("missed", "invented", "misplaced"):
            counted = Counter(mistake.surface for mistake in figures.mistakes if mistake.kind == kind)
            most = ", ".join(f"{surface} ({count})" for surface, count in counted.most_common(n_mistakes))
            lines.append(f"  most often {kind}: {most or 'nothing'}")
        for mistake in _worst(figures, n_mistakes):
            away = "" if mistake.error_km is None else f" {mistake.error_km:.0f} km away"
            detail = "; ".join(part for part in (mistake.wanted and f"gold: {mistake.wanted}", mistake.got) if part)
            lines.append(f"  {mistake.kind}{away}: …{mistake.context}… ({detail})")
    return "\n".join(lines)


def _worst(figures: Figures, n_mistakes: int) -> list[Mistake]:
    picked: list[Mistake] = []
    for kind in ("misplaced", "missed", "invented"):
        of_kind = [mistake for mistake in figures.mistakes if mistake.kind == kind]
        picked.extend(sorted(of_kind, key=lambda mistake: -(mistake.error_km or 0.0))[:n_mistakes])
    return picked
