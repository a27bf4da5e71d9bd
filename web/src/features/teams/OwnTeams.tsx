// The teams one is in: work in another, make one, rename the current one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoleName } from "@/access/roles";
import { useMay, useMe } from "@/access/session";
import { useWorkIn } from "@/access/useWorkIn";
import type { TeamOfMine } from "@/api/people";
import { deleteTeam, makeTeam, renameTeam } from "@/api/teams";
import { Asking } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { TextField } from "@/ui/Labeled";
import { Item, Rows, Section } from "@/ui/Section";

interface NameDialogProps {
  title: string;
  submit: string;
  name?: string;
  onSubmit: (name: string) => Promise<unknown>;
  onClose: () => void;
}

function NameDialog({ title, submit, name: before, onSubmit, onClose }: NameDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(before ?? "");
  return (
    <Asking
      title={title}
      submit={submit}
      disabled={!name.trim()}
      onSubmit={() => onSubmit(name.trim())}
      onClose={onClose}
    >
      <TextField required label={t("team.name")} value={name} onText={setName} />
    </Asking>
  );
}

function TeamItem({ team, onRename }: { team: TeamOfMine; onRename: () => void }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const may = useMay();
  const client = useQueryClient();
  const current = useMe()?.team?.id === team.id;
  const work = useWorkIn();
  const remove = useMutation({
    mutationFn: () => deleteTeam(team.id),
    onSettled: () => client.invalidateQueries({ queryKey: ["me"] }),
  });
  const name = team.personal ? t("team.personal") : team.name;
  return (
    <Item
      icon={<Users size={18} aria-hidden />}
      title={
        <>
          {name}
          {current && <Chip tone="ok">{t("team.current")}</Chip>}
        </>
      }
      about={roleName(team.role)}
      actions={
        <>
          {current && may("team.manage") && !team.personal && (
            <Button small onClick={onRename}>
              {t("team.rename")}
            </Button>
          )}
          {!current && (
            <Button small busy={work.isPending} onClick={() => work.mutate(team.id)}>
              {t("team.workHere")}
            </Button>
          )}
          {!current && !team.personal && team.role === "admin" && (
            <Button small look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
              {t("team.delete")}
            </Button>
          )}
        </>
      }
    />
  );
}

export function OwnTeams() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const work = useWorkIn();
  const [open, setOpen] = useState<"make" | TeamOfMine | null>(null);
  if (!me) return null;
  return (
    <Section
      title={t("team.mine")}
      hint={t("team.mineHint")}
      actions={
        <Button icon={<Plus size={15} aria-hidden />} onClick={() => setOpen("make")}>
          {t("team.make")}
        </Button>
      }
    >
      <Rows>
        {me.teams.map((team) => (
          <TeamItem key={team.id} team={team} onRename={() => setOpen(team)} />
        ))}
      </Rows>
      {open === "make" && (
        <NameDialog
          title={t("team.make")}
          submit={t("team.makeIt")}
          onSubmit={async (name) => work.mutateAsync((await makeTeam(name)).id)}
          onClose={() => setOpen(null)}
        />
      )}
      {open && open !== "make" && (
        <NameDialog
          title={t("team.rename")}
          submit={t("ui.save")}
          name={open.name}
          onSubmit={async (name) => {
            await renameTeam(open.id, name);
            await client.invalidateQueries({ queryKey: ["me"] });
            setOpen(null);
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </Section>
  );
}
