"""On SQLite, `INSERT OR REPLACE` deletes without asking the trigger that refuses to delete: it gets one of its own.

PostgreSQL has no such statement; `ON CONFLICT DO UPDATE` is an UPDATE there, which is refused."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_REFUSE_SQLITE = """
CREATE TRIGGER audit_log_refuses_replace BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_REFUSE_SQLITE)
