// What the roles that come with the server are called; roles made here carry their own names.
import { useTranslation } from "react-i18next";

const KNOWN = ["admin", "user", "viewer"] as const;

export function useRoleName(): (role: string) => string {
  const { t } = useTranslation();
  return (role) => {
    const known = KNOWN.find((each) => each === role);
    return known ? t(`role.${known}`) : role;
  };
}
