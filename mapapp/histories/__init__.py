"""Control histories and event exports of others, read with nothing lost silently: rows in = rows kept + set aside.

`sheets` opens a file as rows, `control` and `events` read what is in them, `installation` writes it into a theatre of
the user's own.
"""
