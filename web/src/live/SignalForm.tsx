// Sends a run the message it waits for: any JSON value, or nothing.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { signalRun } from "@/api/runs";
import type { Json } from "@/api/types";
import { Button } from "@/ui/Button";
import { TextInput } from "@/ui/inputs";

/** What was typed, as JSON; text that is none is taken as it stands. */
export function typedValue(typed: string): Json {
  if (typed.trim() === "") return null;
  try {
    return JSON.parse(typed) as Json;
  } catch {
    return typed;
  }
}

export function SignalForm({ run, name }: { run: string; name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const field = useId();
  const [typed, setTyped] = useState("");
  const send = useMutation({
    mutationFn: () => signalRun(run, name, typedValue(typed)),
    onSettled: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <label htmlFor={field} className="text-sm text-fg2">
        {t("wait.signalData")}
      </label>
      <TextInput
        id={field}
        value={typed}
        placeholder={t("wait.signalHint")}
        onChange={(event) => setTyped(event.target.value)}
        className="w-44! font-mono text-xs"
      />
      <Button type="submit" busy={send.isPending} icon={<Send size={14} aria-hidden />}>
        {t("wait.signalSend")}
      </Button>
    </form>
  );
}
