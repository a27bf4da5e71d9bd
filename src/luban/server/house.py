"""The use cases of an installation, made over its adapters."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import luban
from luban.llm import ConfiguredModels
from luban.llm.budget_gate import BudgetGate
from luban.mcp.logins import AskedLogins
from luban.ports.stores import Caps
from luban.server.adapters import Adapters
from luban.server.files import open_links, open_uploads
from luban.server.models import reachable
from luban.server.proofs import People
from luban.server.providers import provider_services
from luban.server.settings import Settings
from luban.server.vault import Vault
from luban.server.watching import Watching, open_meters, open_webhooks
from luban.services.accounts.roles import Roles
from luban.services.accounts.teams import open_teams
from luban.services.agent_state import AgentStates
from luban.services.agents import Agents
from luban.services.approvals import Approvals
from luban.services.blocks import Blocks
from luban.services.budgets import Budgets
from luban.services.builder import Builder
from luban.services.caps import OwnerCaps
from luban.services.checking import Checking
from luban.services.estimates import Estimates
from luban.services.files import Files
from luban.services.findings import Findings
from luban.services.forks import Forks
from luban.services.house import Connected, House, Keeping, Overseeing
from luban.services.kept_agents import KeptAgents
from luban.services.memories import Memories
from luban.services.models import Models
from luban.services.offered_tools import OfferedTools
from luban.services.offering import Offering
from luban.services.overview import Overview
from luban.services.permission_check import PermissionCheck
from luban.services.proposals import Proposals
from luban.services.rate_limits import RateLimits, RateSettings
from luban.services.replies import Replies
from luban.services.run_archives import RunArchives
from luban.services.run_events import RunEvents
from luban.services.run_news import RunNews
from luban.services.run_states import RunStates
from luban.services.runs import Runs
from luban.services.search import Collections
from luban.services.sharing import Sharing
from luban.services.shell_permission import ShellPermission
from luban.services.steps import Steps
from luban.services.tables import OwnTables
from luban.services.talking import Talking
from luban.services.templates import Templates
from luban.services.threads import Threads
from luban.services.tool_logins import ToolLogins
from luban.services.tool_servers import ToolServerService
from luban.services.versions import StoredGraphs, Versions


class _Core(NamedTuple):
    """What nearly everything else is made of."""

    kept: KeptAgents
    checking: Checking
    templates: Templates
    agents: Agents
    versions: Versions
    caps: OwnerCaps
    runs: Runs
    steps: Steps
    graphs: StoredGraphs


def make_house(
    over: Adapters,
    watching: Watching,
    vault: Vault,
    people: People,
    models: ConfiguredModels,
) -> House:
    """One of each."""
    settings, database, clock = over.settings, over.database, over.clock
    core = _core(over, watching)
    agents, runs, steps, journal = core.agents, core.runs, core.steps, database.journal
    talk = _talk(over, core)
    roles = Roles(database.teams, people.accounts.recent)
    return House(
        **vars(_keeping(over, core, vault)),
        **vars(_overseeing(over, watching, vault)),
        **vars(_connected(over, core, vault, talk.talking)),
        agents=agents,
        versions=core.versions,
        runs=runs,
        run_events=talk.run_events,
        run_news=talk.run_news,
        talking=talk.talking,
        threads=talk.threads,
        steps=steps,
        forks=_forks(over, core),
        run_states=RunStates(runs, journal, core.graphs, over.registry),
        approvals=_approvals(over),
        blocks=Blocks(over.registry),
        checking=core.checking,
        templates=core.templates,
        proposals=_proposals(over, core, vault),
        models=Models(models, database.models, database.credentials, reachable(settings), clock),
        caps=core.caps,
        budgets=Budgets(database.budgets, agents, clock),
        estimates=_estimates(over, core, models),
        accounts=people.accounts,
        proofs=people.proofs,
        teams=open_teams(people.accounts, roles),
        roles=roles,
        sharing=_sharing(over, core, talk.threads),
        credentials=vault.credentials,
        credential_check=vault.check,
        permission_check=_permission_check(over),
        code=over.code,
        key_rotation=vault.rotation,
        about=_about(over),
    )


def _keeping(over: Adapters, core: _Core, vault: Vault) -> Keeping:
    database, clock = over.database, over.clock
    return Keeping(
        files=_files(over, vault),
        agent_states=AgentStates(database.state, core.agents),
        tables=OwnTables(database.rows, clock),
        collections=Collections(database.index, clock),
        memories=Memories(database.index, core.agents, clock),
        run_archives=RunArchives(core.runs, core.kept, database.journal, database.retention),
        replies=Replies(database.replies, clock),
    )


def _overseeing(over: Adapters, watching: Watching, vault: Vault) -> Overseeing:
    settings, database, clock = over.settings, over.database, over.clock
    findings = Findings(database.runs, over.guard, clock)
    return Overseeing(
        provider_limits=over.limits,
        rate_limits=RateLimits(over.rates, RateSettings.read(settings.rate_limits)),
        findings=findings,
        audit=watching.audit,
        health=watching.health,
        meters=open_meters(watching, database, over.limits, findings, clock),
        watcher=watching,
        webhooks=open_webhooks(watching, database.webhooks, vault.sealing, clock),
        overview=Overview(database.overview, over.limits, clock),
    )


def _connected(over: Adapters, core: _Core, vault: Vault, talking: Talking) -> Connected:
    settings, database, clock = over.settings, over.database, over.clock
    connecting = provider_services(
        settings, database, vault.providers, vault.credentials, vault.opening, vault.sealing, clock
    )
    tool_servers = ToolServerService(
        database.tool_servers, over.tool_sessions, vault.credentials, vault.nodes, clock
    )
    return Connected(
        own_providers=connecting.own,
        oauth_apps=connecting.apps,
        connecting=connecting.connecting,
        tool_servers=tool_servers,
        tool_logins=ToolLogins(
            tool_servers, AskedLogins(over.http), connecting.own, connecting.connecting
        ),
        offering=_offering(over, core, talking, tool_servers),
    )


class _Talk(NamedTuple):
    """Runs as they are followed, and the conversations made of them."""

    run_events: RunEvents
    run_news: RunNews
    talking: Talking
    threads: Threads


def _talk(over: Adapters, core: _Core) -> _Talk:
    database, bus, clock = over.database, over.bus, over.clock
    run_events = RunEvents(core.runs, database.journal, bus, clock)
    run_news = RunNews(core.runs, database.runs, bus, clock)
    talking = Talking(
        core.agents,
        core.kept,
        core.versions,
        core.runs,
        run_events,
        core.checking,
        over.registry,
        clock,
    )
    threads = Threads(database.threads, talking, core.runs, run_events, run_news, clock)
    return _Talk(run_events, run_news, talking, threads)


def _approvals(over: Adapters) -> Approvals:
    database = over.database
    return Approvals(
        database.runs,
        database.queue,
        database.journal,
        bell=over.bell,
        bus=over.bus,
        clock=over.clock,
    )


def _files(over: Adapters, vault: Vault) -> Files:
    links = open_links(over.settings, over.files, vault.sealing, over.clock)
    return Files(over.files, open_uploads(over.settings), links)


def _estimates(over: Adapters, core: _Core, models: ConfiguredModels) -> Estimates:
    return Estimates(
        core.agents,
        core.versions,
        core.checking,
        core.runs,
        over.database.journal,
        over.registry,
        BudgetGate(over.database.budgets, models, over.clock),
    )


def _sharing(over: Adapters, core: _Core, threads: Threads) -> Sharing:
    return Sharing(
        over.database.links,
        core.agents,
        core.runs,
        core.steps,
        core.checking,
        over.registry,
        threads,
        over.clock,
    )


def _offering(
    over: Adapters, core: _Core, talking: Talking, tool_servers: ToolServerService
) -> Offering:
    return Offering(
        core.agents,
        OfferedTools(core.agents, core.versions, core.checking, tool_servers),
        core.runs,
        talking,
        Blocks(over.registry),
        over.registry,
        over.settings.mcp_blocks,
    )


def _proposals(over: Adapters, core: _Core, vault: Vault) -> Proposals:
    builder = Builder(core.agents, core.runs)
    return Proposals(
        over.database.proposals,
        core.agents,
        core.runs,
        core.checking,
        builder,
        over.clock,
        (vault.check, _permission_check(over)),
    )


def _permission_check(over: Adapters) -> PermissionCheck:
    shell = ShellPermission(over.database.teams, over.database.runs)
    return PermissionCheck(shell, over.registry)


def _core(over: Adapters, watching: Watching) -> _Core:
    database, clock = over.database, over.clock
    checking = Checking(over.registry)
    templates = Templates(_template_folder(), checking)
    kept = KeptAgents(database.agents, over.registry)
    agents = Agents(kept, database.runs, checking, templates, clock)
    versions = Versions(kept, agents, checking, clock)
    caps = OwnerCaps(database.runs, database.state, _default_caps(over.settings))
    runs = Runs(
        database.runs,
        agents,
        versions,
        checking,
        caps=caps,
        bell=over.bell,
        bus=over.bus,
        clock=clock,
        on_queued=watching.audit.run_queued,
        trace_parent=watching.trace_parent,
    )
    graphs = StoredGraphs(database.agents, over.registry)
    steps = Steps(runs, database.journal, graphs, over.registry, clock)
    return _Core(kept, checking, templates, agents, versions, caps, runs, steps, graphs)


def _forks(over: Adapters, core: _Core) -> Forks:
    return Forks(
        core.runs,
        core.agents,
        core.versions,
        core.checking,
        journal=over.database.journal,
        graphs=core.graphs,
        blocks=over.registry,
        clock=over.clock,
    )


def _about(over: Adapters) -> dict[str, Any]:
    settings = over.settings
    return {
        "version": version("luban"),
        "data_dir": str(settings.home),
        "database": over.database.kind,
        "file_limit": settings.file_limit,
        "upload_limit": settings.upload_limit,
        "blocks_path": [str(path) for path in settings.blocks_path],
    }


def _default_caps(settings: Settings) -> Caps:
    """What owners without caps of their own may have; 0 in a setting is no cap."""
    return Caps(running=settings.max_running_runs or None, queued=settings.max_queued_runs or None)


def _template_folder() -> Path | None:
    """The examples: inside the installed package, or in the repository it is run from."""
    package = Path(luban.__file__).parent
    for folder in (package / "templates", package.parents[1] / "examples"):
        if folder.is_dir():
            return folder
    return None
