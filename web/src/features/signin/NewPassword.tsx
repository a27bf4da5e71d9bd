// Choosing a password, with what makes it a good one.
import { useTranslation } from "react-i18next";
import { PasswordField } from "@/ui/Labeled";

/** Shorter ones the server refuses. */
const SHORTEST = 10;

interface NewPasswordProps {
  value: string;
  onText: (text: string) => void;
  /** For managers of passwords, which store it under this name. */
  email: string;
}

export function NewPassword({ value, onText, email }: NewPasswordProps) {
  const { t } = useTranslation();
  return (
    <>
      <input type="hidden" name="username" value={email} autoComplete="username" />
      <PasswordField
        required
        minLength={SHORTEST}
        name="new-password"
        label={t("signIn.newPassword")}
        hint={t("signIn.newPasswordHint", { count: SHORTEST })}
        value={value}
        onText={onText}
        autoComplete="new-password"
      />
    </>
  );
}
