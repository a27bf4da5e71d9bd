// Something that is shown this once and never again, with a button to copy it.
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { TextInput } from "./inputs";

export function CopyButton({ text, small }: { text: string; small?: boolean }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const Icon = copied ? Check : Copy;
  return (
    <Button
      small={small ?? false}
      icon={<Icon size={14} aria-hidden />}
      onClick={async () => {
        await navigator.clipboard?.writeText(text);
        setCopied(true);
      }}
    >
      <span aria-live="polite">{t(copied ? "ui.copied" : "ui.copy")}</span>
    </Button>
  );
}

interface ShownOnceProps {
  label: string;
  value: string;
  hint?: string;
}

export function ShownOnce({ label, value, hint }: ShownOnceProps) {
  return (
    <div className="rounded-control bg-ok-soft p-3">
      <p className="text-sm font-semibold text-ok">{label}</p>
      {hint && <p className="mb-2 text-sm text-fg2">{hint}</p>}
      <div className="flex flex-wrap gap-2">
        <TextInput
          readOnly
          aria-label={label}
          value={value}
          onFocus={(event) => event.target.select()}
          className="min-w-48 flex-1 font-mono text-xs"
        />
        <CopyButton text={value} />
      </div>
    </div>
  );
}
