-- Generated from the migrations by ./run fix.
CREATE TABLE luban_revision (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT luban_revision_pkc PRIMARY KEY (version_num)
);
-- Running upgrade  -> 0001
CREATE TABLE agents (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    document BYTEA NOT NULL,
    source TEXT,
    revision INTEGER NOT NULL,
    published_version INTEGER,
    latest_version INTEGER,
    search TEXT COLLATE "C" NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    deleted_at DOUBLE PRECISION,
    PRIMARY KEY (id)
);
CREATE INDEX agents_by_update ON agents (owner, updated_at, id);
CREATE TABLE graph_versions (
    agent_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    owner TEXT NOT NULL,
    digest TEXT NOT NULL,
    document BYTEA NOT NULL,
    label TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (agent_id, version),
    FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE TABLE runs (
    seq BIGSERIAL NOT NULL,
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    trigger_kind TEXT NOT NULL,
    trigger_key TEXT,
    inputs BYTEA NOT NULL,
    outputs BYTEA,
    error BYTEA,
    starved BYTEA,
    waiting_for BYTEA,
    steps INTEGER DEFAULT '0' NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    started_at DOUBLE PRECISION,
    ended_at DOUBLE PRECISION,
    worker BIGINT,
    claims INTEGER DEFAULT '0' NOT NULL,
    cancel_requested INTEGER DEFAULT '0' NOT NULL,
    prio INTEGER DEFAULT '0' NOT NULL,
    vt DOUBLE PRECISION DEFAULT '0' NOT NULL,
    wake_at DOUBLE PRECISION,
    nudge BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (id)
);
CREATE INDEX runs_listed ON runs (owner, seq);
CREATE INDEX runs_of_agent ON runs (owner, agent_id, seq);
CREATE INDEX runs_with_status ON runs (owner, status, seq);
CREATE UNIQUE INDEX runs_triggered ON runs (owner, trigger_key) WHERE trigger_key is not null;
CREATE INDEX runs_queued ON runs (prio desc, vt, seq) WHERE status = 'queued';
CREATE INDEX runs_held ON runs (worker) WHERE status = 'running';
CREATE INDEX runs_waiting ON runs (wake_at) WHERE status = 'waiting';
CREATE TABLE journal (
    id BIGSERIAL NOT NULL,
    owner TEXT NOT NULL,
    run BIGINT NOT NULL,
    kind TEXT NOT NULL,
    node TEXT NOT NULL,
    iteration INTEGER NOT NULL,
    data BYTEA,
    blob TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX journal_of_run ON journal (run);
CREATE TABLE blobs (
    run BIGINT NOT NULL,
    hash TEXT NOT NULL,
    owner TEXT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (run, hash),
    FOREIGN KEY(run) REFERENCES runs (seq) ON DELETE cascade
);
CREATE TABLE workers (
    id BIGSERIAL NOT NULL,
    lock TEXT,
    lease DOUBLE PRECISION,
    batch BIGINT DEFAULT '0' NOT NULL,
    dead INTEGER DEFAULT '0' NOT NULL,
    started_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE state (
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    value BYTEA NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, scope, key)
);
CREATE TABLE replies (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BYTEA NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX replies_by_age ON replies (owner, created_at);
CREATE TABLE files (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX files_by_age ON files (owner, created_at, id);
INSERT INTO luban_revision (version_num) VALUES ('0001') RETURNING luban_revision.version_num;
