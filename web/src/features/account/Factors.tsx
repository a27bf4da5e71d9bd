// What is asked for beside the password.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Fingerprint, KeySquare, Smartphone, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { gaveUp, makePasskey, passkeysWork } from "@/access/passkeys";
import {
  addPasskey,
  type Factor,
  factorsQuery,
  makeRecoveryCodes,
  newPasskeyOptions,
  removeFactor,
} from "@/api/people";
import { Asking, Refusal } from "@/ui/Asking";
import { Button, IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { RecoveryDialog } from "./RecoveryDialog";
import { TotpDialog } from "./TotpDialog";

const ICONS = { totp: Smartphone, passkey: Fingerprint, recovery: KeySquare };

function PasskeyDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const add = async () => {
    try {
      await addPasskey(name.trim(), await makePasskey(await newPasskeyOptions()));
    } catch (error) {
      if (gaveUp(error)) return;
      throw error;
    }
    onDone();
  };
  return (
    <Asking
      title={t("factor.passkeyTitle")}
      submit={t("factor.makePasskey")}
      onSubmit={add}
      onClose={onClose}
    >
      <p className="text-fg2">{t("factor.passkeyHint")}</p>
      <TextField
        required
        label={t("factor.passkeyName")}
        placeholder={t("factor.passkeyExample")}
        value={name}
        onText={setName}
      />
    </Asking>
  );
}

function FactorItem({ factor, onRemove }: { factor: Factor; onRemove: () => void }) {
  const { t } = useTranslation();
  const { ago, date } = useFormats();
  const Icon = ICONS[factor.kind];
  const used = factor.last_used_at
    ? t("factor.used", { ago: ago(factor.last_used_at) })
    : t("factor.added", { date: date(factor.created_at) });
  const left = factor.left ?? null;
  return (
    <Item
      icon={<Icon size={18} aria-hidden />}
      title={
        <>
          {factor.name || t(`factor.kind.${factor.kind}`)}
          {!factor.confirmed && <Chip tone="warn">{t("factor.unconfirmed")}</Chip>}
        </>
      }
      about={
        left === null
          ? `${t(`factor.kind.${factor.kind}`)} · ${used}`
          : t("factor.left", { count: left })
      }
      actions={
        <IconButton
          small
          look="quiet"
          label={t("factor.remove", { name: factor.name || t(`factor.kind.${factor.kind}`) })}
          onClick={onRemove}
        >
          <Trash2 size={15} />
        </IconButton>
      }
    />
  );
}

type Open = "totp" | "passkey" | null;

export function Factors() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const factors = useQuery(factorsQuery());
  const [open, setOpen] = useState<Open>(null);
  const changed = () => {
    void client.invalidateQueries({ queryKey: ["me"] });
    setOpen(null);
  };
  const recovery = useMutation({ mutationFn: makeRecoveryCodes, onSuccess: changed });
  const remove = useMutation({ mutationFn: removeFactor, onSettled: changed });
  return (
    <Section
      title={t("factor.title")}
      hint={t("factor.hint")}
      actions={
        <>
          <Button small onClick={() => setOpen("totp")}>
            {t("factor.addTotp")}
          </Button>
          {passkeysWork() && (
            <Button small onClick={() => setOpen("passkey")}>
              {t("factor.addPasskey")}
            </Button>
          )}
          <Button small busy={recovery.isPending} onClick={() => recovery.mutate()}>
            {t("factor.makeRecovery")}
          </Button>
        </>
      }
    >
      <QueryState query={factors}>
        {(items) =>
          items.length ? (
            <Rows>
              {items.map((factor) => (
                <FactorItem
                  key={factor.id}
                  factor={factor}
                  onRemove={() => remove.mutate(factor.id)}
                />
              ))}
            </Rows>
          ) : (
            <p className="p-4 text-fg2">{t("factor.none")}</p>
          )
        }
      </QueryState>
      <Refusal error={remove.error} />
      {open === "totp" && <TotpDialog onDone={changed} onClose={() => setOpen(null)} />}
      {open === "passkey" && <PasskeyDialog onDone={changed} onClose={() => setOpen(null)} />}
      {recovery.data && (
        <RecoveryDialog codes={recovery.data.codes} onClose={() => recovery.reset()} />
      )}
    </Section>
  );
}
