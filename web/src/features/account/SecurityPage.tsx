// Second factors, and the browsers that are signed in.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Monitor } from "lucide-react";
import { useTranslation } from "react-i18next";
import { endOtherSessions, endSession, type SessionView, sessionsQuery } from "@/api/people";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { browserName } from "./browserName";
import { Factors } from "./Factors";
import { Frame } from "./Frame";

function SessionItem({ session, onEnd }: { session: SessionView; onEnd: () => void }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  return (
    <Item
      icon={<Monitor size={18} aria-hidden />}
      title={
        <>
          {browserName(session.agent) || t("session.unknown")}
          {session.current && <Chip tone="ok">{t("session.current")}</Chip>}
        </>
      }
      about={[session.address, t("session.seen", { ago: ago(session.last_used_at) })]
        .filter(Boolean)
        .join(" · ")}
      actions={
        !session.current && (
          <Button small look="danger" onClick={onEnd}>
            {t("session.end")}
          </Button>
        )
      }
    />
  );
}

export default function SecurityPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sessions = useQuery(sessionsQuery());
  const changed = () => client.invalidateQueries({ queryKey: ["me", "sessions"] });
  const end = useMutation({ mutationFn: endSession, onSettled: changed });
  const endOthers = useMutation({ mutationFn: endOtherSessions, onSettled: changed });
  const others = sessions.data?.some((session) => !session.current);
  return (
    <Frame title={t("factor.page")}>
      <Factors />
      <Section
        title={t("session.title")}
        hint={t("session.hint")}
        actions={
          others && (
            <Button small look="danger" onClick={() => endOthers.mutate()}>
              {t("session.endOthers")}
            </Button>
          )
        }
      >
        <QueryState query={sessions}>
          {(items) => (
            <Rows>
              {items.map((session) => (
                <SessionItem
                  key={session.id}
                  session={session}
                  onEnd={() => end.mutate(session.id)}
                />
              ))}
            </Rows>
          )}
        </QueryState>
      </Section>
    </Frame>
  );
}
