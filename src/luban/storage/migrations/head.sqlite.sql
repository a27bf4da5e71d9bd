-- Generated from the migrations by ./run fix.
CREATE TABLE agents (
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	document BLOB NOT NULL,
	source TEXT,
	revision INTEGER NOT NULL,
	published_version INTEGER,
	latest_version INTEGER,
	search TEXT NOT NULL,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	deleted_at DOUBLE,
	PRIMARY KEY (id)
);
CREATE TABLE api_keys (
	id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	team TEXT NOT NULL,
	name TEXT NOT NULL,
	digest BLOB NOT NULL,
	shown TEXT NOT NULL,
	scopes BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	expires_at DOUBLE,
	last_used_at DOUBLE,
	PRIMARY KEY (id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade,
	UNIQUE (digest)
);
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	at DOUBLE NOT NULL,
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
	details BLOB NOT NULL
);
CREATE TABLE audit_horizon (
	"before" DOUBLE NOT NULL,
	PRIMARY KEY ("before")
);
CREATE TABLE blobs (
	run BIGINT NOT NULL,
	hash TEXT NOT NULL,
	owner TEXT NOT NULL,
	data BLOB NOT NULL,
	PRIMARY KEY (run, hash),
	FOREIGN KEY(run) REFERENCES runs (seq) ON DELETE cascade
);
CREATE TABLE budgets (
	owner TEXT NOT NULL,
	scope TEXT NOT NULL,
	data BLOB NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, scope)
);
CREATE TABLE collections (
	owner TEXT NOT NULL,
	scope TEXT NOT NULL,
	name TEXT NOT NULL,
	dimensions INTEGER DEFAULT '0' NOT NULL,
	revision BIGINT DEFAULT '1' NOT NULL,
	removed BIGINT DEFAULT '0' NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, scope, name)
);
CREATE TABLE credentials (
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	provider TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	record BLOB NOT NULL,
	health TEXT DEFAULT 'unknown' NOT NULL,
	trouble TEXT DEFAULT '' NOT NULL,
	"key" TEXT,
	secret BLOB,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	expires_at DOUBLE,
	checked_at DOUBLE,
	last_used_at DOUBLE,
	held_until DOUBLE,
	PRIMARY KEY (id)
);
CREATE TABLE deliveries (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	webhook TEXT NOT NULL,
	event TEXT NOT NULL,
	body BLOB NOT NULL,
	status TEXT NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	next_at DOUBLE,
	answer BLOB,
	created_at DOUBLE NOT NULL,
	ended_at DOUBLE,
	UNIQUE (id),
	FOREIGN KEY(webhook) REFERENCES webhooks (id) ON DELETE cascade
);
CREATE TABLE document_vectors (
	document INTEGER NOT NULL,
	owner TEXT NOT NULL,
	scope TEXT NOT NULL,
	collection TEXT NOT NULL,
	revision BIGINT NOT NULL,
	vector BLOB NOT NULL,
	PRIMARY KEY (document),
	FOREIGN KEY(document) REFERENCES documents (seq) ON DELETE cascade
);
CREATE VIRTUAL TABLE document_words using fts5 (
  home, terms, content='documents', content_rowid='seq',
  tokenize="unicode61 remove_diacritics 0");
CREATE TABLE documents (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	owner TEXT NOT NULL,
	scope TEXT NOT NULL,
	collection TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	metadata BLOB NOT NULL,
	source BLOB NOT NULL,
	home TEXT NOT NULL,
	text TEXT NOT NULL,
	terms TEXT NOT NULL
);
CREATE TABLE factors (
	id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	secret BLOB NOT NULL,
	counter BIGINT DEFAULT '0' NOT NULL,
	confirmed INTEGER DEFAULT '0' NOT NULL,
	created_at DOUBLE NOT NULL,
	last_used_at DOUBLE,
	PRIMARY KEY (id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade
);
CREATE TABLE file_usage (
	owner TEXT NOT NULL,
	bytes BIGINT DEFAULT '0' NOT NULL,
	files BIGINT DEFAULT '0' NOT NULL,
	quota BIGINT,
	PRIMARY KEY (owner)
);
CREATE TABLE files (
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	size BIGINT NOT NULL,
	created_at DOUBLE NOT NULL, workspace TEXT DEFAULT '' NOT NULL, path TEXT DEFAULT '' NOT NULL, version INTEGER DEFAULT '0' NOT NULL, newest INTEGER DEFAULT '1' NOT NULL, run TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE graph_versions (
	agent_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	owner TEXT NOT NULL,
	digest TEXT NOT NULL,
	document BLOB NOT NULL,
	label TEXT NOT NULL,
	created_at DOUBLE NOT NULL,
	PRIMARY KEY (agent_id, version),
	FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE TABLE identities (
	issuer TEXT NOT NULL,
	subject TEXT NOT NULL,
	user_id TEXT NOT NULL,
	email TEXT DEFAULT '' NOT NULL,
	created_at DOUBLE NOT NULL,
	PRIMARY KEY (issuer, subject),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade
);
CREATE TABLE inbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	owner TEXT NOT NULL,
	run BIGINT NOT NULL,
	"key" TEXT NOT NULL,
	data BLOB NOT NULL,
	once TEXT,
	sent_at DOUBLE NOT NULL,
	FOREIGN KEY(run) REFERENCES runs (seq) ON DELETE cascade
);
CREATE TABLE journal (
	id INTEGER NOT NULL,
	owner TEXT NOT NULL,
	run BIGINT NOT NULL,
	kind TEXT NOT NULL,
	node TEXT NOT NULL,
	iteration INTEGER NOT NULL,
	data BLOB,
	blob TEXT,
	PRIMARY KEY (id)
);
CREATE TABLE links (
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	digest BLOB NOT NULL,
	resource TEXT NOT NULL,
	resource_id TEXT NOT NULL,
	scopes BLOB NOT NULL,
	made_by TEXT DEFAULT '' NOT NULL,
	created_at DOUBLE NOT NULL,
	expires_at DOUBLE,
	last_used_at DOUBLE,
	PRIMARY KEY (id),
	UNIQUE (digest)
);
CREATE TABLE luban_revision (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT luban_revision_pkc PRIMARY KEY (version_num)
);
CREATE TABLE members (
	team TEXT NOT NULL,
	user_id TEXT NOT NULL,
	role TEXT NOT NULL,
	created_at DOUBLE NOT NULL,
	PRIMARY KEY (team, user_id),
	FOREIGN KEY(team) REFERENCES teams (id) ON DELETE cascade,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade
);
CREATE TABLE model_holds (
	owner TEXT NOT NULL,
	id TEXT NOT NULL,
	agent TEXT NOT NULL,
	tokens BIGINT NOT NULL,
	usd DOUBLE NOT NULL,
	unpriced BIGINT NOT NULL,
	until DOUBLE NOT NULL,
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
	usd DOUBLE DEFAULT '0' NOT NULL,
	unpriced BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (owner, agent, model, day)
);
CREATE TABLE models (
	owner TEXT NOT NULL,
	id TEXT NOT NULL,
	shared BOOLEAN DEFAULT 0 NOT NULL,
	data BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE TABLE one_time (
	kind TEXT NOT NULL,
	digest BLOB NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	data BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	expires_at DOUBLE NOT NULL,
	PRIMARY KEY (kind, digest)
);
CREATE TABLE outbox (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	owner TEXT NOT NULL,
	run TEXT NOT NULL,
	event TEXT NOT NULL,
	data BLOB,
	at DOUBLE NOT NULL
);
CREATE TABLE proposals (
	owner TEXT NOT NULL,
	id TEXT NOT NULL,
	agent TEXT DEFAULT '' NOT NULL,
	data BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE TABLE provider_limits (
	"key" TEXT NOT NULL,
	blocked_at DOUBLE DEFAULT '0' NOT NULL,
	blocked_until DOUBLE DEFAULT '0' NOT NULL,
	refused_rate DOUBLE,
	requests DOUBLE,
	model_tokens DOUBLE,
	refilled_at DOUBLE DEFAULT '0' NOT NULL,
	shares BLOB,
	changed_at DOUBLE NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE providers (
	owner TEXT NOT NULL,
	id TEXT NOT NULL,
	record BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE TABLE replies (
	owner TEXT NOT NULL,
	"key" TEXT NOT NULL,
	status INTEGER NOT NULL,
	body BLOB NOT NULL,
	fingerprint TEXT NOT NULL,
	created_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, "key")
);
CREATE TABLE roles (
	name TEXT NOT NULL,
	permissions BLOB NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE runs (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	agent_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	status TEXT NOT NULL,
	trigger_kind TEXT NOT NULL,
	trigger_key TEXT,
	inputs BLOB NOT NULL,
	outputs BLOB,
	error BLOB,
	starved BLOB,
	waiting_for BLOB,
	steps INTEGER DEFAULT '0' NOT NULL,
	created_at DOUBLE NOT NULL,
	started_at DOUBLE,
	ended_at DOUBLE,
	worker BIGINT,
	claims INTEGER DEFAULT '0' NOT NULL,
	cancel_requested INTEGER DEFAULT '0' NOT NULL,
	prio INTEGER DEFAULT '0' NOT NULL,
	vt DOUBLE DEFAULT '0' NOT NULL,
	wake_at DOUBLE,
	nudge BIGINT DEFAULT '0' NOT NULL, asks INTEGER DEFAULT '0' NOT NULL, tokens BIGINT DEFAULT '0' NOT NULL, usd DOUBLE DEFAULT '0' NOT NULL, parent TEXT, parent_node TEXT, parent_iteration INTEGER, parent_key TEXT, depth INTEGER DEFAULT '0' NOT NULL, forked_from TEXT, options BLOB, pause_requested INTEGER DEFAULT '0' NOT NULL, parked INTEGER DEFAULT '0' NOT NULL, seen BIGINT DEFAULT '0' NOT NULL, kin INTEGER DEFAULT '0' NOT NULL, strikes INTEGER DEFAULT '0' NOT NULL, mark BIGINT DEFAULT '0' NOT NULL, at_once INTEGER, capped INTEGER DEFAULT '0' NOT NULL, unpriced BIGINT DEFAULT '0' NOT NULL,
	UNIQUE (id)
);
CREATE TABLE sessions (
	id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	digest BLOB NOT NULL,
	team TEXT NOT NULL,
	address TEXT DEFAULT '' NOT NULL,
	agent TEXT DEFAULT '' NOT NULL,
	created_at DOUBLE NOT NULL,
	last_used_at DOUBLE NOT NULL,
	expires_at DOUBLE NOT NULL,
	confirmed_at DOUBLE NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE cascade,
	UNIQUE (digest)
);
CREATE TABLE shares (
	owner TEXT NOT NULL,
	weight DOUBLE DEFAULT '1' NOT NULL,
	last_vt DOUBLE DEFAULT '0' NOT NULL,
	running INTEGER,
	queued INTEGER,
	PRIMARY KEY (owner)
);
CREATE TABLE state (
	owner TEXT NOT NULL,
	scope TEXT NOT NULL,
	"key" TEXT NOT NULL,
	value BLOB NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, scope, "key")
);
CREATE TABLE state_changes (
	owner TEXT NOT NULL,
	scope TEXT NOT NULL,
	"key" TEXT NOT NULL,
	once TEXT NOT NULL,
	value BLOB NOT NULL,
	at DOUBLE NOT NULL,
	PRIMARY KEY (owner, scope, "key", once)
);
CREATE TABLE table_rows (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	owner TEXT NOT NULL,
	name TEXT NOT NULL,
	run TEXT DEFAULT '' NOT NULL,
	node TEXT DEFAULT '' NOT NULL,
	once TEXT,
	data BLOB NOT NULL,
	at DOUBLE NOT NULL
);
CREATE TABLE teams (
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	personal TEXT,
	created_at DOUBLE NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE thread_messages (
	owner TEXT NOT NULL,
	id TEXT NOT NULL,
	thread TEXT NOT NULL,
	settled INTEGER DEFAULT '0' NOT NULL,
	data BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE TABLE threads (
	owner TEXT NOT NULL,
	id TEXT NOT NULL,
	agent TEXT DEFAULT '' NOT NULL,
	search TEXT DEFAULT '' NOT NULL,
	pinned INTEGER DEFAULT '0' NOT NULL,
	archived INTEGER DEFAULT '0' NOT NULL,
	data BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE TABLE tool_servers (
	owner TEXT NOT NULL,
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	shared BOOLEAN DEFAULT 0 NOT NULL,
	data BLOB NOT NULL,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE TABLE users (
	id TEXT NOT NULL,
	email TEXT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	role TEXT NOT NULL,
	password TEXT,
	team TEXT NOT NULL,
	disabled INTEGER DEFAULT '0' NOT NULL,
	created_at DOUBLE NOT NULL,
	last_seen_at DOUBLE,
	PRIMARY KEY (id),
	UNIQUE (email)
);
CREATE TABLE webhooks (
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	record BLOB NOT NULL,
	"key" TEXT,
	secret BLOB,
	created_at DOUBLE NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE workers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	lock TEXT,
	lease DOUBLE,
	batch BIGINT DEFAULT '0' NOT NULL,
	dead INTEGER DEFAULT '0' NOT NULL,
	started_at DOUBLE NOT NULL
);
CREATE INDEX agents_by_update ON agents (owner, updated_at, id);
CREATE INDEX api_keys_of_user ON api_keys (user_id, team);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_of_resource ON audit (resource, resource_id, id);
CREATE INDEX audit_of_team ON audit (team, id);
CREATE INDEX audit_of_user ON audit (user_id, id);
CREATE INDEX credentials_by_key ON credentials ("key");
CREATE UNIQUE INDEX credentials_by_name ON credentials (owner, name);
CREATE INDEX credentials_of_provider ON credentials (owner, provider, name);
CREATE INDEX deliveries_due ON deliveries (status, next_at);
CREATE INDEX deliveries_of_webhook ON deliveries (owner, webhook, seq);
CREATE INDEX document_vectors_of_collection ON document_vectors (owner, scope, collection, revision, document);
CREATE INDEX documents_by_age ON documents (owner, scope, collection, updated_at, seq);
CREATE UNIQUE INDEX documents_by_id ON documents (owner, scope, collection, id);
CREATE INDEX factors_of_user ON factors (user_id);
CREATE INDEX files_by_age ON files (owner, created_at, id);
CREATE UNIQUE INDEX files_by_path ON files (owner, workspace, path, version) WHERE workspace <> '';
CREATE INDEX files_of_runs ON files (created_at, id) WHERE run <> '' and workspace = '';
CREATE INDEX identities_of_user ON identities (user_id);
CREATE UNIQUE INDEX inbox_once ON inbox (run, once);
CREATE INDEX journal_of_run ON journal (run);
CREATE INDEX links_of_resource ON links (owner, resource, resource_id);
CREATE INDEX members_of_user ON members (user_id);
CREATE INDEX one_time_by_end ON one_time (expires_at);
CREATE INDEX one_time_by_subject ON one_time (kind, subject);
CREATE INDEX replies_by_age ON replies (owner, created_at);
CREATE INDEX runs_asking ON runs (owner, asks) WHERE asks > 0;
CREATE INDEX runs_capped ON runs (capped, owner, agent_id, prio desc, vt, seq) WHERE status = 'queued' and capped = 1;
CREATE INDEX runs_counted ON runs (owner, status, capped, agent_id) WHERE status = 'running' and capped = 1;
CREATE INDEX runs_ended ON runs (owner, agent_id, ended_at, seq) WHERE ended_at is not null;
CREATE INDEX runs_held ON runs (worker) WHERE status = 'running';
CREATE INDEX runs_listed ON runs (owner, seq);
CREATE INDEX runs_next ON runs (capped, prio desc, vt, seq) WHERE status = 'queued' and strikes < 2;
CREATE INDEX runs_nudged ON runs (worker) WHERE status = 'running' and nudge <> seen;
CREATE INDEX runs_of_agent ON runs (owner, agent_id, seq);
CREATE INDEX runs_of_parent ON runs (parent, owner, seq) WHERE parent is not null;
CREATE INDEX runs_queued ON runs (prio desc, vt, seq) WHERE status = 'queued';
CREATE INDEX runs_recorded ON runs (seq) WHERE options is not null and instr(options, cast('"recorded":"' as blob)) > 0;
CREATE INDEX runs_struck ON runs (prio desc, vt, seq) WHERE status = 'queued' and strikes > 0;
CREATE INDEX runs_to_tell ON runs (parent, seq) WHERE kin > 0 and ended_at is not null;
CREATE UNIQUE INDEX runs_triggered ON runs (owner, trigger_key) WHERE trigger_key is not null;
CREATE INDEX runs_waiting ON runs (wake_at) WHERE status = 'waiting';
CREATE INDEX runs_with_status ON runs (owner, status, seq);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX shares_by_turn ON shares (last_vt);
CREATE INDEX state_changes_by_age ON state_changes (owner, at);
CREATE INDEX table_rows_by_name ON table_rows (owner, name, seq);
CREATE UNIQUE INDEX table_rows_once ON table_rows (owner, name, once);
CREATE INDEX thread_messages_by_thread ON thread_messages (owner, thread, id);
CREATE INDEX threads_by_age ON threads (owner, archived, updated_at, id);
CREATE UNIQUE INDEX tool_servers_by_name ON tool_servers (owner, name);
CREATE INDEX users_by_role ON users (role);
CREATE INDEX webhooks_of_owner ON webhooks (owner, id);
CREATE TRIGGER audit_is_kept before update on audit begin select raise(abort, 'the audit log is not changed'); end;
CREATE TRIGGER audit_only_grows before insert on audit when exists (select 1 from audit where id = new.id) begin select raise(abort, 'the audit log is not changed'); end;
CREATE TRIGGER audit_stays before delete on audit when not exists (select 1 from audit_horizon where before > old.at) begin select raise(abort, 'the audit log is kept'); end;
CREATE TRIGGER audit_horizon_lags before insert on audit_horizon when new.before > (julianday('now') - 2440587.5 - 1) * 86400.0 begin select raise(abort, 'the audit log is kept for a day at least'); end;
CREATE TRIGGER documents_added after insert on documents begin
  insert into document_words (rowid, home, terms) values (new.seq, new.home, new.terms); end;
CREATE TRIGGER documents_changed after update of home, terms on documents begin
  insert into document_words (document_words, rowid, home, terms)
  values ('delete', old.seq, old.home, old.terms);
  insert into document_words (rowid, home, terms) values (new.seq, new.home, new.terms); end;
CREATE TRIGGER documents_removed after delete on documents begin
  insert into document_words (document_words, rowid, home, terms)
  values ('delete', old.seq, old.home, old.terms); end;
CREATE TRIGGER runs_tell after update of status on runs when new.status <> old.status begin insert into outbox (owner, run, event, data, at) select new.owner, new.id, case new.status when 'running' then 'run.started' else 'run.' || new.status end, case new.status when 'waiting' then new.waiting_for else null end, (julianday('now') - 2440587.5) * 86400.0 from webhooks w where w.owner = new.owner and new.status <> old.status and (new.status in ('waiting', 'completed', 'failed', 'cancelled') or (new.status = 'running' and old.started_at is null)) limit 1; end;
insert into luban_revision (version_num) values ('0010');
