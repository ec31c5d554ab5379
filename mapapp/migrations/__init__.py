"""How a store of an older version becomes one of this version; `store.open_store` runs what is missing."""
