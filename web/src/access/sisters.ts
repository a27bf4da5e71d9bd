// The pages of the settings and of the administration, as far as one may see them.
import { useTranslation } from "react-i18next";
import type { Sister } from "@/ui/Sections";
import { useMay, useMe } from "./session";

export function useSettingsSisters(): Sister[] {
  const { t } = useTranslation();
  const me = useMe();
  const admin = useAdminSisters();
  if (!me) return [];
  const own: Sister[] = [
    { to: "/settings/account", label: t("nav.profile") },
    { to: "/settings/security", label: t("nav.security") },
    { to: "/settings/keys", label: t("nav.keys") },
    { to: "/settings/team", label: t("nav.team") },
  ];
  return [
    { to: "/settings", label: t("nav.general") },
    { to: "/settings/memory", label: t("nav.memory") },
    { to: "/settings/usage", label: t("nav.usage") },
    { to: "/settings/models", label: t("nav.models") },
    { to: "/settings/mcp", label: t("nav.mcp") },
    ...(me.local ? [] : own),
    // On a phone there is no room for it in the rail.
    ...(admin.length ? [{ to: "/admin", label: t("nav.admin"), small: true } as const] : []),
  ];
}

const ADMIN = [
  { to: "/admin/users", word: "nav.users", needs: "user.read", accounts: true },
  { to: "/admin/roles", word: "nav.roles", needs: "role.read", accounts: true },
  { to: "/admin/audit", word: "nav.audit", needs: "audit.read" },
  { to: "/admin/health", word: "nav.health", needs: "system.read" },
  { to: "/admin/webhooks", word: "nav.webhooks", needs: "webhook.read" },
] as const;

export function useAdminSisters(): Sister[] {
  const { t } = useTranslation();
  const may = useMay();
  const me = useMe();
  if (!me) return [];
  return ADMIN.filter(
    (each) => may(each.needs) && !(me.local && "accounts" in each && each.accounts),
  ).map(({ to, word }) => ({ to, label: t(word) }));
}
