// Leads to the first page of the administration that one may see.
import { Navigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "@/access/session";
import { useAdminSisters } from "@/access/sisters";
import { Frame } from "./Frame";

export default function AdminPage() {
  const { t } = useTranslation();
  const me = useMe();
  const [first] = useAdminSisters();
  if (first) return <Navigate to={first.to} replace />;
  if (!me) return null;
  return (
    <Frame title={t("nav.admin")} needs="system.read">
      {null}
    </Frame>
  );
}
