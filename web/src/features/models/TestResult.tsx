// What came of a question to a model: how long it took, or what is wrong, in the reader's language.
import { useTranslation } from "react-i18next";
import type { ModelTest } from "@/api/models";
import { Refusal } from "@/ui/Asking";
import { useFormats } from "@/ui/format";

interface TestResultProps {
  test: ModelTest | undefined;
  error: unknown;
  /** Takes over a name that the service says it has. */
  onName?: (name: string) => void;
}

export function TestResult({ test, error, onName }: TestResultProps) {
  const { t } = useTranslation();
  const { pick, number } = useFormats();
  if (error) return <Refusal error={error} />;
  if (!test) return null;
  const tokens = test.input_tokens + test.output_tokens;
  return (
    <div role="status" className="text-sm">
      {test.ok ? (
        <p className="text-ok">
          {t("models.works", { seconds: number(test.seconds), tokens: number(tokens) })}
        </p>
      ) : (
        <p className="break-words text-bad">{pick(test.trouble, test.trouble_zh)}</p>
      )}
      {test.names.length > 0 && (
        <p className="flex flex-wrap items-center gap-1.5 pt-1 text-fg2">
          {t("models.has")}
          {test.names.slice(0, 20).map((name) =>
            onName ? (
              <button
                key={name}
                type="button"
                onClick={() => onName(name)}
                className="min-h-6 rounded-control border border-line px-1.5 font-mono text-xs hover:bg-surface2"
              >
                {name}
              </button>
            ) : (
              <code key={name} className="font-mono text-xs">
                {name}
              </code>
            ),
          )}
        </p>
      )}
    </div>
  );
}
