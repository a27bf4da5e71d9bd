// What went wrong on the way through another house, by the code that came back in the address.
import { useTranslation } from "react-i18next";

const KNOWN = [
  "sign_in_failed",
  "sign_in_lost",
  "sign_in_busy",
  "not_invited",
  "no_usable_email",
  "link_first",
  "linked_elsewhere",
  "account_disabled",
  "confirm_first",
  "issuer_unreachable",
] as const;

export function useSignInError(): (code: string) => string {
  const { t } = useTranslation();
  return (code) => {
    const known = KNOWN.find((each) => each === code);
    return known ? t(`signInError.${known}`) : t("signInError.other", { code });
  };
}
