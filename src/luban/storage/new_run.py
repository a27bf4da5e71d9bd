"""A run as it is before anything happened to it."""

from __future__ import annotations

from luban.model.run import Run, RunDraft, RunOptions, RunStatus
from luban.model.values import decode, encode


def new_run(draft: RunDraft, agent_name: str) -> Run:
    """What a draft becomes when it is stored; it shares nothing with the draft."""
    options = draft.options
    return Run(
        id=draft.id,
        owner=draft.owner,
        agent_id=draft.agent_id,
        agent_name=agent_name,
        version=draft.version,
        status=RunStatus.QUEUED,
        trigger=draft.trigger,
        inputs=decode(encode(draft.inputs)),
        parent=draft.parent,
        depth=draft.depth,
        priority=draft.priority,
        forked_from=draft.forked_from,
        options=RunOptions.model_validate(decode(encode(options.model_dump())))
        if options
        else None,
        created_at=draft.created_at,
    )
