// Whose account it is, the team to work in, and the way out. Not there on a machine without accounts.
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { LogOut, UserRound, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/access/session";
import { useWorkIn } from "@/access/useWorkIn";
import { BASE } from "@/api/address";
import { type Me, signOut } from "@/api/people";
import { Menu, type MenuItem } from "@/ui/Menu";

/** Nothing of the old session may stay on the page. */
const leave = () => location.assign(`${BASE}/sign-in`);

function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="grid size-7 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent uppercase"
    >
      {[...name][0] ?? "?"}
    </span>
  );
}

function teamItems(me: Me, choose: (id: string) => void, personal: string): MenuItem[] {
  if (me.teams.length < 2) return [];
  return me.teams.map((team) => ({
    id: `team-${team.id}`,
    label: team.personal ? personal : team.name,
    icon: <Users size={14} />,
    checked: team.id === me.team?.id,
    onSelect: () => team.id !== me.team?.id && choose(team.id),
  }));
}

export function AccountMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const work = useWorkIn();
  const out = useMutation({ mutationFn: signOut, onSuccess: leave });
  if (!me || me.local) return null;
  const name = me.name || me.email;
  const label = t("nav.account", { name });
  const teams = teamItems(me, (id) => work.mutate(id), t("nav.personalTeam"));
  return (
    <Menu
      label={label}
      trigger={
        <button
          type="button"
          aria-label={label}
          data-tip={label}
          data-tip-side="right"
          className="grid h-9 w-10 place-items-center rounded-lg hover:bg-surface2"
        >
          <Avatar name={name} />
        </button>
      }
      items={[
        {
          id: "profile",
          label: name,
          icon: <UserRound size={14} />,
          onSelect: () => void navigate({ to: "/settings/account" }),
        },
        ...(teams.length ? [null, ...teams] : []),
        null,
        {
          id: "team",
          label: t("nav.team"),
          icon: <Users size={14} />,
          onSelect: () => void navigate({ to: "/settings/team" }),
        },
        {
          id: "out",
          label: t("nav.signOut"),
          icon: <LogOut size={14} />,
          onSelect: () => out.mutate(),
        },
      ]}
    />
  );
}
