"""`luban webhook`: where events are sent, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

if TYPE_CHECKING:
    from luban.model.watching_views import DeliveryView, WebhookView

app = typer.Typer(help=say("Webhooks: where events are sent.", "Webhook：事件发送到哪里。"))

WebhookId = Annotated[
    str, typer.Argument(metavar="WEBHOOK", help=say("A webhook's id.", "Webhook 的 id。"))
]
DeliveryId = Annotated[
    str, typer.Argument(metavar="DELIVERY", help=say("A delivery's id.", "投递的 id。"))
]


@app.command("list", help=say("The webhooks of the team.", "团队的 Webhook。"))
def list_webhooks(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.webhooks.list(page_size=200))
    if json:
        as_json(found)
        return
    headings = [say("Webhook", "Webhook"), say("Name", "名称"), "URL", say("Events", "事件"), ""]
    table(headings, (_row(each) for each in found.items))


@app.command("add", help=say("Send events to an address.", "将事件发送到一个地址。"))
def add(
    url: Annotated[str, typer.Argument(metavar="URL")],
    name: Annotated[str, typer.Option("--name", help=say("What to call it.", "名称。"))] = "",
    event: Annotated[
        list[str] | None,
        typer.Option("--event", help=say("Only these; may be repeated.", "仅这些，可多次给出。")),
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option("--agent", help=say("Only of this agent's id.", "仅此智能体（id）。")),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> WebhookView:
        wanted = {"name": name, **({"events": event} if event else {}), "agents": agent or []}
        return await reached.client.webhooks.create(url, **wanted)

    made = with_reach(server, data, work)
    if json:
        as_json(made)
        return
    line(made.id)
    note(say("Its signing secret, shown this once:", "签名密钥，仅显示这一次："))
    line(made.secret or "")


@app.command("test", help=say("Send a test event.", "发送测试事件。"))
def try_webhook(
    webhook: WebhookId, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    async def work(reached: Reach) -> DeliveryView:
        delivery = await reached.client.webhooks.test(webhook)
        return await _sent(reached, webhook, delivery)

    _tell(with_reach(server, data, work), json=json)


@app.command("deliveries", help=say("What became of the newest events.", "最近事件的投递结果。"))
def deliveries(
    webhook: WebhookId,
    status: Annotated[
        str | None,
        typer.Option("--status", help=say("waiting, delivered or dead.", "按状态筛选。")),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    found = with_reach(
        server, data, lambda reached: reached.client.webhooks.deliveries(webhook, status=status)
    )
    if json:
        as_json(found)
        return
    headings = [
        say("Delivery", "投递"),
        say("Event", "事件"),
        say("Status", "状态"),
        say("Attempts", "次数"),
        say("Answer", "答复"),
        say("When", "时间"),
    ]
    table(headings, (_delivered(each) for each in found.items))


@app.command("redeliver", help=say("Send an event again.", "重新投递一个事件。"))
def redeliver(
    delivery: DeliveryId, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    async def work(reached: Reach) -> DeliveryView:
        begun = await reached.client.webhooks.redeliver(delivery)
        return await _sent(reached, begun.webhook_id, begun)

    _tell(with_reach(server, data, work), json=json)


@app.command("remove", help=say("Send nothing there any more.", "不再向该地址发送。"))
def remove(webhook: WebhookId, data: Data = None, server: Server = None) -> None:
    with_reach(server, data, lambda reached: reached.client.webhooks.delete(webhook))


async def _sent(reached: Reach, webhook: str, delivery: DeliveryView) -> DeliveryView:
    """Sent at once where no server is there to do it, and looked at again."""
    if reached.home is None:
        return delivery
    await reached.home.sending.send_due()
    found = await reached.client.webhooks.deliveries(webhook)
    return next((each for each in found.items if each.id == delivery.id), delivery)


def _tell(delivery: DeliveryView, *, json: bool) -> None:
    if json:
        as_json(delivery)
        return
    answer = delivery.answer
    met = f" ({answer.status or answer.text})" if answer else ""
    line(f"{delivery.id}\t{delivery.status}{met}")


def _row(webhook: WebhookView) -> list[str]:
    off = "" if webhook.enabled else say("off", "已停用")
    return [webhook.id, webhook.name, webhook.url, " ".join(webhook.events), off]


def _delivered(delivery: DeliveryView) -> list[str]:
    answer = delivery.answer
    met = str(answer.status or answer.text) if answer else ""
    attempts = str(delivery.attempts)
    return [
        delivery.id, delivery.event, delivery.status, attempts, met, delivery.created_at
    ]  # fmt: skip
