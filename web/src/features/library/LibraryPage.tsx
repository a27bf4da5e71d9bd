import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { FileUp, LayoutGrid, List, Plus, Shapes, SquarePlus, Workflow } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ShareDialog } from "@/access/dialogs";
import { agentsQuery } from "@/api/agents";
import type { AgentView } from "@/api/types";
import { RunInputs } from "@/forms/RunInputs";
import { Button, IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { SearchInput, Select } from "@/ui/inputs";
import { Menu } from "@/ui/Menu";
import { Page } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { Empty } from "@/ui/states";
import { AgentCard, AgentRow } from "./AgentItem";
import { TemplatesDialog } from "./TemplatesDialog";
import { type AgentActions, useAgentActions } from "./useAgentActions";

const route = getRouteApi("/agents");
const TYPING_MS = 250;

function useSearchText(): [string, (text: string) => void] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search.q ?? "");
  useEffect(() => setTyped(search.q ?? ""), [search.q]);
  useEffect(() => {
    const wanted = typed.trim() || undefined;
    if (wanted === search.q) return;
    const timer = setTimeout(
      () => navigate({ search: { ...search, q: wanted }, replace: true }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [typed, search, navigate]);
  return [typed, setTyped];
}

interface NewProps {
  actions: AgentActions;
  onTemplates: () => void;
}

function NewMenu({ actions, onTemplates }: NewProps) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Menu
        label={t("library.new")}
        trigger={
          <Button look="primary" icon={<Plus size={15} aria-hidden />}>
            {t("library.new")}
          </Button>
        }
        items={[
          {
            id: "blank",
            label: t("library.newBlank"),
            icon: <SquarePlus size={14} />,
            onSelect: () => actions.create.mutate({ name: t("agent.untitled") }),
          },
          {
            id: "template",
            label: t("library.newTemplate"),
            icon: <Shapes size={14} />,
            onSelect: onTemplates,
          },
          {
            id: "import",
            label: t("library.newImport"),
            icon: <FileUp size={14} />,
            onSelect: () => picker.current?.click(),
          },
        ]}
      />
      <input
        ref={picker}
        type="file"
        hidden
        accept=".yaml,.yml,.json"
        aria-label={t("library.newImport")}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) actions.importFile.mutate(file);
          event.target.value = "";
        }}
      />
    </>
  );
}

function Agents({
  agents,
  list,
  actions,
  onRun,
}: {
  agents: AgentView[];
  list: boolean;
  actions: AgentActions;
  onRun: (agent: AgentView) => void;
}) {
  const { t } = useTranslation();
  if (!list) {
    return (
      <ul className="m-0 grid list-none gap-3 p-0 sm:grid-cols-2 xl:grid-cols-3">
        {agents.map((agent) => (
          <AgentCard key={agent.id} agent={agent} actions={actions} onRun={() => onRun(agent)} />
        ))}
      </ul>
    );
  }
  return (
    <div className="overflow-x-auto rounded-card border border-line bg-surface">
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-xs text-fg3">
            <th scope="col" className="py-2 pr-3 pl-4 font-normal">
              {t("library.name")}
            </th>
            <th scope="col" className="px-3 py-2 font-normal">
              {t("library.versionColumn")}
            </th>
            <th scope="col" className="px-3 py-2 font-normal max-sm:hidden">
              {t("library.lastRun")}
            </th>
            <th scope="col" className="px-3 py-2 font-normal max-sm:hidden">
              {t("library.changed")}
            </th>
            <th scope="col" className="px-3 py-2">
              <span className="sr-only">{t("library.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <AgentRow key={agent.id} agent={agent} actions={actions} onRun={() => onRun(agent)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NoAgents({
  search,
  actions,
  onTemplates,
  onClear,
}: NewProps & { search: string | undefined; onClear: () => void }) {
  const { t } = useTranslation();
  if (search)
    return (
      <Empty
        title={t("library.nothing", { text: search })}
        action={<Button onClick={onClear}>{t("library.clearSearch")}</Button>}
      />
    );
  return (
    <Empty
      icon={<Workflow size={28} aria-hidden />}
      title={t("library.empty")}
      action={
        <>
          <Button look="primary" icon={<Shapes size={14} aria-hidden />} onClick={onTemplates}>
            {t("library.newTemplate")}
          </Button>
          <Button
            icon={<SquarePlus size={14} aria-hidden />}
            onClick={() => actions.create.mutate({ name: t("agent.untitled") })}
          >
            {t("library.newBlank")}
          </Button>
        </>
      }
    >
      {t("library.emptyHint")}
    </Empty>
  );
}

interface ToolsProps extends NewProps {
  typed: string;
  onType: (text: string) => void;
}

function Tools({ typed, onType, actions, onTemplates }: ToolsProps) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = search.view === "list";
  const sort = (by: string) =>
    navigate({ search: { ...search, sort: by === "name" ? "name" : undefined } });
  return (
    <>
      <SearchInput
        label={t("library.search")}
        value={typed}
        onChange={onType}
        className="w-56 min-w-0 max-sm:w-32"
      />
      <Select
        aria-label={t("library.sort")}
        value={search.sort ?? "updated"}
        onChange={(event) => sort(event.target.value)}
        className="max-w-36 max-sm:hidden"
      >
        <option value="updated">{t("library.sortUpdated")}</option>
        <option value="name">{t("library.sortName")}</option>
      </Select>
      <IconButton
        label={list ? t("library.asGrid") : t("library.asList")}
        onClick={() => navigate({ search: { ...search, view: list ? undefined : "list" } })}
      >
        {list ? <LayoutGrid size={16} /> : <List size={16} />}
      </IconButton>
      <NewMenu actions={actions} onTemplates={onTemplates} />
    </>
  );
}

/** "New agent" from the command palette lands here. */
function useNewOnArrival({ create }: AgentActions): void {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { mutate } = create;
  useEffect(() => {
    if (!search.new) return;
    void navigate({ search: { ...search, new: undefined }, replace: true });
    mutate({ name: t("agent.untitled") });
  }, [search, navigate, mutate, t]);
}

export default function LibraryPage() {
  const { t } = useTranslation();
  const { language, pick } = useFormats();
  const search = route.useSearch();
  const [typed, setTyped] = useSearchText();
  const [templates, setTemplates] = useState(false);
  const [running, setRunning] = useState<AgentView | null>(null);
  const actions = useAgentActions();
  const agents = useQuery({
    ...agentsQuery({ search: search.q, sort: search.sort }),
    placeholderData: (before) => before,
  });
  useNewOnArrival(actions);

  const collator = new Intl.Collator(language === "zh-CN" ? "zh-Hans-CN" : language);
  const news = { actions, onTemplates: () => setTemplates(true) };
  const run = (agent: AgentView) => {
    if (agent.inputs.length) setRunning(agent);
    else void actions.run(agent, {});
  };
  return (
    <Page title={t("library.title")} actions={<Tools typed={typed} onType={setTyped} {...news} />}>
      <QueryState query={agents} rows={6}>
        {({ items }) => {
          const shown = [...items];
          if (search.sort === "name") shown.sort((a, b) => collator.compare(a.name, b.name));
          const list = search.view === "list";
          return shown.length ? (
            <Agents agents={shown} list={list} actions={actions} onRun={run} />
          ) : (
            <NoAgents search={search.q} onClear={() => setTyped("")} {...news} />
          );
        }}
      </QueryState>
      {templates && (
        <TemplatesDialog
          busy={actions.create.isPending}
          onUse={(template) =>
            actions.create.mutate({
              template: template.id,
              name: pick(template.name, template.name_zh),
              description: pick(template.description, template.description_zh),
            })
          }
          onClose={() => setTemplates(false)}
        />
      )}
      {running && (
        <RunInputs
          agent={running}
          onSubmit={(values) => actions.run(running, values)}
          onClose={() => setRunning(null)}
        />
      )}
      {actions.sharing && (
        <Suspense>
          <ShareDialog
            kind="agent"
            id={actions.sharing.id}
            name={actions.sharing.name}
            onClose={() => actions.share(null)}
          />
        </Suspense>
      )}
    </Page>
  );
}
