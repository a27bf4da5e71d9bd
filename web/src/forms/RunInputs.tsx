// The dialog before a run: what the agent asks for. Its form is loaded only now.
import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { AgentInput, Json } from "@/api/types";
import { fieldOfInput } from "./fields";

const InputsDialog = lazy(() =>
  import("./InputsDialog").then((module) => ({ default: module.InputsDialog })),
);

interface RunInputsProps {
  agent: { name: string; description?: string; inputs: AgentInput[] };
  /** Values to start with, instead of the defaults. */
  initial?: Record<string, Json> | undefined;
  note?: ReactNode;
  onSubmit: (values: Record<string, Json>) => Promise<void>;
  onClose: () => void;
}

export function RunInputs({ agent, initial, note, onSubmit, onClose }: RunInputsProps) {
  const { t } = useTranslation();
  return (
    <Suspense>
      <InputsDialog
        title={t("agent.runTitle", { name: agent.name })}
        {...(agent.description ? { description: agent.description } : {})}
        fields={agent.inputs.map(fieldOfInput)}
        initial={initial}
        submitLabel={t("agent.run")}
        note={note}
        onSubmit={onSubmit}
        onClose={onClose}
      />
    </Suspense>
  );
}
