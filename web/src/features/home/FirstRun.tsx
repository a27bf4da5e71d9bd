// The card with the three steps: template, model, run.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { FilePlus2, Play } from "lucide-react";
import { lazy, type ReactNode, Suspense, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { createAgent } from "@/api/agents";
import { blocksQuery, modelsQuery, templatesQuery } from "@/api/catalogue";
import { startRun } from "@/api/runs";
import type { AgentView, Json, ModelView, TemplateView } from "@/api/types";
import { type FieldSpec, fieldOfInput } from "@/forms/fields";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { QueryState } from "@/ui/QueryState";
import { modelInputs, usesModel, withModel } from "./firstRun";

// The form is not needed for the first paint.
const InputsDialog = lazy(() =>
  import("@/forms/InputsDialog").then((module) => ({ default: module.InputsDialog })),
);

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 gap-3">
      <span
        aria-hidden
        className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
      >
        {number}
      </span>
      <div className="min-w-0 grow">
        <h3 className="mb-2 text-base leading-6">{title}</h3>
        {children}
      </div>
    </section>
  );
}

const CARDS = "grid gap-2 sm:grid-cols-2 xl:grid-cols-3";

/** Holds the place of the templates, so that nothing below jumps when they come. */
function WaitingCards() {
  return (
    <div className={CARDS} aria-busy="true">
      {["a", "b", "c", "d", "e", "f"].map((place) => (
        <div key={place} className="min-h-22 rounded-card bg-surface2/50" />
      ))}
    </div>
  );
}

interface TemplateCardProps {
  name: string;
  about: string;
  group: string;
  checked: boolean;
  onChoose: () => void;
  icon?: ReactNode;
}

function TemplateCard({ name, about, group, checked, onChoose, icon }: TemplateCardProps) {
  return (
    <label
      className={clsx(
        "relative flex min-h-22 flex-col gap-0.5 rounded-card border p-3 transition-colors",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        checked ? "border-accent bg-accent-soft" : "border-line bg-surface hover:bg-surface2",
      )}
    >
      <input
        type="radio"
        name={group}
        checked={checked}
        onChange={onChoose}
        className="absolute inset-0 m-0 appearance-none outline-none"
      />
      <span className={clsx("flex items-center gap-1.5 font-semibold", checked && "text-accent")}>
        {icon}
        {name}
      </span>
      <span className="line-clamp-2 text-sm text-fg2">{about}</span>
    </label>
  );
}

interface ModelChoiceProps {
  models: ModelView[];
  chosen: string;
  needed: boolean;
  onChoose: (id: string) => void;
}

function ModelChoice({ models, chosen, needed, onChoose }: ModelChoiceProps) {
  const { t } = useTranslation();
  if (!needed) return <p className="text-sm text-fg2">{t("home.noModel")}</p>;
  const demo = models.find((model) => model.id === chosen)?.demo;
  return (
    <>
      <Select
        aria-label={t("home.models")}
        value={chosen}
        onChange={(event) => onChoose(event.target.value)}
        className="max-w-80"
      >
        {models.map((model) => (
          <option key={model.id} value={model.id}>
            {model.demo ? t("form.demoModel") : model.title}
          </option>
        ))}
      </Select>
      {demo && <p className="mt-1.5 text-xs text-fg3">{t("home.demoHint")}</p>}
    </>
  );
}

/** The inputs that must be asked for: required and without a value to start with. */
function asked(fields: FieldSpec[]): boolean {
  return fields.some(
    (field) => field.required && (field.default === null || field.default === undefined),
  );
}

const BLANK = "blank";

export function FirstRun({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const navigate = useNavigate();
  const client = useQueryClient();
  const group = useId();
  const templates = useQuery(templatesQuery());
  const models = useQuery(modelsQuery());
  const blocks = useQuery(blocksQuery());
  const [picked, setPicked] = useState<string | null>(null);
  const [model, setModel] = useState<string | null>(null);
  const [asking, setAsking] = useState<AgentView | null>(null);

  const usual = models.data?.find((each) => each.default)?.id ?? models.data?.[0]?.id ?? "";
  const chosenModel = model ?? usual;
  const inputs = modelInputs(blocks.data ?? []);
  // Offered first is what runs without typing anything.
  const ready = templates.data?.find((each) => !asked(each.inputs.map(fieldOfInput)));
  const template =
    templates.data?.find((each) => each.id === picked) ?? ready ?? templates.data?.[0];
  const blank = picked === BLANK || (templates.data?.length === 0 && picked === null);

  const open = (agent: AgentView, run?: string) =>
    navigate({ to: "/agents/$id/edit", params: { id: agent.id }, search: run ? { run } : {} });
  const run = async (agent: AgentView, values: Record<string, Json>) => {
    const started = await startRun(agent.id, values);
    await open(agent, started.id);
  };
  const begin = useMutation({
    mutationFn: async (from: TemplateView | null) => {
      if (!from) return open(await createAgent({ name: t("agent.untitled") }));
      const name = pick(from.name, from.name_zh);
      const description = pick(from.description, from.description_zh);
      const changed = chosenModel && chosenModel !== usual && usesModel(from, inputs);
      const agent = await createAgent(
        changed
          ? { name, description, document: withModel(from.document, inputs, chosenModel) }
          : { name, description, template: from.id },
      );
      await client.invalidateQueries({ queryKey: ["agents"] });
      const fields = agent.inputs.map(fieldOfInput);
      if (asked(fields)) setAsking(agent);
      else await run(agent, {});
    },
  });

  return (
    <section
      aria-labelledby="home-start"
      className="rounded-card border border-line bg-surface p-4 sm:p-5"
    >
      <h2 id="home-start" className="mb-4 text-xl">
        {fresh ? t("home.hello") : t("home.again")}
      </h2>
      <div className="grid gap-6 lg:grid-cols-[1fr_280px]">
        <Step number={1} title={t("home.stepTemplate")}>
          <QueryState query={templates} waiting={<WaitingCards />}>
            {(items) => (
              <div role="radiogroup" aria-label={t("home.templates")} className={CARDS}>
                {items.map((each) => (
                  <TemplateCard
                    key={each.id}
                    group={group}
                    name={pick(each.name, each.name_zh)}
                    about={pick(each.description, each.description_zh)}
                    checked={!blank && each.id === template?.id}
                    onChoose={() => setPicked(each.id)}
                  />
                ))}
                <TemplateCard
                  group={group}
                  name={t("home.blank")}
                  about={t("home.blankAbout")}
                  icon={<FilePlus2 size={14} aria-hidden />}
                  checked={blank}
                  onChoose={() => setPicked(BLANK)}
                />
              </div>
            )}
          </QueryState>
        </Step>
        <div className="flex flex-col gap-6">
          <Step number={2} title={t("home.stepModel")}>
            <QueryState query={models} rows={1}>
              {(items) => (
                <ModelChoice
                  models={items}
                  chosen={chosenModel}
                  needed={!blank && !!template && usesModel(template, inputs)}
                  onChoose={setModel}
                />
              )}
            </QueryState>
          </Step>
          <Step number={3} title={t("home.stepRun")}>
            <Button
              look="primary"
              busy={begin.isPending}
              disabled={!blank && !template}
              icon={blank ? undefined : <Play size={14} aria-hidden />}
              onClick={() => begin.mutate(blank ? null : (template ?? null))}
              className="min-w-28"
            >
              {blank ? t("home.openBlank") : t("home.runNow")}
            </Button>
            {!blank && template && (
              <Chip className="ml-2">
                {t("agent.nodes", { count: Object.keys(template.document.nodes).length })}
              </Chip>
            )}
          </Step>
        </div>
      </div>
      {asking && (
        <Suspense>
          <InputsDialog
            title={t("agent.runTitle", { name: asking.name })}
            description={asking.description}
            fields={asking.inputs.map(fieldOfInput)}
            submitLabel={t("agent.run")}
            onSubmit={(values) => run(asking, values)}
            onClose={() => setAsking(null)}
          />
        </Suspense>
      )}
    </section>
  );
}
