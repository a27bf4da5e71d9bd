// Everybody with an account: role, on or off, a link to a new password; and who is invited.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Ellipsis, KeyRound, Mail, Trash2, UserCheck, UserRoundPlus, UserX } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { InviteDialog } from "@/access/InviteDialog";
import { RoleSelect } from "@/access/RoleSelect";
import { useRoleName } from "@/access/roles";
import { useMay, useMe } from "@/access/session";
import {
  changeUser,
  deleteUser,
  inviteUser,
  resetLink,
  type UserView,
  userInvitationsQuery,
  usersQuery,
  withdrawUserInvitation,
} from "@/api/admin";
import { Asking } from "@/ui/Asking";
import { Button, IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { SearchInput } from "@/ui/inputs";
import { Menu } from "@/ui/Menu";
import { Pager } from "@/ui/Pager";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { CELL, LINE, Sheet } from "@/ui/Sheet";
import { ShownOnce } from "@/ui/ShownOnce";
import { Empty } from "@/ui/states";
import { Frame } from "./Frame";

const route = getRouteApi("/admin/users");
const TYPING_MS = 300;

type Open =
  | { what: "invite" }
  | { what: "delete"; user: UserView }
  | { what: "link"; user: UserView; link: string }
  | null;

function useUserActions(onOpen: (open: Open) => void) {
  const client = useQueryClient();
  const changed = () => client.invalidateQueries({ queryKey: ["users"] });
  const change = useMutation({
    mutationFn: ({ user, ...change }: { user: UserView; role?: string; disabled?: boolean }) =>
      changeUser(user.id, change),
    onSettled: changed,
  });
  const reset = useMutation({
    mutationFn: (user: UserView) => resetLink(user.id),
    onSuccess: ({ link }, user) => onOpen({ what: "link", user, link }),
  });
  return { change, reset };
}

interface UserRowProps {
  user: UserView;
  actions: ReturnType<typeof useUserActions>;
  onDelete: () => void;
}

function UserMenu({ user, actions, onDelete }: UserRowProps) {
  const { t } = useTranslation();
  const may = useMay();
  const label = t("users.menu", { name: user.name || user.email });
  const { change, reset } = actions;
  const update = may("user.update");
  return (
    <Menu
      label={label}
      trigger={
        <IconButton small look="quiet" label={label}>
          <Ellipsis size={16} />
        </IconButton>
      }
      items={[
        {
          id: "reset",
          label: t("users.reset"),
          icon: <KeyRound size={14} />,
          disabled: !update,
          onSelect: () => reset.mutate(user),
        },
        {
          id: "disable",
          label: user.disabled ? t("users.enable") : t("users.disable"),
          icon: user.disabled ? <UserCheck size={14} /> : <UserX size={14} />,
          disabled: !update,
          onSelect: () => change.mutate({ user, disabled: !user.disabled }),
        },
        null,
        {
          id: "delete",
          label: t("users.delete"),
          icon: <Trash2 size={14} />,
          danger: true,
          disabled: !may("user.delete"),
          onSelect: onDelete,
        },
      ]}
    />
  );
}

function UserRow(props: UserRowProps) {
  const { user, actions } = props;
  const { t } = useTranslation();
  const { ago } = useFormats();
  const may = useMay();
  const me = useMe();
  const mine = user.id === me?.id;
  return (
    <tr className={LINE}>
      <td className={CELL}>
        <span className="flex flex-wrap items-center gap-x-2">
          {user.name || user.email}
          {mine && <Chip tone="accent">{t("team.you")}</Chip>}
          {user.disabled && <Chip tone="bad">{t("users.disabled")}</Chip>}
        </span>
        <span className="text-xs break-all text-fg3">{user.email}</span>
      </td>
      <td className={CELL}>
        <RoleSelect
          label={t("team.roleOf", { name: user.name || user.email })}
          role={user.role}
          disabled={!may("user.update")}
          onChoose={(role) => actions.change.mutate({ user, role })}
        />
      </td>
      <td className={`${CELL} whitespace-nowrap text-fg2 max-sm:hidden`}>
        {user.last_seen_at ? ago(user.last_seen_at) : t("users.never")}
      </td>
      <td className={`${CELL} w-12 text-right`}>{!mine && <UserMenu {...props} />}</td>
    </tr>
  );
}

function Invited() {
  const { t } = useTranslation();
  const { date } = useFormats();
  const roleName = useRoleName();
  const client = useQueryClient();
  const invited = useQuery(userInvitationsQuery());
  const withdraw = useMutation({
    mutationFn: withdrawUserInvitation,
    onSettled: () => client.invalidateQueries({ queryKey: ["users", "invitations"] }),
  });
  if (!invited.data?.length) return null;
  return (
    <div className="mt-6">
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
                <Button small look="danger" onClick={() => withdraw.mutate(each.id)}>
                  {t("team.withdraw")}
                </Button>
              }
            />
          ))}
        </Rows>
      </Section>
    </div>
  );
}

function Dialogs({ open, onClose }: { open: Open; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const changed = () => client.invalidateQueries({ queryKey: ["users"] });
  if (open?.what === "invite")
    return (
      <InviteDialog
        title={t("users.invite")}
        onInvite={async (email, role) => {
          const made = await inviteUser(email, role);
          await changed();
          return made;
        }}
        onClose={onClose}
      />
    );
  if (open?.what === "delete")
    return (
      <Asking
        danger
        title={t("users.deleteTitle", { name: open.user.name || open.user.email })}
        submit={t("users.delete")}
        onSubmit={async () => {
          await deleteUser(open.user.id);
          await changed();
          onClose();
        }}
        onClose={onClose}
      >
        <p>{t("users.deleteHint")}</p>
      </Asking>
    );
  if (open?.what === "link")
    return (
      <Dialog open title={t("users.reset")} onClose={onClose}>
        <ShownOnce
          label={t("users.link", { name: open.user.name || open.user.email })}
          hint={t("users.linkHint")}
          value={open.link}
        />
      </Dialog>
    );
  return null;
}

function useSearchText(): [string, (text: string) => void] {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q ?? "");
  useEffect(() => {
    const wanted = typed.trim() || undefined;
    if (wanted === q) return;
    const timer = setTimeout(() => navigate({ search: { q: wanted }, replace: true }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, q, navigate]);
  return [typed, setTyped];
}

function List({ onOpen }: { onOpen: (open: Open) => void }) {
  const { t } = useTranslation();
  const { q, page } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useSearchText();
  const actions = useUserActions(onOpen);
  const users = useQuery({
    ...usersQuery({ search: q, page }),
    placeholderData: (before) => before,
  });
  const columns = [
    { id: "name", title: t("users.who") },
    { id: "role", title: t("team.role") },
    { id: "seen", title: t("users.seen"), wide: true },
    { id: "actions", title: t("library.actions"), silent: true },
  ];
  return (
    <>
      <SearchInput
        value={typed}
        onChange={setTyped}
        label={t("users.search")}
        className="mb-3 max-w-80"
      />
      <QueryState query={users} rows={6}>
        {(data) =>
          data.items.length ? (
            <>
              <Sheet label={t("nav.users")} columns={columns}>
                {data.items.map((user) => (
                  <UserRow
                    key={user.id}
                    user={user}
                    actions={actions}
                    onDelete={() => onOpen({ what: "delete", user })}
                  />
                ))}
              </Sheet>
              <Pager
                label={t("nav.users")}
                page={data.page}
                pages={data.total_pages}
                onPage={(next) => navigate({ search: { q, page: next } })}
              />
            </>
          ) : (
            <Empty title={t("users.none")} />
          )
        }
      </QueryState>
    </>
  );
}

export default function UsersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<Open>(null);
  return (
    <Frame
      title={t("nav.users")}
      needs="user.read"
      actions={
        may("user.create") && (
          <Button
            look="primary"
            icon={<UserRoundPlus size={15} aria-hidden />}
            onClick={() => setOpen({ what: "invite" })}
          >
            {t("team.invite")}
          </Button>
        )
      }
    >
      <List onOpen={setOpen} />
      {may("user.create") && <Invited />}
      <Dialogs open={open} onClose={() => setOpen(null)} />
    </Frame>
  );
}
