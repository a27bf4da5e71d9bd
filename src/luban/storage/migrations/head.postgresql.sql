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
-- Running upgrade 0001 -> 0002
CREATE TABLE provider_limits (
    key TEXT NOT NULL,
    blocked_at DOUBLE PRECISION DEFAULT '0' NOT NULL,
    blocked_until DOUBLE PRECISION DEFAULT '0' NOT NULL,
    refused_rate DOUBLE PRECISION,
    requests DOUBLE PRECISION,
    model_tokens DOUBLE PRECISION,
    refilled_at DOUBLE PRECISION DEFAULT '0' NOT NULL,
    shares BYTEA,
    changed_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (key)
);
ALTER TABLE runs ADD COLUMN asks INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN tokens BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN usd DOUBLE PRECISION DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN parent TEXT;
ALTER TABLE runs ADD COLUMN parent_node TEXT;
ALTER TABLE runs ADD COLUMN parent_iteration INTEGER;
ALTER TABLE runs ADD COLUMN parent_key TEXT;
ALTER TABLE runs ADD COLUMN depth INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN forked_from TEXT;
ALTER TABLE runs ADD COLUMN options BYTEA;
ALTER TABLE runs ADD COLUMN pause_requested INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN parked INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN seen BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN kin INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN strikes INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN mark BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE runs ADD COLUMN at_once INTEGER;
ALTER TABLE runs ADD COLUMN capped INTEGER DEFAULT '0' NOT NULL;
CREATE INDEX runs_of_parent ON runs (parent, owner, seq) WHERE parent is not null;
CREATE INDEX runs_asking ON runs (owner, asks) WHERE asks > 0;
CREATE INDEX runs_nudged ON runs (worker) WHERE status = 'running' and nudge <> seen;
CREATE INDEX runs_to_tell ON runs (parent, seq) WHERE kin > 0 and ended_at is not null;
CREATE INDEX runs_next ON runs (capped, prio desc, vt, seq) WHERE status = 'queued' and strikes < 2;
CREATE INDEX runs_struck ON runs (prio desc, vt, seq) WHERE status = 'queued' and strikes > 0;
CREATE INDEX runs_capped ON runs (capped, owner, agent_id, prio desc, vt, seq) WHERE status = 'queued' and capped = 1;
CREATE INDEX runs_counted ON runs (owner, status, capped, agent_id) WHERE status = 'running' and capped = 1;
CREATE TABLE inbox (
    id BIGSERIAL NOT NULL,
    owner TEXT NOT NULL,
    run BIGINT NOT NULL,
    key TEXT NOT NULL,
    data BYTEA NOT NULL,
    once TEXT,
    sent_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(run) REFERENCES runs (seq) ON DELETE cascade
);
CREATE UNIQUE INDEX inbox_once ON inbox (run, once);
CREATE TABLE shares (
    owner TEXT NOT NULL,
    weight DOUBLE PRECISION DEFAULT '1' NOT NULL,
    last_vt DOUBLE PRECISION DEFAULT '0' NOT NULL,
    running INTEGER,
    queued INTEGER,
    PRIMARY KEY (owner)
);
CREATE INDEX shares_by_turn ON shares (last_vt);
CREATE INDEX runs_ended ON runs (owner, agent_id, ended_at, seq) WHERE ended_at is not null;
CREATE INDEX runs_recorded ON runs (seq) WHERE options is not null and position('"recorded":"'::bytea in options) > 0;
UPDATE luban_revision SET version_num='0002' WHERE luban_revision.version_num = '0001';
-- Running upgrade 0002 -> 0003
CREATE TABLE users (
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    role TEXT NOT NULL,
    password TEXT,
    team TEXT NOT NULL,
    disabled INTEGER DEFAULT '0' NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    last_seen_at DOUBLE PRECISION,
    PRIMARY KEY (id),
    UNIQUE (email)
);
CREATE INDEX users_by_role ON users (role);
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT DEFAULT '' NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (issuer, subject),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade
);
CREATE INDEX identities_of_user ON identities (user_id);
CREATE TABLE factors (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    secret BYTEA NOT NULL,
    counter BIGINT DEFAULT '0' NOT NULL,
    confirmed INTEGER DEFAULT '0' NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    last_used_at DOUBLE PRECISION,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade
);
CREATE INDEX factors_of_user ON factors (user_id);
CREATE TABLE teams (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    personal TEXT,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE members (
    team TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (team, user_id),
    FOREIGN KEY(team) REFERENCES teams (id) ON DELETE cascade,
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade
);
CREATE INDEX members_of_user ON members (user_id);
CREATE TABLE roles (
    name TEXT NOT NULL,
    permissions BYTEA NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE sessions (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    digest BYTEA NOT NULL,
    team TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    agent TEXT DEFAULT '' NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    last_used_at DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    confirmed_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade,
    UNIQUE (digest)
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE TABLE api_keys (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    digest BYTEA NOT NULL,
    shown TEXT NOT NULL,
    scopes BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION,
    last_used_at DOUBLE PRECISION,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade,
    UNIQUE (digest)
);
CREATE INDEX api_keys_of_user ON api_keys (user_id, team);
CREATE TABLE one_time (
    kind TEXT NOT NULL,
    digest BYTEA NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    data BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (kind, digest)
);
CREATE INDEX one_time_by_subject ON one_time (kind, subject);
CREATE INDEX one_time_by_end ON one_time (expires_at);
UPDATE luban_revision SET version_num='0003' WHERE luban_revision.version_num = '0002';
-- Running upgrade 0003 -> 0004
CREATE TABLE credentials (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    record BYTEA NOT NULL,
    health TEXT DEFAULT 'unknown' NOT NULL,
    trouble TEXT DEFAULT '' NOT NULL,
    key TEXT,
    secret BYTEA,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION,
    checked_at DOUBLE PRECISION,
    last_used_at DOUBLE PRECISION,
    held_until DOUBLE PRECISION,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX credentials_by_name ON credentials (owner, name);
CREATE INDEX credentials_of_provider ON credentials (owner, provider, name);
CREATE INDEX credentials_by_key ON credentials (key);
CREATE TABLE providers (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    record BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, id)
);
UPDATE luban_revision SET version_num='0004' WHERE luban_revision.version_num = '0003';
-- Running upgrade 0004 -> 0005
CREATE TABLE audit (
    id BIGSERIAL NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    user_id TEXT DEFAULT '' NOT NULL,
    team TEXT DEFAULT '' NOT NULL,
    signed_in_by TEXT DEFAULT '' NOT NULL,
    grant_id TEXT DEFAULT '' NOT NULL,
    action TEXT DEFAULT '' NOT NULL,
    resource TEXT DEFAULT '' NOT NULL,
    resource_id TEXT DEFAULT '' NOT NULL,
    outcome TEXT DEFAULT '' NOT NULL,
    status INTEGER DEFAULT '0' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    agent TEXT DEFAULT '' NOT NULL,
    request_id TEXT DEFAULT '' NOT NULL,
    details BYTEA NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_of_team ON audit (team, id);
CREATE INDEX audit_of_user ON audit (user_id, id);
CREATE INDEX audit_of_resource ON audit (resource, resource_id, id);
CREATE TABLE audit_horizon (
    before DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (before)
);
create or replace function audit_is_kept() returns trigger language plpgsql as $$ begin raise exception 'the audit log is not changed'; end $$;
create trigger audit_is_kept before update on audit for each row execute function audit_is_kept();
create trigger audit_is_not_emptied before truncate on audit for each statement execute function audit_is_kept();
create or replace function audit_stays() returns trigger language plpgsql as $$ begin if exists (select 1 from audit_horizon where before > old.at) then return old; end if; raise exception 'the audit log is kept'; end $$;
create trigger audit_stays before delete on audit for each row execute function audit_stays();
create or replace function audit_horizon_lags() returns trigger language plpgsql as $$ begin if new.before > extract(epoch from clock_timestamp()) - 86400 then raise exception 'the audit log is kept for a day at least'; end if; return new; end $$;
create trigger audit_horizon_lags before insert or update on audit_horizon for each row execute function audit_horizon_lags();
UPDATE luban_revision SET version_num='0005' WHERE luban_revision.version_num = '0004';
-- Running upgrade 0005 -> 0006
CREATE TABLE links (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    digest BYTEA NOT NULL,
    resource TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    scopes BYTEA NOT NULL,
    made_by TEXT DEFAULT '' NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION,
    last_used_at DOUBLE PRECISION,
    PRIMARY KEY (id),
    UNIQUE (digest)
);
CREATE INDEX links_of_resource ON links (owner, resource, resource_id);
CREATE TABLE webhooks (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    record BYTEA NOT NULL,
    key TEXT,
    secret BYTEA,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX webhooks_of_owner ON webhooks (owner, id);
CREATE TABLE deliveries (
    seq BIGSERIAL NOT NULL,
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    webhook TEXT NOT NULL,
    event TEXT NOT NULL,
    body BYTEA NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    next_at DOUBLE PRECISION,
    answer BYTEA,
    created_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION,
    PRIMARY KEY (seq),
    UNIQUE (id),
    FOREIGN KEY(webhook) REFERENCES webhooks (id) ON DELETE cascade
);
CREATE INDEX deliveries_due ON deliveries (status, next_at);
CREATE INDEX deliveries_of_webhook ON deliveries (owner, webhook, seq);
CREATE TABLE outbox (
    seq BIGSERIAL NOT NULL,
    owner TEXT NOT NULL,
    run TEXT NOT NULL,
    event TEXT NOT NULL,
    data BYTEA,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (seq)
);
create or replace function runs_tell() returns trigger language plpgsql as $$ begin insert into outbox (owner, run, event, data, at) select new.owner, new.id, case new.status when 'running' then 'run.started' else 'run.' || new.status end, case new.status when 'waiting' then new.waiting_for else null end, extract(epoch from clock_timestamp()) where exists (select 1 from webhooks w where w.owner = new.owner); return null; end $$;
create trigger runs_tell after update of status on runs for each row when (new.status <> old.status and (new.status in ('waiting', 'completed', 'failed', 'cancelled') or (new.status = 'running' and old.started_at is null))) execute function runs_tell();
UPDATE luban_revision SET version_num='0006' WHERE luban_revision.version_num = '0005';
-- Running upgrade 0006 -> 0007
do $$
declare fenced regclass;
begin
  for fenced in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and a.attname = 'owner' and not a.attisdropped
  loop
    execute 'alter table ' || fenced || ' enable row level security';
    execute 'create policy of_owner on ' || fenced
      || ' using (owner = nullif(current_setting(''luban.owner'', true), ''''))';
  end loop;
end $$;
UPDATE luban_revision SET version_num='0007' WHERE luban_revision.version_num = '0006';
-- Running upgrade 0007 -> 0008
ALTER TABLE files ADD COLUMN workspace TEXT DEFAULT '' NOT NULL;
ALTER TABLE files ADD COLUMN path TEXT COLLATE "C" DEFAULT '' NOT NULL;
ALTER TABLE files ADD COLUMN version INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE files ADD COLUMN newest INTEGER DEFAULT '1' NOT NULL;
ALTER TABLE files ADD COLUMN run TEXT DEFAULT '' NOT NULL;
CREATE UNIQUE INDEX files_by_path ON files (owner, workspace, path, version) WHERE workspace <> '';
CREATE INDEX files_of_runs ON files (created_at, id) WHERE run <> '' and workspace = '';
CREATE TABLE file_usage (
    owner TEXT NOT NULL,
    bytes BIGINT DEFAULT '0' NOT NULL,
    files BIGINT DEFAULT '0' NOT NULL,
    quota BIGINT,
    PRIMARY KEY (owner)
);
insert into file_usage (owner, bytes, files)
select owner, cast(sum(size) as bigint), count(*) from files group by owner;
alter table file_usage enable row level security;
create policy of_owner on file_usage
  using (owner = nullif(current_setting('luban.owner', true), ''));
UPDATE luban_revision SET version_num='0008' WHERE luban_revision.version_num = '0007';
-- Running upgrade 0008 -> 0009
CREATE TABLE state_changes (
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    once TEXT NOT NULL,
    value BYTEA NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, scope, key, once)
);
CREATE INDEX state_changes_by_age ON state_changes (owner, at);
CREATE TABLE table_rows (
    seq BIGSERIAL NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    run TEXT DEFAULT '' NOT NULL,
    node TEXT DEFAULT '' NOT NULL,
    once TEXT,
    data BYTEA NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (seq)
);
CREATE INDEX table_rows_by_name ON table_rows (owner, name, seq);
CREATE UNIQUE INDEX table_rows_once ON table_rows (owner, name, once);
CREATE TABLE collections (
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    dimensions INTEGER DEFAULT '0' NOT NULL,
    revision BIGINT DEFAULT '1' NOT NULL,
    removed BIGINT DEFAULT '0' NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, scope, name)
);
CREATE TABLE documents (
    seq BIGSERIAL NOT NULL,
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    metadata BYTEA NOT NULL,
    source BYTEA NOT NULL,
    home TEXT NOT NULL,
    text TEXT NOT NULL,
    terms TEXT NOT NULL,
    PRIMARY KEY (seq)
);
CREATE UNIQUE INDEX documents_by_id ON documents (owner, scope, collection, id);
CREATE INDEX documents_by_age ON documents (owner, scope, collection, updated_at, seq);
CREATE TABLE document_vectors (
    document BIGINT NOT NULL,
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    collection TEXT NOT NULL,
    revision BIGINT NOT NULL,
    vector BYTEA NOT NULL,
    PRIMARY KEY (document),
    FOREIGN KEY(document) REFERENCES documents (seq) ON DELETE cascade
);
CREATE INDEX document_vectors_of_collection ON document_vectors (owner, scope, collection, revision, document);
alter table documents add column words tsvector
  generated always as (to_tsvector('simple', home || ' ' || terms)) stored;
create index documents_words on documents using gin (words);
alter table state_changes enable row level security;
create policy of_owner on state_changes using (owner = nullif(current_setting('luban.owner', true), ''));
alter table table_rows enable row level security;
create policy of_owner on table_rows using (owner = nullif(current_setting('luban.owner', true), ''));
alter table collections enable row level security;
create policy of_owner on collections using (owner = nullif(current_setting('luban.owner', true), ''));
alter table documents enable row level security;
create policy of_owner on documents using (owner = nullif(current_setting('luban.owner', true), ''));
alter table document_vectors enable row level security;
create policy of_owner on document_vectors using (owner = nullif(current_setting('luban.owner', true), ''));
UPDATE luban_revision SET version_num='0009' WHERE luban_revision.version_num = '0008';
-- Running upgrade 0009 -> 0010
CREATE TABLE models (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    shared BOOLEAN DEFAULT false NOT NULL,
    data BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, id)
);
CREATE TABLE model_use (
    owner TEXT NOT NULL,
    agent TEXT NOT NULL,
    model TEXT NOT NULL,
    day INTEGER NOT NULL,
    calls BIGINT DEFAULT '0' NOT NULL,
    input_tokens BIGINT DEFAULT '0' NOT NULL,
    output_tokens BIGINT DEFAULT '0' NOT NULL,
    usd DOUBLE PRECISION DEFAULT '0' NOT NULL,
    unpriced BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (owner, agent, model, day)
);
CREATE TABLE budgets (
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    data BYTEA NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, scope)
);
CREATE TABLE model_holds (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    agent TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    usd DOUBLE PRECISION NOT NULL,
    unpriced BIGINT NOT NULL,
    until DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, id)
);
ALTER TABLE runs ADD COLUMN unpriced BIGINT DEFAULT '0' NOT NULL;
CREATE TABLE tool_servers (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    shared BOOLEAN DEFAULT false NOT NULL,
    data BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX tool_servers_by_name ON tool_servers (owner, name);
CREATE TABLE threads (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    agent TEXT DEFAULT '' NOT NULL,
    search TEXT DEFAULT '' NOT NULL,
    pinned INTEGER DEFAULT '0' NOT NULL,
    archived INTEGER DEFAULT '0' NOT NULL,
    data BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, id)
);
CREATE INDEX threads_by_age ON threads (owner, archived, updated_at, id);
CREATE TABLE thread_messages (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    thread TEXT NOT NULL,
    settled INTEGER DEFAULT '0' NOT NULL,
    data BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, id)
);
CREATE INDEX thread_messages_by_thread ON thread_messages (owner, thread, id);
CREATE TABLE proposals (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    agent TEXT DEFAULT '' NOT NULL,
    data BYTEA NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner, id)
);
alter table models enable row level security;
create policy of_owner on models using (owner = nullif(current_setting('luban.owner', true), ''));
alter table model_use enable row level security;
create policy of_owner on model_use using (owner = nullif(current_setting('luban.owner', true), ''));
alter table budgets enable row level security;
create policy of_owner on budgets using (owner = nullif(current_setting('luban.owner', true), ''));
alter table model_holds enable row level security;
create policy of_owner on model_holds using (owner = nullif(current_setting('luban.owner', true), ''));
alter table tool_servers enable row level security;
create policy of_owner on tool_servers using (owner = nullif(current_setting('luban.owner', true), ''));
alter table threads enable row level security;
create policy of_owner on threads using (owner = nullif(current_setting('luban.owner', true), ''));
alter table thread_messages enable row level security;
create policy of_owner on thread_messages using (owner = nullif(current_setting('luban.owner', true), ''));
alter table proposals enable row level security;
create policy of_owner on proposals using (owner = nullif(current_setting('luban.owner', true), ''));
create policy of_everybody on models for select using (shared);
create policy of_everybody on tool_servers for select using (shared);
UPDATE luban_revision SET version_num='0010' WHERE luban_revision.version_num = '0009';
