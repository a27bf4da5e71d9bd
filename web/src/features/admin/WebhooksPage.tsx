// Where events are sent, what was sent, and what could not be delivered.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import {
  changeWebhook,
  deleteWebhook,
  makeWebhook,
  testWebhook,
  type Webhook,
  webhooksQuery,
} from "@/api/admin";
import { Asking } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Switch } from "@/ui/inputs";
import { TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { ShownOnce } from "@/ui/ShownOnce";
import { Empty } from "@/ui/states";
import { showToast } from "@/ui/toasts";
import { Deliveries } from "./Deliveries";
import { Frame } from "./Frame";
import { EVENTS } from "./webhookEvents";

interface NewWebhookProps {
  onMade: (made: Webhook) => void;
  onClose: () => void;
}

function NewWebhook({ onMade, onClose }: NewWebhookProps) {
  const { t } = useTranslation();
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<Set<string>>(new Set(["run.completed", "run.failed"]));
  const toggle = (event: string, on: boolean) => {
    const next = new Set(events);
    if (on) next.add(event);
    else next.delete(event);
    setEvents(next);
  };
  return (
    <Asking
      title={t("webhook.new")}
      submit={t("webhook.make")}
      disabled={!url.trim() || events.size === 0}
      onSubmit={async () =>
        onMade(await makeWebhook({ name: "", url: url.trim(), events: [...events] }))
      }
      onClose={onClose}
    >
      <TextField required type="url" label={t("webhook.url")} value={url} onText={setUrl} />
      <fieldset className="m-0 border-0 p-0">
        <legend className="mb-1 p-0 text-sm text-fg2">{t("webhook.events")}</legend>
        <div className="grid gap-x-4 sm:grid-cols-2">
          {EVENTS.map((event) => (
            <label key={event} className="flex min-h-7 items-center gap-2 text-sm">
              <input
                type="checkbox"
                checked={events.has(event)}
                onChange={(change) => toggle(event, change.target.checked)}
                className="m-0 size-6 shrink-0 scale-75 accent-accent"
              />
              <code className="font-mono text-xs">{event}</code>
            </label>
          ))}
        </div>
      </fieldset>
    </Asking>
  );
}

interface WebhookItemProps {
  webhook: Webhook;
  open: boolean;
  onOpen: () => void;
}

function WebhookItem({ webhook, open, onOpen }: WebhookItemProps) {
  const { t } = useTranslation();
  const may = useMay()("webhook.write");
  const client = useQueryClient();
  const changed = () => client.invalidateQueries({ queryKey: ["webhooks"] });
  const toggle = useMutation({
    mutationFn: (enabled: boolean) => changeWebhook(webhook.id, { enabled }),
    onSettled: changed,
  });
  const remove = useMutation({ mutationFn: () => deleteWebhook(webhook.id), onSettled: changed });
  const test = useMutation({
    mutationFn: () => testWebhook(webhook.id),
    onSuccess: () => showToast({ tone: "ok", text: t("webhook.testSent") }),
    onSettled: changed,
  });
  return (
    <Item
      icon={<WebhookIcon size={18} aria-hidden />}
      title={
        <>
          <span className="break-all">{webhook.url}</span>
          {webhook.failing_since && <Chip tone="warn">{t("webhook.failing")}</Chip>}
          {webhook.disabled_because && (
            <Chip tone="bad">{t(`webhook.off.${webhook.disabled_because}`)}</Chip>
          )}
        </>
      }
      about={<span className="font-mono">{webhook.events.join(" ")}</span>}
      actions={
        <>
          {may && (
            <Switch
              aria-label={t("webhook.on", { url: webhook.url })}
              checked={webhook.enabled}
              onChange={(event) => toggle.mutate(event.target.checked)}
            />
          )}
          <Button small aria-expanded={open} onClick={onOpen}>
            {t("webhook.deliveries")}
          </Button>
          {may && (
            <>
              <Button small busy={test.isPending} onClick={() => test.mutate()}>
                {t("webhook.test")}
              </Button>
              <Button small look="danger" onClick={() => remove.mutate()}>
                {t("webhook.delete")}
              </Button>
            </>
          )}
        </>
      }
    />
  );
}

export default function WebhooksPage() {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const webhooks = useQuery(webhooksQuery());
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Webhook | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Frame
      title={t("nav.webhooks")}
      needs="webhook.read"
      actions={
        may("webhook.write") && (
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setMaking(true)}
          >
            {t("webhook.new")}
          </Button>
        )
      }
    >
      {made?.secret && (
        <div className="mb-4">
          <ShownOnce
            label={t("webhook.secret")}
            hint={t("webhook.secretHint")}
            value={made.secret}
          />
        </div>
      )}
      <Section title={t("webhook.title")} hint={t("webhook.hint")}>
        <QueryState query={webhooks}>
          {(items) =>
            items.length ? (
              <Rows>
                {items.map((webhook) => (
                  <WebhookItem
                    key={webhook.id}
                    webhook={webhook}
                    open={open === webhook.id}
                    onOpen={() => setOpen(open === webhook.id ? null : webhook.id)}
                  />
                ))}
              </Rows>
            ) : (
              <Empty icon={<WebhookIcon size={24} aria-hidden />} title={t("webhook.none")}>
                {t("webhook.noneHint")}
              </Empty>
            )
          }
        </QueryState>
      </Section>
      {open && <Deliveries key={open} webhook={open} />}
      {making && (
        <NewWebhook
          onMade={(webhook) => {
            setMade(webhook);
            setMaking(false);
            void client.invalidateQueries({ queryKey: ["webhooks"] });
          }}
          onClose={() => setMaking(false)}
        />
      )}
    </Frame>
  );
}
