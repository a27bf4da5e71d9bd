// What programs show in place of a person.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Expiry, endOf, type Span } from "@/access/Expiry";
import { PermissionPicker } from "@/access/PermissionPicker";
import { useMe } from "@/access/session";
import { type ApiKey, apiKeysQuery, makeApiKey, removeApiKey } from "@/api/people";
import { Asking } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { ChoiceField, TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { ShownOnce } from "@/ui/ShownOnce";
import { Empty } from "@/ui/states";
import { Frame } from "./Frame";
import { KEY_KINDS, type KeyKind, scopesOf } from "./keyScopes";

interface NewKeyProps {
  onMade: (key: string) => void;
  onClose: () => void;
}

function NewKey({ onMade, onClose }: NewKeyProps) {
  const { t } = useTranslation();
  const mine = useMe()?.permissions ?? [];
  const [name, setName] = useState("");
  const [span, setSpan] = useState<Span>(90);
  const [kind, setKind] = useState<KeyKind>("run");
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const make = async () => {
    const wanted = kind === "own" ? chosen : scopesOf(kind, mine);
    const scopes = kind === "all" ? ["*"] : [...wanted];
    onMade((await makeApiKey({ name: name.trim(), scopes, expires_at: endOf(span) })).key);
  };
  return (
    <Asking
      title={t("key.newTitle")}
      submit={t("key.make")}
      disabled={!name.trim() || (kind === "own" && chosen.size === 0)}
      onSubmit={make}
      onClose={onClose}
    >
      <TextField
        required
        label={t("key.name")}
        placeholder={t("key.example")}
        value={name}
        onText={setName}
      />
      <Expiry span={span} onChoose={setSpan} least={7} />
      <ChoiceField
        label={t("key.may")}
        value={kind}
        choices={KEY_KINDS.map((each) => ({ id: each, title: t(`key.kind.${each}`) }))}
        onChoose={(id) => setKind(KEY_KINDS.find((each) => each === id) ?? "run")}
      />
      {kind === "own" && (
        <PermissionPicker label={t("key.may")} all={mine} chosen={chosen} onChange={setChosen} />
      )}
    </Asking>
  );
}

function KeyItem({ item, onRemove }: { item: ApiKey; onRemove: () => void }) {
  const { t } = useTranslation();
  const { ago, date } = useFormats();
  const over = item.expires_at !== null && Date.parse(item.expires_at) < Date.now();
  return (
    <Item
      icon={<KeyRound size={18} aria-hidden />}
      title={
        <>
          {item.name}
          <code className="font-mono text-xs text-fg3">{item.shown}…</code>
          {over && <Chip tone="bad">{t("key.over")}</Chip>}
        </>
      }
      about={
        <>
          <p>
            {item.last_used_at
              ? t("key.used", { ago: ago(item.last_used_at) })
              : t("key.neverUsed")}
            {" · "}
            {item.expires_at ? t("key.until", { date: date(item.expires_at) }) : t("key.forever")}
          </p>
          <details>
            <summary className="min-h-6 text-accent">
              {item.scopes.includes("*")
                ? t("key.kind.all")
                : t("key.scopes", { count: item.scopes.length })}
            </summary>
            <p className="font-mono">{item.scopes.join(" ")}</p>
          </details>
        </>
      }
      actions={
        <Button small look="danger" onClick={onRemove}>
          {t("key.remove")}
        </Button>
      }
    />
  );
}

export default function KeysPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const keys = useQuery(apiKeysQuery());
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const changed = () => client.invalidateQueries({ queryKey: ["api-keys"] });
  const remove = useMutation({ mutationFn: removeApiKey, onSettled: changed });
  return (
    <Frame title={t("key.title")}>
      {made && (
        <div className="mb-4">
          <ShownOnce label={t("key.made")} hint={t("key.madeHint")} value={made} />
        </div>
      )}
      <Section
        title={t("key.title")}
        hint={t("key.hint")}
        actions={
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setMaking(true)}
          >
            {t("key.new")}
          </Button>
        }
      >
        <QueryState query={keys}>
          {(items) =>
            items.length ? (
              <Rows>
                {items.map((item) => (
                  <KeyItem key={item.id} item={item} onRemove={() => remove.mutate(item.id)} />
                ))}
              </Rows>
            ) : (
              <Empty icon={<KeyRound size={24} aria-hidden />} title={t("key.none")}>
                {t("key.noneHint")}
              </Empty>
            )
          }
        </QueryState>
      </Section>
      {making && (
        <NewKey
          onMade={(key) => {
            setMade(key);
            setMaking(false);
            void changed();
          }}
          onClose={() => setMaking(false)}
        />
      )}
    </Frame>
  );
}
