// How the server is: who works, what waits, what is stuck, what is stored, where the limits are.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Overview, overviewQuery, type WorkerView } from "@/api/admin";
import type { Json } from "@/api/types";
import { Chip, type Tone } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { Frame } from "./Frame";
import { factOf } from "./facts";

const WORKER_TONES: Record<WorkerView["state"], Tone> = { alive: "ok", late: "warn", dead: "bad" };

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="rounded-card border border-line bg-surface px-4 py-3">
      <dt className="text-xs text-fg3">{label}</dt>
      <dd className="m-0 text-xl font-semibold tabular-nums">{children}</dd>
    </div>
  );
}

function Figures({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const { number, seconds } = useFormats();
  const { queue } = overview;
  return (
    <dl className="m-0 mb-6 grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-4">
      <Figure label={t("health.queued")}>{number(queue.queued)}</Figure>
      <Figure label={t("health.running")}>{number(queue.running)}</Figure>
      <Figure label={t("health.waiting")}>{number(queue.waiting)}</Figure>
      <Figure label={t("health.oldest")}>
        {queue.oldest_seconds === null ? "–" : seconds(queue.oldest_seconds)}
      </Figure>
      <Figure label={t("health.users")}>{number(overview.users)}</Figure>
      <Figure label={t("health.sessions")}>{number(overview.sessions)}</Figure>
      <Figure label={t("health.uptime")}>{seconds(overview.uptime)}</Figure>
      <Figure label={t("settings.version")}>{overview.version}</Figure>
    </dl>
  );
}

function Workers({ workers }: { workers: WorkerView[] }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  if (!workers.length) return <p className="p-4 text-fg2">{t("health.noWorkers")}</p>;
  return (
    <Rows>
      {workers.map((worker) => (
        <Item
          key={worker.id}
          title={
            <>
              {t("health.worker", { id: worker.id })}
              <Chip tone={WORKER_TONES[worker.state]}>{t(`health.state.${worker.state}`)}</Chip>
            </>
          }
          about={[
            t("health.works", { count: worker.running }),
            t("health.began", { date: date(worker.started_at) }),
          ].join(" · ")}
        />
      ))}
    </Rows>
  );
}

/** That nothing is wrong, said so that it can be told from nothing known. */
function AllWell({ children }: { children: string }) {
  return (
    <p className="flex items-center gap-2 p-4 text-fg2">
      <CircleCheck size={16} aria-hidden className="text-ok" />
      {children}
    </p>
  );
}

function Stuck({ stuck }: { stuck: Overview["stuck"] }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  if (!stuck.length) return <AllWell>{t("health.noneStuck")}</AllWell>;
  return (
    <Rows>
      {stuck.map((run) => (
        <Item
          key={run.id}
          icon={<TriangleAlert size={16} aria-hidden className="text-warn" />}
          title={
            <Link
              to="/runs/$id"
              params={{ id: run.id }}
              className="inline-flex min-h-6 items-center font-mono text-sm text-accent hover:underline"
            >
              {run.id}
            </Link>
          }
          about={`${t(`health.why.${run.reason}`)} · ${t("health.since", { ago: ago(run.since) })}`}
        />
      ))}
    </Rows>
  );
}

function Findings({ findings }: { findings: Overview["findings"] }) {
  const { t } = useTranslation();
  const { pick, ago } = useFormats();
  if (!findings.length) return <AllWell>{t("health.noFindings")}</AllWell>;
  return (
    <Rows>
      {findings.map((each) => (
        <Item
          key={`${each.code} ${each.run_id} ${each.node} ${each.since}`}
          icon={<TriangleAlert size={16} aria-hidden className="text-warn" />}
          title={pick(each.message, each.message_zh)}
          about={`${pick(each.repair, each.repair_zh)} · ${t("health.since", { ago: ago(each.since) })}`}
        />
      ))}
    </Rows>
  );
}

function Checks({ checks }: { checks: Overview["checks"] }) {
  const { t } = useTranslation();
  const { seconds } = useFormats();
  return (
    <Rows>
      {Object.entries(checks).map(([name, check]) => (
        <Item
          key={name}
          title={
            <>
              {factOf.name(name, t)}
              <Chip tone={check.status === "healthy" ? "ok" : "bad"}>
                {t(`health.check.${check.status}`)}
              </Chip>
            </>
          }
          about={[check.error, seconds(check.duration)].filter(Boolean).join(" · ")}
        />
      ))}
    </Rows>
  );
}

/** Where code runs: what keeps it in, or why it is off. */
function Boxes({ boxes }: { boxes: Overview["code"] }) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  return (
    <Rows>
      {boxes.map((box) => (
        <Item
          key={box.name}
          title={
            <>
              {t(`health.box.${box.name}`)}
              <Chip tone={box.on ? "ok" : "warn"}>
                {t(box.on ? "health.box.on" : "health.box.off")}
              </Chip>
            </>
          }
          about={box.on ? t("health.box.by", { by: box.by }) : pick(box.reason, box.reason_zh)}
        />
      ))}
    </Rows>
  );
}

/** Names and values the server tells, as they are. */
function Facts({ facts }: { facts: Record<string, Json> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <dl className="m-0 grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 px-4 py-3">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-fg2">{factOf.name(name, t)}</dt>
          <dd className="m-0 min-w-0 break-words tabular-nums">
            {factOf.value(name, value, formats)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export default function HealthPage() {
  const { t } = useTranslation();
  const overview = useQuery(overviewQuery());
  return (
    <Frame title={t("nav.health")} needs="system.read">
      <QueryState query={overview} rows={8}>
        {(found) => (
          <>
            <Figures overview={found} />
            <Section title={t("health.stuck")} hint={t("health.stuckHint")}>
              <Stuck stuck={found.stuck} />
            </Section>
            <Section title={t("health.findings")} hint={t("health.findingsHint")}>
              <Findings findings={found.findings} />
            </Section>
            <Section title={t("health.checks")}>
              <Checks checks={found.checks} />
            </Section>
            <Section title={t("health.code")} hint={t("health.codeHint")}>
              <Boxes boxes={found.code} />
            </Section>
            <Section title={t("health.workers")}>
              <Workers workers={found.workers} />
            </Section>
            <Section title={t("health.storage")}>
              <Facts facts={{ database: found.database, ...found.storage }} />
            </Section>
            {found.limits.length > 0 && (
              <Section title={t("health.limits")}>
                <Rows>
                  {found.limits.map((limit) => (
                    <Item
                      key={limit.key}
                      title={limit.key}
                      about={t("health.limit", {
                        running: limit.in_flight,
                        waiting: limit.waiting,
                        seconds: Math.ceil(limit.blocked_seconds),
                      })}
                    />
                  ))}
                </Rows>
              </Section>
            )}
          </>
        )}
      </QueryState>
    </Frame>
  );
}
