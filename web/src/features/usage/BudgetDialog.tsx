// How much models may take, of all agents or of one.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { agentsQuery } from "@/api/agents";
import { type BudgetView, setBudget, WINDOWS, type Window, type Windows } from "@/api/spending";
import { Asking } from "@/ui/Asking";
import { Select } from "@/ui/inputs";
import { Labeled, TextField } from "@/ui/Labeled";

const KINDS = ["usd", "tokens", "unpriced_calls"] as const;
type Kind = (typeof KINDS)[number];
type Typed = Record<`${Window}.${Kind}`, string>;

const key = (window: Window, kind: Kind) => `${window}.${kind}` as const;
const places = WINDOWS.flatMap((window) => KINDS.map((kind) => [window, kind] as const));

function typedOf(budget: BudgetView | null): Typed {
  const text = (window: Window, kind: Kind) => String(budget?.[window]?.[kind] ?? "");
  return Object.fromEntries(
    places.map(([window, kind]) => [key(window, kind), text(window, kind)]),
  ) as Typed;
}

const isWrong = (text: string, kind: Kind) => {
  const value = Number(text);
  return text.trim() !== "" && !(value >= 0 && (kind === "usd" || Number.isInteger(value)));
};

function windowsOf(typed: Typed): Windows {
  const windows: Windows = {};
  for (const [window, kind] of places) {
    const text = typed[key(window, kind)].trim();
    if (text) windows[window] = { ...windows[window], [kind]: Number(text) };
  }
  return windows;
}

interface BudgetDialogProps {
  /** The one to change, if it is not a new one. */
  budget: BudgetView | null;
  onDone: () => Promise<void>;
  onClose: () => void;
}

export function BudgetDialog({ budget, onDone, onClose }: BudgetDialogProps) {
  const { t } = useTranslation();
  const agents = useQuery({ ...agentsQuery(), enabled: !budget });
  const [scope, setScope] = useState(budget?.scope ?? "user");
  const [typed, setTyped] = useState(() => typedOf(budget));
  const wrong = places.some(([window, kind]) => isWrong(typed[key(window, kind)], kind));
  const save = async () => {
    await setBudget(scope, windowsOf(typed));
    await onDone();
    onClose();
  };
  return (
    <Asking
      wide
      title={budget ? t("usage.editTitle") : t("usage.newBudget")}
      submit={t("usage.save")}
      disabled={wrong || Object.keys(windowsOf(typed)).length === 0}
      onSubmit={save}
      onClose={onClose}
    >
      {!budget && (
        <Labeled label={t("usage.of")}>
          {(wiring) => (
            <Select {...wiring} value={scope} onChange={(event) => setScope(event.target.value)}>
              <option value="user">{t("usage.allAgents")}</option>
              {agents.data?.items.map((agent) => (
                <option key={agent.id} value={`agent:${agent.id}`}>
                  {agent.name}
                </option>
              ))}
            </Select>
          )}
        </Labeled>
      )}
      {WINDOWS.map((window) => (
        <fieldset key={window} className="m-0 grid grid-cols-3 gap-2 border-0 p-0">
          <legend className="mb-1 text-sm">{t(`usage.each.${window}`)}</legend>
          {KINDS.map((kind) => (
            <TextField
              key={kind}
              label={t(`run.limit.${kind}`)}
              inputMode="decimal"
              value={typed[key(window, kind)]}
              fault={isWrong(typed[key(window, kind)], kind) ? t("usage.notANumber") : undefined}
              onText={(text) => setTyped({ ...typed, [key(window, kind)]: text })}
            />
          ))}
        </fieldset>
      ))}
      <p className="text-xs text-fg3">{t("usage.leaveEmpty")}</p>
    </Asking>
  );
}
