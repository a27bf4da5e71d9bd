"""The composition root: which adapter stands behind which port, and what is made over them.

Nothing outside this package joins the two: `adapters.py` opens what is behind the ports, the parts
(`watching.py`, `vault.py`, `proofs.py`, `providers.py`) and `house.py` make the use cases over it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from luban.engine.guard import Guard
from luban.engine.watch import LoopWatch
from luban.engine.worker import Worker
from luban.llm import ConfiguredModels
from luban.llm.budget_gate import BudgetGate
from luban.llm.recording import Recording
from luban.model.graph import Retention as Keep
from luban.net import AllowList
from luban.net.driver_gate import DriverGate
from luban.ports.journal import RunQueue
from luban.registry import Registry
from luban.server.adapters import Adapters, open_adapters
from luban.server.code import CodeOfSteps
from luban.server.house import make_house
from luban.server.isolation import Isolation
from luban.server.models import open_models
from luban.server.proofs import open_people
from luban.server.settings import Settings
from luban.server.step_models import StepModels
from luban.server.vault import Vault, open_vault
from luban.server.watching import Watching, check_worker, open_sending, open_watching
from luban.server.world import HomeWorld, Kept
from luban.services.agent_catalogue import Catalogues
from luban.services.file_collection import FileCollection
from luban.services.house import House
from luban.services.offered_tools import OfferedTools
from luban.services.retention import Retention
from luban.services.sub_agents import SubAgents
from luban.services.versions import StoredGraphs
from luban.services.webhooks import Sending
from luban.storage.outside import OutsideDatabases
from luban.watching.metrics import MetricsCollector


@dataclass(frozen=True)
class Home:
    """An open installation: its use cases, and a worker that nobody has started yet."""

    settings: Settings
    house: House
    worker: Worker
    registry: Registry
    retention: Retention
    collection: FileCollection
    queue: RunQueue
    watch: LoopWatch
    """Looks for blocks that hold up this process, once it is started."""
    guard: Guard
    collector: MetricsCollector
    sending: Sending
    vault: Vault

    async def start_worker(self) -> None:
        """Begins to take runs, if this process is to, and to watch over their blocks."""
        if self.settings.slots:
            self.watch.start()
            await self.worker.start()
            check_worker(self.house.health, self.guard)
        self.house.health.ready = True

    def blocks_changed(self) -> None:
        """The registry looked again and found other code: nothing said of the old one counts."""
        self.house.checking.forget()
        self.worker.plan_changed()


@asynccontextmanager
async def open_home(settings: Settings, *, isolated: bool = False) -> AsyncIterator[Home]:
    """Opens everything and, at the end, hands unfinished runs back and closes it again.

    An `isolated` worker takes the runs that killed others, one at a time.

    Raises what the adapters raise: `DataFolderNotWritable`, `DatabaseIsNewer`, `InvalidValue`, …
    """
    async with AsyncExitStack() as closing:
        over = await open_adapters(settings, closing)
        database, guard, clock = over.database, over.guard, over.clock
        watching = open_watching(settings, database, clock)
        vault = await open_vault(settings, database, over.registry, over.http, clock)
        closing.push_async_callback(vault.aclose)
        people = open_people(settings, database, vault.sealing, clock)
        closing.push_async_callback(people.aclose)
        models = open_models(settings, database.models, vault.nodes)
        closing.push_async_callback(models.aclose)
        house = make_house(over, watching, vault, people, models)
        closing.push_async_callback(watching.aclose)
        closing.push_async_callback(house.threads.aclose)
        watch = LoopWatch(guard.bounds.blocked_seconds, guard.findings)
        closing.callback(watch.stop)
        isolation = Isolation(settings)
        closing.push_async_callback(isolation.aclose)
        worker = _worker(over, models, house, watching, vault, isolation, isolated=isolated)
        closing.push_async_callback(worker.stop)
        yield Home(
            settings,
            house,
            worker,
            over.registry,
            _retention(over, house),
            FileCollection(over.files, clock),
            database.queue,
            watch,
            guard,
            watching.collector,
            open_sending(watching, database.webhooks, vault.sealing, over.http, guard, clock),
            vault,
        )


def _worker(
    over: Adapters,
    models: ConfiguredModels,
    house: House,
    watching: Watching,
    vault: Vault,
    isolation: Isolation,
    *,
    isolated: bool,
) -> Worker:
    below = SubAgents(house.agents, house.runs)
    database = over.database
    gate = DriverGate(AllowList.parse(over.settings.allow_hosts))
    outside = OutsideDatabases(gate.address, over.settings.sqlite_paths)
    kept = Kept(database.state, database.rows, database.index, outside, gate, over.clock)
    recording = Recording(over.settings.models_record, over.settings.models_replay)
    asked = StepModels(models, over.limits, recording, database.state, over.clock)
    world = HomeWorld(
        over.http,
        over.browser,
        over.mail,
        asked,
        over.limits,
        over.files,
        house.files.links,
        kept,
        CodeOfSteps(over.code, over.settings, database.teams, database.runs),
        below,
        vault.nodes,
        house.tool_servers,
        Catalogues(house.blocks, house.checking, house.agents, house.proposals),
        OfferedTools(house.agents, house.versions, house.checking, house.tool_servers),
    )
    return Worker(
        queue=database.queue,
        journal=watching.journal,
        graphs=StoredGraphs(database.agents, over.registry),
        blocks=over.registry,
        world=watching.world(world),
        clock=over.clock,
        bus=over.bus,
        bell=over.bell,
        slots=1 if isolated else over.settings.slots,
        isolated=isolated,
        on_isolated=isolation.needed,
        guard=over.guard,
        watch=watching.runs,
        gate=BudgetGate(database.budgets, models, over.clock),
    )


def _retention(over: Adapters, house: House) -> Retention:
    from luban.storage.files.archives import DiskArchives

    settings, database = over.settings, over.database
    return Retention(
        database.retention,
        database.runs,
        house.run_archives,
        over.clock,
        keep=Keep(days=settings.keep_days, runs=settings.keep_runs),
        folder=DiskArchives(settings.archive_dir) if settings.archive_dir else None,
    )
