"""Alembic's entry: runs the steps on the connection that `store` hands over, in its transaction."""

from alembic import context

from mapapp.store import METADATA

connection = context.config.attributes.get("connection")
options = context.config.attributes.get("options", {})
if connection is not None:
    context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
else:
    context.configure(target_metadata=METADATA, literal_binds=True, **options)
with context.begin_transaction():
    context.run_migrations()
