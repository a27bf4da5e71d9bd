// Which service a new credential is for.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Provider, providersQuery } from "@/api/credentials";
import { useFormats } from "@/ui/format";
import { SearchInput } from "@/ui/inputs";
import { QueryState } from "@/ui/QueryState";
import { matching } from "./credentialFields";

/** The first letter in place of a picture: no vendor's mark is shipped. */
function Mark({ title }: { title: string }) {
  return (
    <span
      aria-hidden
      className="grid size-7 shrink-0 place-items-center rounded-control bg-surface2 text-sm font-semibold text-fg2"
    >
      {[...title][0]}
    </span>
  );
}

export function ProviderPick({ onPick }: { onPick: (provider: Provider) => void }) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const [typed, setTyped] = useState("");
  const providers = useQuery(providersQuery());
  return (
    <>
      <SearchInput value={typed} onChange={setTyped} label={t("credential.searchProvider")} />
      <QueryState query={providers} rows={6}>
        {({ items }) => {
          const found = matching(items, typed);
          if (!found.length)
            return <p className="py-6 text-center text-fg2">{t("credential.noProvider")}</p>;
          return (
            <ul className="m-0 mt-3 grid list-none gap-1.5 p-0 sm:grid-cols-2">
              {found.map((provider) => (
                <li key={provider.id}>
                  <button
                    type="button"
                    onClick={() => onPick(provider)}
                    className="flex min-h-11 w-full items-center gap-2.5 rounded-control border border-line px-2.5 text-left hover:bg-surface2"
                  >
                    <Mark title={pick(provider.title, provider.title_zh)} />
                    <span className="min-w-0 grow py-1">
                      {pick(provider.title, provider.title_zh)}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          );
        }}
      </QueryState>
    </>
  );
}
