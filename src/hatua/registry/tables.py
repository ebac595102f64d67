"""The schema as SQLAlchemy sees it. A test proves that the migrations lead to exactly this, on both engines."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

ID = String(40)
HASH = String(64)

tenants = Table(
    "tenants",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("mask_key", String(64), nullable=False),  # pseudonyms are HMACs under it
)

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("password_hash", Text, nullable=True),  # argon2id; null: signs in by link only
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger, nullable=True),
    Column("totp_secret", String(64), nullable=True),  # sealed; counts once totp_since is set
    Column("totp_since", BigInteger, nullable=True),
    Column("totp_step", BigInteger, nullable=True),  # of the last code taken: none is taken twice
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", HASH, primary_key=True),
    Column("user_id", ID, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
)

identities = Table(  # who somebody is at a single sign-on provider
    "identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("tenant_id", ID, ForeignKey("tenants.id"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id"), primary_key=True, index=True),
    Column("role", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

invitations = Table(  # open ones; the audit trail keeps what became of the others
    "invitations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_hash", HASH, nullable=False, unique=True),
    Column("tenant_id", ID, ForeignKey("tenants.id"), nullable=False),
    Column("email", String(254), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "email"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tenant_id", ID, ForeignKey("tenants.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("default_goal", String(100), nullable=False),
    Column("allowed_origins", JSON, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("keep_ip", String(16), nullable=False),
    Column("hash_phones", Boolean, nullable=False),
    Column("honour_gpc", String(16), nullable=False, server_default="no"),
    Column("cookieless", String(16), nullable=False, server_default="off"),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "name"),
)

write_keys = Table(
    "write_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id"), nullable=False, index=True),
    Column("key", String(64), nullable=False, unique=True),  # public by design
    Column("name", String(100), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("key_hash", HASH, nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=True),
    Column("revoked_at", BigInteger, nullable=True),
)

login_sessions = Table(
    "login_sessions",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("user_id", ID, ForeignKey("users.id"), nullable=False, index=True),
    Column("tenant_id", ID, ForeignKey("tenants.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("how", String(16), nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
)

password_resets = Table(
    "password_resets",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("user_id", ID, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("user_id", ID, ForeignKey("users.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

setup_tokens = Table(
    "setup_tokens",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject_hash", HASH, primary_key=True),  # of `email:...` or `address:...`
    Column("failures", Integer, nullable=False),
    Column("last_failed_at", BigInteger, nullable=False),
    Column("delayed_until", BigInteger, nullable=False),
)

daily_salts = Table(
    "daily_salts",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),  # Unix time // 86,400 s
    Column("salt", String(64), nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", ID, primary_key=True),
    Column("project_id", ID, nullable=False),
    Column("tenant_id", ID, nullable=False),
    Column("erased_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger, nullable=True),
    Column("key_check", String(32), nullable=False),  # which secret made the hashes
    Column("receipt", JSON, nullable=False),
    Index(None, "project_id", "erased_at"),
)

deleted_projects = Table(  # no foreign key: the project's own row is gone
    "deleted_projects",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tenant_id", ID, nullable=False),
    Column("name", String(100), nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger, nullable=True),
)

erased_ids = Table(
    "erased_ids",
    metadata,
    Column("erasure_id", ID, ForeignKey("erasures.id"), primary_key=True),
    Column("id_hash", HASH, primary_key=True),  # HMAC under the installation's secret
)

funnels = Table(
    "funnels",
    metadata,
    Column("id", ID, primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("preset", String(100), nullable=True),  # key of the preset it was installed from
    Column("edited", Boolean, nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("project_id", "preset"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("tenant_id", ID, nullable=False),
    Column("project_id", ID, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(100), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject_id", String(100), nullable=False),
    Column("details", JSON, nullable=False),
    Column(
        "address", String(64), nullable=False, server_default=text("''")
    ),  # from where; "" for what needs no network
    Index(None, "tenant_id", "id"),
)
