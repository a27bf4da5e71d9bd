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
CREATE TABLE blobs (
	run BIGINT NOT NULL,
	hash TEXT NOT NULL,
	owner TEXT NOT NULL,
	data BLOB NOT NULL,
	PRIMARY KEY (run, hash),
	FOREIGN KEY(run) REFERENCES runs (seq) ON DELETE cascade
);
CREATE TABLE files (
	id TEXT NOT NULL,
	owner TEXT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	size BIGINT NOT NULL,
	created_at DOUBLE NOT NULL,
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
CREATE TABLE luban_revision (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT luban_revision_pkc PRIMARY KEY (version_num)
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
	nudge BIGINT DEFAULT '0' NOT NULL,
	UNIQUE (id)
);
CREATE TABLE state (
	owner TEXT NOT NULL,
	scope TEXT NOT NULL,
	"key" TEXT NOT NULL,
	value BLOB NOT NULL,
	updated_at DOUBLE NOT NULL,
	PRIMARY KEY (owner, scope, "key")
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
CREATE INDEX files_by_age ON files (owner, created_at, id);
CREATE INDEX journal_of_run ON journal (run);
CREATE INDEX replies_by_age ON replies (owner, created_at);
CREATE INDEX runs_held ON runs (worker) WHERE status = 'running';
CREATE INDEX runs_listed ON runs (owner, seq);
CREATE INDEX runs_of_agent ON runs (owner, agent_id, seq);
CREATE INDEX runs_queued ON runs (prio desc, vt, seq) WHERE status = 'queued';
CREATE UNIQUE INDEX runs_triggered ON runs (owner, trigger_key) WHERE trigger_key is not null;
CREATE INDEX runs_waiting ON runs (wake_at) WHERE status = 'waiting';
CREATE INDEX runs_with_status ON runs (owner, status, seq);
insert into luban_revision (version_num) values ('0001');
