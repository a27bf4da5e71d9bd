// Accepting an invitation: who invited whom to what, a name and a password.
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoleName } from "@/access/roles";
import { SecondStep } from "@/access/SecondStep";
import { acceptInvitation, invitationQuery, type SignedIn } from "@/api/people";
import { Refusal } from "@/ui/Asking";
import { BarePage } from "@/ui/BarePage";
import { Button } from "@/ui/Button";
import { PasswordField, TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { NewPassword } from "./NewPassword";
import { useArrival } from "./useArrival";

const route = getRouteApi("/invitations/$token");

interface AcceptProps {
  token: string;
  email: string;
  known: boolean;
}

function Accept({ token, email, known }: AcceptProps) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const arrived = useArrival();
  const [second, setSecond] = useState<SignedIn["second"]>(null);
  const done = (signedIn: SignedIn) => (signedIn.second ? setSecond(signedIn.second) : arrived());
  const accept = useMutation({
    mutationFn: () => acceptInvitation(token, name.trim(), password),
    onSuccess: done,
    meta: { silent: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  if (second) return <SecondStep {...second} onDone={done} onBack={() => setSecond(null)} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5">
      <TextField
        readOnly
        type="email"
        label={t("signIn.email")}
        value={email}
        onText={() => undefined}
        autoComplete="username"
      />
      {known ? (
        <PasswordField
          autoFocus
          label={t("signIn.password")}
          hint={t("invitation.known")}
          value={password}
          onText={setPassword}
          autoComplete="current-password"
        />
      ) : (
        <>
          <TextField
            required
            autoFocus
            label={t("first.name")}
            value={name}
            onText={setName}
            name="name"
            autoComplete="name"
          />
          <NewPassword value={password} onText={setPassword} email={email} />
        </>
      )}
      <Refusal error={accept.error} />
      <Button type="submit" look="primary" busy={accept.isPending}>
        {t("invitation.accept")}
      </Button>
    </form>
  );
}

export default function InvitationPage() {
  const { t } = useTranslation();
  const { token } = route.useParams();
  const invitation = useQuery(invitationQuery(token));
  const roleName = useRoleName();
  return (
    <BarePage title={t("invitation.title")}>
      <QueryState query={invitation} rows={4}>
        {({ email, team, role, by, has_account }) => (
          <>
            <p className="mb-4 text-fg2">
              {team
                ? t("invitation.toTeam", { by, team, role: roleName(role) })
                : t("invitation.toServer", { by, role: roleName(role) })}
            </p>
            <Accept token={token} email={email} known={has_account} />
          </>
        )}
      </QueryState>
    </BarePage>
  );
}
