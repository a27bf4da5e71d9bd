// The team one works in: who is in it and with which role, who is invited, and one's other teams.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Mail, UserRound, UserRoundPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { InviteDialog } from "@/access/InviteDialog";
import { RoleSelect } from "@/access/RoleSelect";
import { useRoleName } from "@/access/roles";
import { useMay, useMe } from "@/access/session";
import { useSettingsSisters } from "@/access/sisters";
import {
  type Invited,
  invitationsQuery,
  inviteToTeam,
  type Member,
  membersQuery,
  removeMember,
  setMemberRole,
  withdrawInvitation,
} from "@/api/teams";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { SisterPage } from "@/ui/Sections";
import { OwnTeams } from "./OwnTeams";

interface MemberItemProps {
  member: Member;
  manages: boolean;
  /** One's own team is never left. */
  personal: boolean;
  onRole: (role: string) => void;
  onRemove: () => void;
}

function MemberItem({ member, manages, personal, onRole, onRemove }: MemberItemProps) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const me = useMe();
  const { user, role } = member;
  const mine = user.id === me?.id;
  const name = user.name || user.email;
  return (
    <Item
      icon={<UserRound size={18} aria-hidden />}
      title={
        <>
          {name}
          {mine && <Chip tone="accent">{t("team.you")}</Chip>}
        </>
      }
      about={user.email}
      actions={
        <>
          {manages && !(mine && personal) ? (
            <RoleSelect label={t("team.roleOf", { name })} role={role} onChoose={onRole} />
          ) : (
            <Chip>{roleName(role)}</Chip>
          )}
          {(mine ? !personal : manages) && (
            <Button small look="danger" onClick={onRemove}>
              {mine ? t("team.leave") : t("team.remove")}
            </Button>
          )}
        </>
      }
    />
  );
}

interface MembersProps {
  team: string;
  manages: boolean;
  personal: boolean;
}

function Members({ team, manages, personal }: MembersProps) {
  const client = useQueryClient();
  const members = useQuery(membersQuery(team));
  const changed = () => client.invalidateQueries({ queryKey: ["teams", team] });
  const role = useMutation({
    mutationFn: ({ user, role }: { user: string; role: string }) => setMemberRole(team, user, role),
    onSettled: changed,
  });
  const remove = useMutation({
    mutationFn: (user: string) => removeMember(team, user),
    onSettled: changed,
  });
  return (
    <QueryState query={members} rows={3}>
      {({ items }) => (
        <Rows>
          {items.map((member) => (
            <MemberItem
              key={member.user.id}
              member={member}
              manages={manages}
              personal={personal}
              onRole={(chosen) => role.mutate({ user: member.user.id, role: chosen })}
              onRemove={() => remove.mutate(member.user.id)}
            />
          ))}
        </Rows>
      )}
    </QueryState>
  );
}

function Invitations({ team }: { team: string }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const roleName = useRoleName();
  const client = useQueryClient();
  const invited = useQuery(invitationsQuery(team));
  const withdraw = useMutation({
    mutationFn: ({ id }: Invited) => withdrawInvitation(team, id),
    onSettled: () => client.invalidateQueries({ queryKey: ["teams", team] }),
  });
  if (!invited.data?.length) return null;
  return (
    <Section title={t("team.invitations")}>
      <Rows>
        {invited.data.map((each) => (
          <Item
            key={each.id}
            icon={<Mail size={18} aria-hidden />}
            title={
              <>
                {each.email}
                <Chip>{roleName(each.role)}</Chip>
              </>
            }
            about={t("team.invitedUntil", { date: date(each.expires_at) })}
            actions={
              <Button small look="danger" onClick={() => withdraw.mutate(each)}>
                {t("team.withdraw")}
              </Button>
            }
          />
        ))}
      </Rows>
    </Section>
  );
}

export default function TeamPage() {
  const { t } = useTranslation();
  const sisters = useSettingsSisters();
  const client = useQueryClient();
  const me = useMe();
  const may = useMay();
  const [inviting, setInviting] = useState(false);
  const team = me?.team;
  const manages = may("team.manage");
  const personal = me?.teams.find((each) => each.id === team?.id)?.personal ?? false;
  const name = personal ? t("team.personal") : (team?.name ?? "");
  return (
    <SisterPage label={t("settings.title")} sisters={sisters} title={t("nav.team")}>
      {team && (
        <>
          <Section
            title={name}
            hint={t("team.hint")}
            actions={
              manages && (
                <Button
                  look="primary"
                  icon={<UserRoundPlus size={15} aria-hidden />}
                  onClick={() => setInviting(true)}
                >
                  {t("team.invite")}
                </Button>
              )
            }
          >
            <Members team={team.id} manages={manages} personal={personal} />
          </Section>
          {manages && <Invitations team={team.id} />}
          <OwnTeams />
          {inviting && (
            <InviteDialog
              title={t("team.inviteTo", { team: name })}
              onInvite={async (email, role) => {
                const made = await inviteToTeam(team.id, email, role);
                await client.invalidateQueries({ queryKey: ["teams", team.id] });
                return made;
              }}
              onClose={() => setInviting(false)}
            />
          )}
        </>
      )}
    </SisterPage>
  );
}
