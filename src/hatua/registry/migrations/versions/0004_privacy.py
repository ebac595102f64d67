"""Privacy: opt-out signals and cookieless counting per project, the daily salts of that, and who has been erased."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, default in (("honour_gpc", "no"), ("cookieless", "off")):
        op.add_column("projects", sa.Column(name, sa.String(length=16), nullable=False, server_default=default))
    op.create_table(
        "daily_salts",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_daily_salts")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=40), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("key_check", sa.String(length=32), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_project_id_erased_at"), "erasures", ["project_id", "erased_at"], unique=False)
    op.create_table(
        "erased_ids",
        sa.Column("erasure_id", sa.String(length=40), nullable=False),
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name=op.f("fk_erased_ids_erasure_id")),
        sa.PrimaryKeyConstraint("erasure_id", "id_hash", name=op.f("pk_erased_ids")),
    )
