"""Each tenant gets a secret key from which the pseudonyms of its people are made."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenants", sa.Column("mask_key", sa.String(length=64), nullable=True))
    tenants = sa.table("tenants", sa.column("id", sa.String), sa.column("mask_key", sa.String))
    connection = op.get_bind()
    for tenant_id in connection.execute(sa.select(tenants.c.id)).scalars().all():
        connection.execute(tenants.update().where(tenants.c.id == tenant_id).values(mask_key=secrets.token_hex(32)))
    with op.batch_alter_table("tenants") as table:
        table.alter_column("mask_key", existing_type=sa.String(length=64), nullable=False)
