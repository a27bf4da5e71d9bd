// What is remembered, searched and in pages, with what can be done about it.
import { useQuery } from "@tanstack/react-query";
import { Brain, Plus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { type Memory, memoriesExport, memoriesQuery } from "@/api/memories";
import { Button, buttonClass } from "@/ui/Button";
import { SearchInput } from "@/ui/inputs";
import { Pager } from "@/ui/Pager";
import { QueryState } from "@/ui/QueryState";
import { Rows } from "@/ui/Section";
import { Empty } from "@/ui/states";
import { ForgetMemory, WriteMemory } from "./MemoryDialogs";
import { MemoryItem } from "./MemoryItem";

type Doing = { what: "add" } | { what: "change" | "forget"; memory: Memory } | null;

function Dialogs({ agent, doing, onClose }: { agent: string; doing: Doing; onClose: () => void }) {
  if (!doing) return null;
  if (doing.what === "add") return <WriteMemory agent={agent} onClose={onClose} />;
  const Chosen = doing.what === "change" ? WriteMemory : ForgetMemory;
  return <Chosen agent={agent} memory={doing.memory} onClose={onClose} />;
}

export function MemoryList({ agent, hint }: { agent: string; hint: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const [typed, setTyped] = useState("");
  const [page, setPage] = useState(1);
  const [doing, setDoing] = useState<Doing>(null);
  const search = useDeferredValue(typed.trim());
  const memories = useQuery(memoriesQuery(agent, search, page));
  return (
    <div className="mx-auto max-w-4xl">
      <p className="mb-3 text-sm text-fg2">{hint}</p>
      <div className="mb-3 flex flex-wrap gap-2">
        <SearchInput
          className="min-w-48 grow"
          label={t("memory.search")}
          value={typed}
          onChange={(text) => {
            setTyped(text);
            setPage(1);
          }}
        />
        <a href={memoriesExport(agent)} download className={buttonClass()}>
          {t("memory.export")}
        </a>
        {may("agent.update") && (
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setDoing({ what: "add" })}
          >
            {t("memory.add")}
          </Button>
        )}
      </div>
      <QueryState query={memories} rows={5}>
        {(found) =>
          found.items.length ? (
            <>
              <div className="rounded-card border border-line bg-surface">
                <Rows>
                  {found.items.map((memory) => (
                    <MemoryItem
                      key={memory.id}
                      memory={memory}
                      onChange={() => setDoing({ what: "change", memory })}
                      onForget={() => setDoing({ what: "forget", memory })}
                    />
                  ))}
                </Rows>
              </div>
              <Pager
                label={t("memory.title")}
                page={found.page}
                pages={found.total_pages}
                onPage={setPage}
              />
            </>
          ) : (
            <Empty
              icon={<Brain size={28} aria-hidden />}
              title={search ? t("memory.nothing", { text: search }) : t("memory.none")}
            >
              {search ? "" : t("memory.noneHint")}
            </Empty>
          )
        }
      </QueryState>
      <Dialogs agent={agent} doing={doing} onClose={() => setDoing(null)} />
    </div>
  );
}
