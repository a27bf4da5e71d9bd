"""From the domain's values to the views that travel."""

from __future__ import annotations

from typing import Any

from luban.engine.findings import Sighting
from luban.engine.history import AttemptRecord, StepRecord
from luban.model.run import Run
from luban.model.spending import known_usd
from luban.model.views import (
    AgentInputView,
    AgentView,
    ApprovalView,
    AttemptView,
    BrokenBlockView,
    FileView,
    RunView,
    SightingView,
    StepPlace,
    StepView,
    TemplateView,
    VersionView,
    moment,
)
from luban.ports.files import LET_GO, StoredFile
from luban.ports.stores import GraphVersion
from luban.services.agents import AgentDetail
from luban.services.approvals import Question
from luban.services.blocks import Broken
from luban.services.files import reference
from luban.services.run_inputs import AskedInput
from luban.services.templates import Template
from luban.services.versions import node_count


def agent_view(detail: AgentDetail) -> AgentView:
    agent = detail.agent
    return AgentView(
        id=agent.id,
        name=agent.name,
        description=agent.description,
        revision=agent.revision,
        document=agent.document,
        published_version=agent.published_version,
        latest_version=agent.latest_version,
        created_at=moment(agent.created_at),
        updated_at=moment(agent.updated_at),
        inputs=[input_view(each) for each in detail.inputs],
        last_run=run_view(detail.last_run) if detail.last_run else None,
        findings_count=len(detail.findings),
    )


def input_view(asked: AskedInput) -> AgentInputView:
    return AgentInputView(
        name=asked.name,
        title=asked.title,
        title_zh=asked.title_zh,
        description=asked.description,
        description_zh=asked.description_zh,
        kind=asked.type.kind.value,
        required=asked.required,
        default=asked.default,
        schema=asked.schema,
    )


def run_view(run: Run, document: dict[str, Any] | None = None) -> RunView:
    return RunView(
        id=run.id,
        agent_id=run.agent_id,
        agent_name=run.agent_name,
        version=run.version,
        status=run.status,
        trigger=run.trigger,
        inputs=run.inputs,
        outputs=run.outputs,
        error=run.error,
        starved=run.starved,
        created_at=moment(run.created_at),
        started_at=_moment(run.started_at),
        ended_at=_moment(run.ended_at),
        steps=run.steps,
        waiting_for=run.waiting_for,
        tokens=run.tokens,
        usd=known_usd(run.usd, run.unpriced),
        unpriced=run.unpriced,
        parent=run.parent,
        forked_from=run.forked_from,
        options=run.options,
        document=document,
    )


def version_view(
    version: GraphVersion, published: int | None, *, with_document: bool = False
) -> VersionView:
    return VersionView(
        version=version.version,
        label=version.label,
        created_at=moment(version.created_at),
        published=version.version == published,
        nodes=node_count(version.document),
        document=version.document if with_document else None,
    )


def step_view(step: StepRecord) -> StepView:
    return StepView(
        node=step.node,
        iteration=step.iteration,
        block=step.block,
        status=step.status,
        attempts=[_attempt_view(each) for each in step.attempts],
        inputs=step.inputs,
        outputs=step.outputs,
        started_at=_moment(step.started_at),
        duration=step.duration,
        error=step.error,
        parent=StepPlace(node=step.parent[0], iteration=step.parent[1]) if step.parent else None,
        verb=step.verb,
        name=step.name,
        usage=step.usage,
        waiting_for=step.waiting_for,
    )


def approval_view(question: Question) -> ApprovalView:
    run, wait = question.run, question.wait
    return ApprovalView(
        id=question.id,
        kind=wait.kind,
        run_id=run.id,
        agent_id=run.agent_id,
        agent_name=run.agent_name,
        node=wait.node,
        iteration=wait.iteration,
        question=question.text,
        choices=question.choices,
        since=moment(wait.since),
        until=_moment(wait.until),
        details=question.details,
    )


def file_view(file: StoredFile) -> FileView:
    return FileView(
        id=file.id,
        name=file.name,
        type=file.type,
        size=file.size,
        created_at=moment(file.created_at),
        ref=reference(file),
        workspace=file.workspace,
        path=file.path,
        version=file.version,
        newest=file.newest,
        run_id=None if file.run in ("", LET_GO) else file.run,
    )


def template_view(template: Template, inputs: list[AskedInput]) -> TemplateView:
    return TemplateView(
        id=template.id,
        name=template.name,
        name_zh=template.name_zh,
        description=template.description,
        description_zh=template.description_zh,
        document=template.document,
        inputs=[input_view(each) for each in inputs],
    )


def sighting_view(sighting: Sighting) -> SightingView:
    return SightingView(
        **sighting.model_dump(include=_SIGHTED),
        run_id=sighting.run,
        since=moment(sighting.since),
        seen=moment(sighting.seen),
    )


_SIGHTED = {
    *("code", "severity", "message", "message_zh", "repair", "repair_zh"),
    *("node", "block", "times", "over"),
}


def broken_view(broken: Broken) -> BrokenBlockView:
    return BrokenBlockView(
        path=str(broken.path),
        line=broken.line,
        message=broken.message,
        message_zh=broken.message_zh,
        blocks=list(broken.blocks),
    )


def _attempt_view(attempt: AttemptRecord) -> AttemptView:
    return AttemptView(
        number=attempt.number,
        status=attempt.status,
        started_at=_moment(attempt.started_at),
        duration=attempt.duration,
        error=attempt.error,
    )


def _moment(at: float | None) -> str | None:
    return None if at is None else moment(at)
