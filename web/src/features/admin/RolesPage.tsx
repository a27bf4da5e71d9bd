// Who may do what: every permission down the side, every role across.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Pencil, Plus, Trash2 } from "lucide-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { PermissionPicker } from "@/access/PermissionPicker";
import { grouped, usePermissionWords } from "@/access/permissions";
import { useRoleName } from "@/access/roles";
import { useMay } from "@/access/session";
import { permissionsQuery, putRole, type Role, removeRole, rolesQuery } from "@/api/teams";
import { Asking } from "@/ui/Asking";
import { Button, IconButton } from "@/ui/Button";
import { TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { Frame } from "./Frame";

interface RoleDialogProps {
  role: Role | null;
  all: string[];
  onClose: () => void;
}

function RoleDialog({ role, all, onClose }: RoleDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(role?.name ?? "");
  const [chosen, setChosen] = useState(() => new Set(role?.permissions ?? []));
  const save = async () => {
    await putRole(name.trim(), [...chosen]);
    await client.invalidateQueries({ queryKey: ["roles"] });
    onClose();
  };
  return (
    <Asking
      wide
      title={role ? t("roles.changeTitle", { name: role.name }) : t("roles.make")}
      submit={t("ui.save")}
      disabled={!name.trim() || chosen.size === 0}
      onSubmit={save}
      onClose={onClose}
    >
      {!role && (
        <TextField
          required
          label={t("roles.name")}
          hint={t("roles.nameHint")}
          value={name}
          onText={setName}
        />
      )}
      <PermissionPicker label={t("roles.permits")} all={all} chosen={chosen} onChange={setChosen} />
    </Asking>
  );
}

interface HeadProps {
  role: Role;
  onChange: () => void;
}

function RoleHead({ role, onChange }: HeadProps) {
  const { t } = useTranslation();
  const may = useMay();
  const roleName = useRoleName();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeRole(role.name),
    onSettled: () => client.invalidateQueries({ queryKey: ["roles"] }),
  });
  return (
    <th scope="col" className="sticky top-0 z-1 min-w-24 bg-surface px-2 py-2 text-center">
      <span className="block text-sm font-semibold">{roleName(role.name)}</span>
      {role.built_in ? (
        <span className="text-xs font-normal text-fg3">{t("roles.builtIn")}</span>
      ) : (
        may("role.manage") && (
          <span className="flex justify-center">
            <IconButton
              small
              look="quiet"
              label={t("roles.changeTitle", { name: role.name })}
              onClick={onChange}
            >
              <Pencil size={14} />
            </IconButton>
            <IconButton
              small
              look="quiet"
              label={t("roles.delete", { name: role.name })}
              onClick={() => remove.mutate()}
            >
              <Trash2 size={14} />
            </IconButton>
          </span>
        )
      )}
    </th>
  );
}

function Mark({ permits }: { permits: boolean }) {
  const { t } = useTranslation();
  return (
    <td className="px-2 py-1.5 text-center">
      {permits ? (
        <Check size={16} role="img" aria-label={t("value.yes")} className="mx-auto text-ok" />
      ) : (
        <span className="sr-only">{t("value.no")}</span>
      )}
    </td>
  );
}

interface MatrixProps {
  roles: Role[];
  all: string[];
  onChange: (role: Role) => void;
}

function Matrix({ roles, all, onChange }: MatrixProps) {
  const { t } = useTranslation();
  const words = usePermissionWords();
  return (
    <section
      aria-label={t("nav.roles")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      className="relative overflow-x-auto rounded-card border border-line bg-surface"
    >
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line">
            <th scope="col" className="bg-surface px-4 py-2 text-xs font-normal text-fg3">
              {t("roles.permission")}
            </th>
            {roles.map((role) => (
              <RoleHead key={role.name} role={role} onChange={() => onChange(role)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {grouped(all).map(({ noun, permissions }) => (
            <Fragment key={noun}>
              <tr className="border-t border-line bg-surface2">
                <th
                  scope="rowgroup"
                  colSpan={roles.length + 1}
                  className="px-4 py-1.5 text-sm font-semibold"
                >
                  {words.noun(noun)}
                </th>
              </tr>
              {permissions.map((permission) => (
                <tr key={permission} className="border-t border-line">
                  <th scope="row" className="min-w-36 px-4 py-1.5 font-normal">
                    {words.permission(permission)}
                    <code className="ml-2 font-mono text-xs text-fg3 max-sm:hidden">
                      {permission}
                    </code>
                  </th>
                  {roles.map((role) => (
                    <Mark key={role.name} permits={role.permissions.includes(permission)} />
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export default function RolesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const roles = useQuery(rolesQuery());
  const permissions = useQuery(permissionsQuery());
  const [open, setOpen] = useState<Role | "make" | null>(null);
  const all = permissions.data?.map((each) => each.name) ?? [];
  return (
    <Frame
      title={t("nav.roles")}
      needs="role.read"
      actions={
        may("role.manage") && (
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setOpen("make")}
          >
            {t("roles.make")}
          </Button>
        )
      }
    >
      <p className="mb-3 text-sm text-fg2">{t("roles.hint")}</p>
      <QueryState query={roles} rows={8}>
        {(items) => <Matrix roles={items} all={all} onChange={setOpen} />}
      </QueryState>
      {open && (
        <RoleDialog role={open === "make" ? null : open} all={all} onClose={() => setOpen(null)} />
      )}
    </Frame>
  );
}
