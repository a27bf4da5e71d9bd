// What was sent to one place: delivered, tried again, or given up and waiting to be sent by hand.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { type Delivery, deliveriesQuery, redeliver } from "@/api/admin";
import { Button } from "@/ui/Button";
import { Chip, type Tone } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { Pager } from "@/ui/Pager";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { CELL, LINE, Sheet } from "@/ui/Sheet";

const TONES: Record<Delivery["status"], Tone> = {
  waiting: "run",
  delivered: "ok",
  dead: "bad",
};

const STATUSES = ["waiting", "delivered", "dead"] as const;

function Line({ delivery, onAgain }: { delivery: Delivery; onAgain: (() => void) | null }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { answer } = delivery;
  return (
    <tr className={LINE}>
      <td className={`${CELL} whitespace-nowrap text-fg2`}>{moment(delivery.created_at)}</td>
      <td className={CELL}>
        <code className="font-mono text-xs">{delivery.event}</code>
        {delivery.status !== "delivered" && answer && (
          <p className="text-xs break-words text-bad">{answer.text}</p>
        )}
      </td>
      <td className={CELL}>
        <Chip tone={TONES[delivery.status]}>{t(`webhook.status.${delivery.status}`)}</Chip>
        <span className="ml-2 text-xs text-fg3">
          {[answer?.status ?? "", t("webhook.attempts", { count: delivery.attempts })]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </td>
      <td className={`${CELL} text-right`}>
        {onAgain && delivery.status !== "waiting" && (
          <Button small icon={<RotateCw size={13} aria-hidden />} onClick={onAgain}>
            {t("webhook.again")}
          </Button>
        )}
      </td>
    </tr>
  );
}

export function Deliveries({ webhook }: { webhook: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const [page, setPage] = useState(1);
  const [status, setStatus] = useState<Delivery["status"]>();
  const deliveries = useQuery(deliveriesQuery(webhook, page, status));
  const again = useMutation({
    mutationFn: redeliver,
    onSettled: () => client.invalidateQueries({ queryKey: ["webhooks", webhook] }),
  });
  const columns = [
    { id: "at", title: t("audit.when") },
    { id: "event", title: t("webhook.event") },
    { id: "status", title: t("audit.outcome") },
    { id: "again", title: t("webhook.again"), silent: true },
  ];
  return (
    <Section
      title={t("webhook.deliveries")}
      actions={
        <Select
          aria-label={t("audit.outcome")}
          value={status ?? ""}
          onChange={(event) => {
            setPage(1);
            setStatus(STATUSES.find((each) => each === event.target.value));
          }}
        >
          <option value="">{t("audit.any")}</option>
          {STATUSES.map((each) => (
            <option key={each} value={each}>
              {t(`webhook.status.${each}`)}
            </option>
          ))}
        </Select>
      }
    >
      <QueryState query={deliveries}>
        {(data) =>
          data.items.length ? (
            <>
              <Sheet label={t("webhook.deliveries")} columns={columns}>
                {data.items.map((delivery) => (
                  <Line
                    key={delivery.id}
                    delivery={delivery}
                    onAgain={may("webhook.write") ? () => again.mutate(delivery.id) : null}
                  />
                ))}
              </Sheet>
              <Pager
                label={t("webhook.deliveries")}
                page={data.page}
                pages={data.total_pages}
                onPage={setPage}
              />
            </>
          ) : (
            <p className="p-4 text-fg2">{t("webhook.noDeliveries")}</p>
          )
        }
      </QueryState>
    </Section>
  );
}
