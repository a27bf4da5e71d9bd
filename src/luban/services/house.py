"""All use cases together, as the API and the command line get them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from luban.services.agents import Agents
from luban.services.blocks import Blocks
from luban.services.checking import Checking
from luban.services.files import Files
from luban.services.models import Models
from luban.services.replies import Replies
from luban.services.run_events import RunEvents
from luban.services.runs import Runs
from luban.services.steps import Steps
from luban.services.templates import Templates
from luban.services.versions import Versions


@dataclass(frozen=True)
class House:
    """One of each."""

    agents: Agents
    versions: Versions
    runs: Runs
    run_events: RunEvents
    steps: Steps
    blocks: Blocks
    checking: Checking
    files: Files
    templates: Templates
    models: Models
    replies: Replies
    about: dict[str, Any]
    """What may be told of the settings: version, data_dir, database, file_limit, blocks_path."""
