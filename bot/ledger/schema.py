"""The tables of the ledger, and how an older version of them becomes this one."""

import sqlalchemy as sa

MIGRATIONS = (  # from each version of the schema to the next
    "ALTER TABLE work_items ADD COLUMN seen_pending_at VARCHAR(40) NOT NULL DEFAULT ''",
    "ALTER TABLE work_items ADD COLUMN baseline JSON",
    "ALTER TABLE work_items ADD COLUMN round INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE work_items ADD COLUMN brought JSON",
    "ALTER TABLE requests ADD COLUMN code VARCHAR(40) NOT NULL DEFAULT ''",
    "ALTER TABLE requests ADD COLUMN changed_at VARCHAR(40) NOT NULL DEFAULT ''",
    "CREATE TABLE lists (list_digest VARCHAR(64) NOT NULL PRIMARY KEY,"
    " file VARCHAR(1000) NOT NULL, number INTEGER NOT NULL)",
)
VERSION = len(MIGRATIONS)

SCHEMA = sa.MetaData()
ITEMS = sa.Table(
    "work_items",
    SCHEMA,
    sa.Column("reference", sa.String(200), primary_key=True),
    sa.Column("portal_origin", sa.String(100), nullable=False),
    sa.Column("uscc", sa.String(18), nullable=False, index=True),
    sa.Column("enterprise_name", sa.String(200), nullable=False),
    sa.Column("account", sa.String(100), nullable=False),
    sa.Column("application_no", sa.String(64), nullable=False),
    sa.Column("round", sa.Integer, nullable=False, default=1),
    sa.Column("contact", sa.JSON, nullable=False),
    sa.Column("expected_documents", sa.JSON, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("code", sa.String(40), nullable=False, default=""),
    sa.Column("explanation", sa.Text, nullable=False, default=""),
    sa.Column("next_step", sa.Text, nullable=False, default=""),
    sa.Column("snapshot", sa.JSON),
    sa.Column("approval", sa.JSON),
    sa.Column("confirmed_at", sa.String(40), nullable=False, default=""),
    sa.Column("seen_pending_at", sa.String(40), nullable=False, default=""),
    sa.Column("baseline", sa.JSON),
    sa.Column("brought", sa.JSON),  # newer list data of a pressed item, and by whom
    sa.Column("changed_at", sa.String(40), nullable=False),
)
ROWS = sa.Table(
    "list_rows",
    SCHEMA,
    sa.Column("list_digest", sa.String(64), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("reference", sa.String(200), primary_key=True),
)
LISTS = sa.Table(  # a file of several versions has several lists
    "lists",
    SCHEMA,
    sa.Column("list_digest", sa.String(64), primary_key=True),
    sa.Column("file", sa.String(1000), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # the newest has the highest
)
REQUESTS = sa.Table(  # rows that ask for all pending policies
    "requests",
    SCHEMA,
    sa.Column("list_digest", sa.String(64), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("uscc", sa.String(18), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("code", sa.String(40), nullable=False, default=""),
    sa.Column("explanation", sa.Text, nullable=False, default=""),
    sa.Column("next_step", sa.Text, nullable=False, default=""),
    sa.Column("changed_at", sa.String(40), nullable=False, default=""),
)
RUNS = sa.Table(
    "runs",
    SCHEMA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("list_digest", sa.String(64), nullable=False),  # empty: all of the ledger
    sa.Column("work", sa.String(20), nullable=False),
    sa.Column("started", sa.String(40), nullable=False),
    sa.Column("ended", sa.String(40), nullable=False, default=""),
    sa.Column("stopped", sa.Text, nullable=False, default=""),
    sa.Column("audit_seq", sa.Integer, nullable=False),  # of the last row before it began
)
AUDIT = sa.Table(
    "audit",
    SCHEMA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("reference", sa.String(200), nullable=False, index=True),
    sa.Column("old", sa.String(20), nullable=False),
    sa.Column("new", sa.String(20), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
