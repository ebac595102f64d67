"""Seeds of authenticator apps are sealed under the installation's secret; they were stored in clear before."""

import sqlalchemy as sa
from alembic import context, op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    users = sa.table("users", sa.column("id", sa.String), sa.column("totp_secret", sa.String))
    connection = op.get_bind()
    rows = connection.execute(sa.select(users).where(users.c.totp_secret.is_not(None))).all()
    if not rows:
        return  # and no secret is asked for
    sealer = context.config.attributes["sealer"]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # or the seeds would stay readable in freed cells
    for row in rows:
        sealed = sealer.seal(row.totp_secret, row.id)
        connection.execute(users.update().where(users.c.id == row.id).values(totp_secret=sealed))
