// Inviting somebody by e-mail; where no mail can be sent, the link is shown to be handed over.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Invited } from "@/api/teams";
import { Asking } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ChoiceField, TextField } from "@/ui/Labeled";
import { ShownOnce } from "@/ui/ShownOnce";
import { useRoleNames } from "./RoleSelect";
import { useRoleName } from "./roles";

interface InviteDialogProps {
  title: string;
  onInvite: (email: string, role: string) => Promise<Invited>;
  onClose: () => void;
}

export function InviteDialog({ title, onInvite, onClose }: InviteDialogProps) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const roles = useRoleNames();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("user");
  const [made, setMade] = useState<Invited | null>(null);
  if (made)
    return (
      <Dialog
        open
        title={title}
        onClose={onClose}
        footer={
          <Button look="primary" onClick={onClose}>
            {t("ui.close")}
          </Button>
        }
      >
        {made.link ? (
          <ShownOnce
            label={t("team.invitedLink", { email: made.email })}
            hint={t("team.invitedLinkHint")}
            value={made.link}
          />
        ) : (
          <p role="status">{t("team.invited", { email: made.email })}</p>
        )}
      </Dialog>
    );
  return (
    <Asking
      title={title}
      submit={t("team.sendInvitation")}
      onSubmit={async () => setMade(await onInvite(email.trim(), role))}
      onClose={onClose}
    >
      <TextField
        required
        type="email"
        label={t("signIn.email")}
        value={email}
        onText={setEmail}
        autoComplete="off"
      />
      <ChoiceField
        label={t("team.role")}
        value={role}
        choices={roles.map((each) => ({ id: each, title: roleName(each) }))}
        onChoose={setRole}
      />
    </Asking>
  );
}
