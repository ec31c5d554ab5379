"""The one persistent store: articles as they were, what was read from them, measured tracks, the log of decisions.

SQLite in the user's data folder by default, any database that SQLAlchemy knows by address. An article is never changed,
a decision never changed nor removed; what a person corrects stands in the log beside the reading. Whatever is added is
added in one transaction. Readers in other processes go on while one writes (write-ahead log).
"""

from mapapp.store.address import BUSY_TIMEOUT_MS
from mapapp.store.opening import migration_config, open_store
from mapapp.store.store import Store, StoredArticle, StoredTrack
from mapapp.store.tables import METADATA, STATE

__all__ = [
    "BUSY_TIMEOUT_MS",
    "METADATA",
    "STATE",
    "Store",
    "StoredArticle",
    "StoredTrack",
    "migration_config",
    "open_store",
]
