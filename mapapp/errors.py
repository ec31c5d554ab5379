"""What can go wrong, as one tree.

Every message says what was got, what was expected and what to do. Each error is also the built-in kind that
describes it, so that callers who know nothing of this package can still catch it sensibly.
"""


class MapAppError(Exception):
    """The root: pages and the command line turn it into one sentence, never a traceback."""


class ArticleError(MapAppError, ValueError):
    """A text cannot be read as an article: empty, binary, too large, or in an encoding that does not decode."""


class DateError(MapAppError, ValueError):
    """A date cannot be read, or lies outside what is asked for."""


class PlaceError(MapAppError, LookupError):
    """A place or an administrative unit is not known."""


class TheatreError(MapAppError, ValueError):
    """A theatre's folder is missing or breaks its rules."""


class DataError(MapAppError, ValueError):
    """A bundled or an imported file is missing, changed or not what its entry says."""


class StoreError(MapAppError, RuntimeError):
    """The store cannot be opened, or holds something else than expected."""


class ExportError(MapAppError, ValueError):
    """A picture or a file cannot be written as asked."""


class LanguageModelError(MapAppError, RuntimeError):
    """A language model cannot be asked, does not answer, or answers something else than was asked."""
