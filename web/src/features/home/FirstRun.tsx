// The card with the three steps: template, model, run.
import { clsx } from "clsx";
import { FilePlus2, Play } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import type { ModelView } from "@/api/types";
import { RunInputs } from "@/forms/RunInputs";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { QueryState } from "@/ui/QueryState";
import { BLANK, useFirstRun } from "./useFirstRun";

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

/** So many templates stand here, and a blank one; the library has them all. */
const SHOWN = 7;
const CARDS = "grid gap-2 sm:grid-cols-2 xl:grid-cols-3";

/** Holds the place of the templates, so that nothing below jumps when they come. */
function WaitingCards() {
  return (
    <div className={CARDS} aria-busy="true">
      {Array.from({ length: SHOWN + 1 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the places are all alike
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

type First = ReturnType<typeof useFirstRun>;

function Templates({ first }: { first: First }) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const group = useId();
  return (
    <QueryState query={first.templates} waiting={<WaitingCards />}>
      {(items) => (
        <div role="radiogroup" aria-label={t("home.templates")} className={CARDS}>
          {items.slice(0, SHOWN).map((each) => (
            <TemplateCard
              key={each.id}
              group={group}
              name={pick(each.name, each.name_zh)}
              about={pick(each.description, each.description_zh)}
              checked={each.id === first.template?.id}
              onChoose={() => first.pick(each.id)}
            />
          ))}
          <TemplateCard
            group={group}
            name={t("home.blank")}
            about={t("home.blankAbout")}
            icon={<FilePlus2 size={14} aria-hidden />}
            checked={first.blank}
            onChoose={() => first.pick(BLANK)}
          />
        </div>
      )}
    </QueryState>
  );
}

export function FirstRun({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation();
  const first = useFirstRun();
  const { models, model, needsModel, setModel, template, blank, begin, asking } = first;
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
          <Templates first={first} />
        </Step>
        <div className="flex flex-col gap-6">
          <Step number={2} title={t("home.stepModel")}>
            <QueryState query={models} rows={1}>
              {(items) => (
                <ModelChoice
                  models={items}
                  chosen={model}
                  needed={needsModel}
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
              onClick={() => begin.mutate()}
              className="min-w-28"
            >
              {blank ? t("home.openBlank") : t("home.runNow")}
            </Button>
            {template && (
              <Chip className="ml-2">
                {t("agent.nodes", { count: Object.keys(template.document.nodes).length })}
              </Chip>
            )}
          </Step>
        </div>
      </div>
      {asking && (
        <RunInputs
          agent={asking}
          onSubmit={(values) => first.run(asking, values)}
          onClose={first.dismiss}
        />
      )}
    </section>
  );
}
