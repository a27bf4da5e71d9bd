"""All use cases together, as the API and the command line get them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from luban.ports.limits import ProviderLimits
from luban.ports.sandbox import CodeRunner
from luban.ports.watching import Watcher
from luban.services.accounts.accounts import Accounts
from luban.services.accounts.proofs import Proofs
from luban.services.accounts.roles import Roles
from luban.services.accounts.teams import Teams
from luban.services.agent_state import AgentStates
from luban.services.agents import Agents
from luban.services.approvals import Approvals
from luban.services.auditing import Auditing
from luban.services.blocks import Blocks
from luban.services.budgets import Budgets
from luban.services.caps import OwnerCaps
from luban.services.checking import Checking
from luban.services.connecting import Connecting
from luban.services.credentials import Credentials, KeyRotation
from luban.services.credentials.graph_check import CredentialCheck
from luban.services.estimates import Estimates
from luban.services.files import Files
from luban.services.findings import Findings
from luban.services.forks import Forks
from luban.services.health import HealthChecks
from luban.services.memories import Memories
from luban.services.meters import Meters
from luban.services.models import Models
from luban.services.oauth_apps import OAuthApps
from luban.services.offering import Offering
from luban.services.overview import Overview
from luban.services.own_providers import OwnProviders
from luban.services.permission_check import PermissionCheck
from luban.services.proposals import Proposals
from luban.services.rate_limits import RateLimits
from luban.services.replies import Replies
from luban.services.run_archives import RunArchives
from luban.services.run_events import RunEvents
from luban.services.run_news import RunNews
from luban.services.run_states import RunStates
from luban.services.runs import Runs
from luban.services.search import Collections
from luban.services.sharing import Sharing
from luban.services.steps import Steps
from luban.services.tables import OwnTables
from luban.services.talking import Talking
from luban.services.templates import Templates
from luban.services.threads import Threads
from luban.services.tool_logins import ToolLogins
from luban.services.tool_servers import ToolServerService
from luban.services.versions import Versions
from luban.services.webhooks import Webhooks


@dataclass(frozen=True)
class Keeping:
    """What people and agents keep."""

    files: Files
    agent_states: AgentStates
    tables: OwnTables
    collections: Collections
    memories: Memories
    run_archives: RunArchives
    replies: Replies


@dataclass(frozen=True)
class Overseeing:
    """What is looked after, and told of it."""

    provider_limits: ProviderLimits
    rate_limits: RateLimits
    findings: Findings
    audit: Auditing
    health: HealthChecks
    meters: Meters
    watcher: Watcher
    webhooks: Webhooks
    overview: Overview


@dataclass(frozen=True)
class Connected:
    """Services of others, and our own as others reach it."""

    own_providers: OwnProviders
    oauth_apps: OAuthApps
    connecting: Connecting
    tool_servers: ToolServerService
    tool_logins: ToolLogins
    offering: Offering


@dataclass(frozen=True)
class House(Keeping, Overseeing, Connected):
    """One of each."""

    agents: Agents
    versions: Versions
    runs: Runs
    run_events: RunEvents
    run_news: RunNews
    steps: Steps
    forks: Forks
    run_states: RunStates
    approvals: Approvals
    talking: Talking
    threads: Threads
    blocks: Blocks
    checking: Checking
    templates: Templates
    proposals: Proposals
    models: Models
    caps: OwnerCaps
    budgets: Budgets
    estimates: Estimates
    sharing: Sharing
    accounts: Accounts
    proofs: Proofs
    teams: Teams
    roles: Roles
    credentials: Credentials
    credential_check: CredentialCheck
    permission_check: PermissionCheck
    code: CodeRunner
    key_rotation: KeyRotation
    about: dict[str, Any]
    """What may be told of the settings: version, data_dir, database, file_limit, blocks_path."""
