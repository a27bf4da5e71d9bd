// Sharing an agent or a run by link: what it allows and until when; the address is shown once.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  endLink,
  type Link,
  type LinkScope,
  linksQuery,
  makeLink,
  type Shareable,
  sharedAddress,
} from "@/api/teams";
import { Refusal } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { ChoiceField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows } from "@/ui/Section";
import { ShownOnce } from "@/ui/ShownOnce";
import { Expiry, endOf, type Span } from "./Expiry";
import { useMay } from "./session";

type Kind = "agent" | "run" | "thread";

/** From the least to the most that a link may allow; each holds what stands before it. */
const WAYS = {
  agent: { see: ["see"], run: ["see", "run"], copy: ["see", "run", "copy"] },
  run: { result: ["see"], see: ["see"], steps: ["see", "steps"] },
  thread: { see: ["see"] },
} as const satisfies Record<Kind, Record<string, readonly LinkScope[]>>;

const FIRST = { agent: "run", run: "result", thread: "see" } as const;
const SCOPES = ["see", "steps", "run", "copy"] as const;

type Way = "see" | "run" | "copy" | "result" | "steps";

interface ShareDialogProps {
  kind: Kind;
  id: string;
  name: string;
  onClose: () => void;
}

function LinkItem({ link, onEnd }: { link: Link; onEnd: (() => void) | null }) {
  const { t } = useTranslation();
  const { date, ago } = useFormats();
  return (
    <Item
      title={[
        link.resource === "result" ? t("share.way.result") : "",
        ...SCOPES.filter((scope) => link.scopes.includes(scope)).map((scope) =>
          t(`share.scope.${scope}`),
        ),
      ]
        .filter(Boolean)
        .join(" · ")}
      about={[
        t("share.made", { ago: ago(link.created_at) }),
        link.expires_at ? t("share.until", { date: date(link.expires_at) }) : t("share.forever"),
        link.last_used_at ? t("share.used", { ago: ago(link.last_used_at) }) : "",
      ]
        .filter(Boolean)
        .join(" · ")}
      actions={
        onEnd && (
          <Button small look="danger" onClick={onEnd}>
            {t("share.end")}
          </Button>
        )
      }
    />
  );
}

function Links({ kind, id }: { kind: Shareable; id: string }) {
  const may = useMay();
  const client = useQueryClient();
  const links = useQuery(linksQuery(kind, id));
  const end = useMutation({
    mutationFn: endLink,
    onSettled: () => client.invalidateQueries({ queryKey: ["links"] }),
  });
  return (
    <QueryState query={links} rows={1}>
      {(items) => (
        <Rows>
          {items.map((link) => (
            <LinkItem
              key={link.id}
              link={link}
              onEnd={may("share.write") ? () => end.mutate(link.id) : null}
            />
          ))}
        </Rows>
      )}
    </QueryState>
  );
}

function NewLink({ kind, id }: { kind: Kind; id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ways = Object.keys(WAYS[kind]) as Way[];
  const [way, setWay] = useState<Way>(FIRST[kind]);
  const [span, setSpan] = useState<Span>(30);
  const make = useMutation({
    mutationFn: () =>
      makeLink({
        resource: way === "result" ? "result" : kind,
        resource_id: id,
        scopes: [...((WAYS[kind] as Record<string, readonly LinkScope[]>)[way] ?? ["see"])],
        expires_at: endOf(span),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["links"] }),
    meta: { silent: true },
  });
  return (
    <form
      className="flex flex-col gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <div className="grid items-end gap-3 sm:grid-cols-2">
        <ChoiceField
          label={t("share.allows")}
          value={way}
          choices={ways.map((each) => ({ id: each, title: t(`share.way.${each}`) }))}
          onChoose={(chosen) => setWay(chosen as Way)}
        />
        <Expiry span={span} onChoose={setSpan} />
      </div>
      <Refusal error={make.error} />
      <Button type="submit" look="primary" busy={make.isPending} className="self-start">
        {t("share.make")}
      </Button>
      {make.data?.token && (
        <ShownOnce
          label={t("share.ready")}
          hint={t("share.readyHint")}
          value={sharedAddress(make.data.token)}
        />
      )}
    </form>
  );
}

export default function ShareDialog({ kind, id, name, onClose }: ShareDialogProps) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Dialog open title={t("share.title", { name })} onClose={onClose}>
      <p className="mb-3.5 text-fg2">{t("share.hint")}</p>
      {may("share.write") && <NewLink kind={kind} id={id} />}
      <section aria-label={t("share.links")} className="mt-4 border-t border-line empty:hidden">
        <Links kind={kind} id={id} />
        {kind === "run" && <Links kind="result" id={id} />}
      </section>
    </Dialog>
  );
}
