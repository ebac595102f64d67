"""Run by Alembic with an open connection, inside the caller's transaction."""

from alembic import context

from hatua.registry.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
