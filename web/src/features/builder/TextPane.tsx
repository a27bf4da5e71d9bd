// The agent as the file it is: to read, to copy, to keep in git.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { agentTextQuery } from "@/api/agents";
import { QueryState } from "@/ui/QueryState";
import { CopyValue } from "@/values/ValueView";
import { useSaveState, useSession } from "./session";

export function TextPane() {
  const { t } = useTranslation();
  const { agent } = useSession();
  const { revision } = useSaveState();
  const text = useQuery({
    ...agentTextQuery(agent, revision),
    placeholderData: (before) => before,
  });
  return (
    <div className="flex min-h-0 grow flex-col">
      <p className="flex items-center gap-2 py-1 pr-2 pl-3 text-xs text-fg3">
        <span className="grow">{t("builder.textHint")}</span>
        {text.data && <CopyValue value={text.data} />}
      </p>
      <div className="min-h-0 grow overflow-auto px-3 pb-3">
        <QueryState query={text}>
          {(shown) => <pre className="m-0 font-mono text-xs leading-5">{shown}</pre>}
        </QueryState>
      </div>
    </div>
  );
}
