// Why something failed: where, what was wrong, with which inputs, and what to do about it.
import { CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StoredError } from "@/api/types";
import { useFormats } from "@/ui/format";
import { Inline } from "@/ui/Inline";
import { NamedValue } from "@/values/ValueView";
import type { NameOf } from "./names";

interface ErrorCardProps {
  error: StoredError;
  nameOf: NameOf;
  onNode?: ((node: string) => void) | undefined;
  actions?: ReactNode;
  /** Shows the inputs of the failed step too. */
  whole?: boolean;
}

export function ErrorCard({ error, nameOf, onNode, actions, whole }: ErrorCardProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const { node, pin, inputs } = error;
  const where = node ? (pin ? `${nameOf(node)} · ${pin}` : nameOf(node)) : null;
  return (
    <section role="alert" className="rounded-card border border-bad/40 bg-bad-soft p-3">
      <div className="flex gap-2.5">
        <CircleX size={17} aria-hidden className="mt-0.5 shrink-0 text-bad" />
        <div className="min-w-0 grow">
          {where &&
            (onNode && node ? (
              <button
                type="button"
                className="min-h-6 text-left font-semibold text-bad hover:underline"
                onClick={() => onNode(node)}
              >
                {where}
              </button>
            ) : (
              <p className="font-semibold text-bad">{where}</p>
            ))}
          <p className="break-words whitespace-pre-wrap text-fg">
            <Inline text={pick(error.message, error.message_zh)} />
          </p>
          <p className="mt-1 text-xs text-fg2">
            {t("run.errorCode")} <code className="font-mono">{error.code}</code>
          </p>
          {actions && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
        </div>
      </div>
      {whole && inputs && Object.keys(inputs).length > 0 && (
        <details className="mt-2">
          <summary className="min-h-6 cursor-default text-sm text-fg2">
            {t("run.failedInputs")}
          </summary>
          <div className="mt-2 flex flex-col gap-2">
            {Object.entries(inputs).map(([name, value]) => (
              <div key={name} className="rounded-control bg-surface">
                <NamedValue name={name} value={value} />
              </div>
            ))}
          </div>
        </details>
      )}
    </section>
  );
}
