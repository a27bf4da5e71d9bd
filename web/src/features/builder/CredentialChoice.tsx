// The credential of a node for each provider its block asks for, and adding one without leaving the canvas.
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { AddCredential } from "@/access/dialogs";
import { useMay } from "@/access/session";
import { type Credential, credentialsQuery, providersQuery } from "@/api/credentials";
import type { CredentialNeed } from "@/editor";
import { IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { Labeled } from "@/ui/Labeled";
import { namedFor, naming } from "./nodeCredentials";
import { useNode } from "./useNode";

interface OneProps {
  need: CredentialNeed;
  named: string;
  notes: string[];
  onChoose: (id: string) => void;
}

function Options({ all, named }: { all: Credential[]; named: string }) {
  const { t } = useTranslation();
  const [only, ...more] = all;
  const gone = named && !all.some(({ id }) => id === named);
  return (
    <>
      <option value="">
        {only && !more.length
          ? t("builder.onlyCredential", { name: only.name })
          : t("builder.chooseCredential")}
      </option>
      {gone && <option value={named}>{t("builder.credentialGone", { name: named })}</option>}
      {all.map(({ id, name, account }) => (
        <option key={id} value={id}>
          {account && account !== name ? `${name} · ${account}` : name}
        </option>
      ))}
    </>
  );
}

function One({ need, named, notes, onChoose }: OneProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const provider = need.provider === "*" ? undefined : need.provider;
  const credentials = useQuery(credentialsQuery(provider));
  const { data: providers } = useQuery(providersQuery());
  const known = providers?.items.find((each) => each.id === provider);
  const title = known ? pick(known.title, known.title_zh) : (provider ?? "");
  const all = credentials.data?.items ?? [];
  // Nodes may name a credential by its id or by its name.
  const held = all.find(({ id, name }) => id === named || name === named)?.id ?? named;
  const label = title ? t("builder.credentialOf", { name: title }) : t("builder.credential");
  return (
    <>
      <Labeled label={label} fault={notes.join(" ") || undefined}>
        {(wiring) => (
          <span className="flex gap-1.5">
            <Select
              {...wiring}
              data-credential=""
              value={held}
              onChange={(event) => onChoose(event.target.value)}
            >
              <Options all={all} named={held} />
            </Select>
            {may("credential.write") && (
              <IconButton label={t("builder.addCredential")} onClick={() => setAdding(true)}>
                <Plus size={16} />
              </IconButton>
            )}
          </span>
        )}
      </Labeled>
      {adding && (
        <Suspense>
          <AddCredential
            provider={provider}
            scopes={need.scopes}
            onDone={(id) => {
              setAdding(false);
              onChoose(id);
            }}
            onClose={() => setAdding(false)}
          />
        </Suspense>
      )}
    </>
  );
}

interface CredentialChoiceProps {
  id: string;
  needs: readonly CredentialNeed[];
  /** What is said about the node's credentials. */
  notes: string[];
}

export function CredentialChoice({ id, needs, notes }: CredentialChoiceProps) {
  const { editor, node } = useNode(id);
  return (
    <div className="mb-3.5 flex flex-col gap-3.5">
      {needs.map((need) => (
        <One
          key={need.provider}
          need={need}
          named={namedFor(node, need.provider)}
          notes={notes}
          onChoose={(chosen) =>
            editor.dispatch({
              type: "setNode",
              ids: [id],
              key: "credential",
              value: naming(node, needs, need.provider, chosen),
            })
          }
        />
      ))}
    </div>
  );
}
