// What a provider is asked to permit: what the block needs is ticked and stays so.
import { useTranslation } from "react-i18next";
import type { ProviderScope } from "@/api/credentials";
import { useFormats } from "@/ui/format";

interface ScopePickProps {
  scopes: ProviderScope[];
  needed: readonly string[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: Set<string>) => void;
}

export function ScopePick({ scopes, needed, chosen, onChange }: ScopePickProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const known = new Set(scopes.map((scope) => scope.name));
  const more = needed.filter((name) => !known.has(name));
  const all = [...scopes, ...more.map((name) => ({ name, help: "", help_zh: "" }))];
  if (!all.length) return <p className="text-sm text-fg2">{t("credential.connectHint")}</p>;
  const toggle = (name: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(name);
    else next.delete(name);
    onChange(next);
  };
  return (
    <fieldset className="m-0 min-w-0 border-0 p-0">
      <legend className="mb-1 p-0 text-sm text-fg2">{t("credential.scopes")}</legend>
      {all.map((scope) => (
        <label key={scope.name} className="flex min-h-7 items-start gap-2 py-0.5 text-sm">
          <input
            type="checkbox"
            checked={chosen.has(scope.name)}
            disabled={needed.includes(scope.name)}
            onChange={(event) => toggle(scope.name, event.target.checked)}
            className="m-0 size-6 shrink-0 scale-75 accent-accent"
          />
          <span className="min-w-0 pt-0.5">
            <code className="font-mono text-xs break-all">{scope.name}</code>
            {pick(scope.help, scope.help_zh) && (
              <span className="ml-2 text-fg2">{pick(scope.help, scope.help_zh)}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
