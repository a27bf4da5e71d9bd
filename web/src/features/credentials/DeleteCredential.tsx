// Deleting a credential, knowing which agents fail without it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Credential, deleteCredential, usesQuery } from "@/api/credentials";
import { Asking } from "@/ui/Asking";
import { QueryState } from "@/ui/QueryState";

interface DeleteCredentialProps {
  credential: Credential;
  onClose: () => void;
}

export function DeleteCredential({ credential, onClose }: DeleteCredentialProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const uses = useQuery(usesQuery(credential.id));
  const agents = new Map(uses.data?.map((use) => [use.agent_id, use.agent_name]));
  const remove = async () => {
    await deleteCredential(credential.id, agents.size > 0);
    await client.invalidateQueries({ queryKey: ["credentials"] });
    onClose();
  };
  return (
    <Asking
      danger
      title={t("credential.deleteTitle", { name: credential.name })}
      submit={agents.size ? t("credential.deleteAnyway") : t("credential.delete")}
      disabled={uses.isPending}
      onSubmit={remove}
      onClose={onClose}
    >
      <QueryState query={uses} rows={2}>
        {() =>
          agents.size ? (
            <div className="flex gap-2.5 rounded-control bg-warn-soft p-3">
              <TriangleAlert size={18} aria-hidden className="mt-0.5 shrink-0 text-warn" />
              <div>
                <p className="font-semibold text-warn">
                  {t("credential.willFail", { count: agents.size })}
                </p>
                <ul className="m-0 list-none p-0">
                  {[...agents].map(([id, name]) => (
                    <li key={id}>
                      <Link
                        to="/agents/$id/edit"
                        params={{ id }}
                        className="inline-flex min-h-6 items-center text-accent hover:underline"
                      >
                        {name || t("agent.untitled")}
                      </Link>
                    </li>
                  ))}
                </ul>
              </div>
            </div>
          ) : (
            <p>{t("credential.unused")}</p>
          )
        }
      </QueryState>
      <p className="text-sm text-fg2">{t("credential.deleteHint")}</p>
    </Asking>
  );
}
