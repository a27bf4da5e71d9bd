// Writing a memory, changing one, and forgetting one for good.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  addMemory,
  changeMemory,
  forgetMemory,
  KINDS,
  type Memory,
  type MemoryDraft,
} from "@/api/memories";
import { Asking } from "@/ui/Asking";
import { Switch, TextArea } from "@/ui/inputs";
import { ChoiceField, Labeled, TextField } from "@/ui/Labeled";

interface DialogProps {
  agent: string;
  onClose: () => void;
}

function useChanged(onClose: () => void) {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["memories"] });
    onClose();
  };
}

export function WriteMemory({ agent, memory, onClose }: DialogProps & { memory?: Memory }) {
  const { t } = useTranslation();
  const changed = useChanged(onClose);
  const [draft, setDraft] = useState<MemoryDraft>({
    text: memory?.text ?? "",
    kind: memory?.kind ?? "fact",
    about: memory?.about ?? "",
    importance: memory?.importance ?? 0.5,
    trusted: memory?.trusted ?? true,
  });
  const set = (part: Partial<MemoryDraft>) => setDraft((now) => ({ ...now, ...part }));
  const save = async () => {
    await (memory ? changeMemory(agent, memory.id, draft) : addMemory(agent, draft));
    await changed();
  };
  return (
    <Asking
      title={memory ? t("memory.changeTitle") : t("memory.addTitle")}
      submit={t("memory.save")}
      disabled={!draft.text.trim()}
      onSubmit={save}
      onClose={onClose}
    >
      <Labeled label={t("memory.text")} hint={t("memory.textHint")}>
        {(wiring) => (
          <TextArea
            {...wiring}
            required
            maxLength={2000}
            value={draft.text}
            onChange={(event) => set({ text: event.target.value })}
          />
        )}
      </Labeled>
      <ChoiceField
        label={t("memory.kindLabel")}
        value={draft.kind}
        choices={KINDS.map((id) => ({ id, title: t(`memory.kind.${id}`) }))}
        onChoose={(id) => set({ kind: KINDS.find((each) => each === id) ?? "fact" })}
      />
      <TextField
        label={t("memory.about")}
        hint={t("memory.aboutHint")}
        maxLength={200}
        value={draft.about}
        onText={(about) => set({ about })}
      />
      {memory && !memory.trusted && (
        <Labeled label={t("memory.trusted")} hint={t("memory.trustedHint")}>
          {(wiring) => (
            <Switch
              {...wiring}
              checked={draft.trusted}
              onChange={(event) => set({ trusted: event.target.checked })}
            />
          )}
        </Labeled>
      )}
    </Asking>
  );
}

export function ForgetMemory({ agent, memory, onClose }: DialogProps & { memory: Memory }) {
  const { t } = useTranslation();
  const changed = useChanged(onClose);
  const forget = async () => {
    await forgetMemory(agent, memory.id);
    await changed();
  };
  return (
    <Asking
      danger
      title={t("memory.forgetTitle")}
      submit={t("memory.forget")}
      onSubmit={forget}
      onClose={onClose}
    >
      <p className="break-words">{memory.text}</p>
      <p className="text-sm text-fg2">{t("memory.forgetHint")}</p>
    </Asking>
  );
}
