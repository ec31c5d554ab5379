"""Which column of a table, or key of an object, holds which field of an article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mapapp.articles.draft import Draft, Entry
from mapapp.errors import ArticleError

FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("text", "body", "content", "article", "article_text", "full_text", "fulltext", "maintext", "story"),
        "plaintext",
    ),
    "title": ("title", "headline", "head", "heading", "subject", "name"),
    "published": (
        *("published", "date", "published_at", "publication_date", "publish_date", "date_published", "pubdate"),
        *("pub_date", "published_date", "datetime", "timestamp", "day", "time"),
    ),
    "publisher": (
        *("publisher", "source", "outlet", "newspaper", "source_name", "site", "publication", "domain", "media"),
    ),
    "url": ("url", "link", "address", "href", "source_url", "web_url", "permalink"),
    "language": ("language", "lang", "language_code"),
}
"""Field of an article -> what its column is called, the likeliest first; compared without case, spaces and hyphens."""
NEEDED = "text"
MAX_TITLE = 200
"""Characters of the title of an entry that is set aside."""


def match_columns(columns: Sequence[str], *, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each field: the chosen one, else one of a usual name. Fields without a column are left out.

    An empty name chooses none.

    Raises `ArticleError` for a field that does not exist, or a column that is not there.

    >>> match_columns(["Headline", "Full text", "n"], chosen={})
    {'text': 'Full text', 'title': 'Headline'}
    >>> match_columns(["a", "title"], chosen={"text": "a", "title": ""})
    {'text': 'a'}
    """
    for field, column in chosen.items():
        if field not in FIELDS:
            raise ArticleError(f"{field!a} is no field of an article. Known: {', '.join(FIELDS)}.")
        if column and column not in columns:
            raise ArticleError(f"There is no column {column!a}. There are: {_list_columns(columns)}.")
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_plain(column), column)
    taken = set(chosen.values())
    found: dict[str, str] = {}
    for field, names in FIELDS.items():
        usual = next((by_name[name] for name in names if name in by_name and by_name[name] not in taken), None)
        if held_by := chosen.get(field, usual):
            found[field] = held_by
            taken.add(held_by)
    return found


def check_columns(matched: Mapping[str, str], *, columns: Sequence[str]) -> dict[str, str]:
    """Return the column of each field, or raise `ArticleError` where none holds the text.

    >>> check_columns({"text": "Body"}, columns=["Body"])
    {'text': 'Body'}
    """
    if NEEDED not in matched:
        message = f"No column is known to hold the text. There are: {_list_columns(columns)}. Name it: text=COLUMN."
        raise ArticleError(message)
    return dict(matched)


def read_fields(record: Mapping[str, object], *, columns: Mapping[str, str], where: str) -> Entry:
    """Return the article of one row or object, or why it is none."""
    values: dict[str, str] = {}
    title: str | None = None
    for field, column in columns.items():
        value = record.get(column)
        if isinstance(value, int | float) and not isinstance(value, bool) and field == "published":
            value = str(value)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            reason = f"{column!a} is {type(value).__name__}, a text was expected."
            return Entry(where, reason=reason, title=title)
        values[field] = value
        title = values.get("title", "")[:MAX_TITLE] or None
    if not values.get(NEEDED, "").strip():
        return Entry(where, reason=f"There is no text in {columns[NEEDED]!a}.", title=title)
    return Entry(
        where,
        Draft(
            text=values[NEEDED],
            title=values.get("title"),
            publisher=values.get("publisher"),
            url=values.get("url"),
            published=values.get("published"),
            language=values.get("language"),
        ),
    )


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split())


def _list_columns(columns: Sequence[str]) -> str:
    shown = ", ".join(ascii(column[:40]) for column in columns[:12])
    return f"{shown}{', …' if len(columns) > 12 else ''}" or "none"
