import { clsx } from "clsx";
import { FileText, Upload, X } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FileReference, Json } from "@/api/types";
import { IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import type { ControlProps } from "./control";
import { useFormServices } from "./services";
import { wiring } from "./wiring";

const isFile = (value: Json | undefined): value is Json & FileReference =>
  typeof value === "object" && value !== null && !Array.isArray(value) && "$file" in value;

export function FileControl(props: ControlProps) {
  const { t } = useTranslation();
  const { bytes } = useFormats();
  const { upload } = useFormServices();
  const { value, onChange, disabled, field } = props;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();

  const take = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setProblem(null);
    try {
      onChange((await upload(file)) as Json & FileReference);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };

  if (isFile(value)) {
    return (
      <div className="flex min-h-8 items-center gap-2 rounded-control border border-line-strong pr-1 pl-2.5">
        <FileText size={15} aria-hidden className="shrink-0 text-kind-file" />
        <span className="min-w-0 truncate">{value.name}</span>
        <span className="shrink-0 text-xs text-fg3">{bytes(value.size)}</span>
        <span className="grow" />
        <IconButton
          small
          look="quiet"
          id={props.id}
          label={t("form.removeFile", { name: value.name })}
          disabled={disabled}
          onClick={() => onChange(undefined)}
        >
          <X size={14} />
        </IconButton>
      </div>
    );
  }
  return (
    <div>
      <div
        className={clsx(
          "relative flex min-h-14 items-center justify-center gap-2 rounded-control border border-dashed px-3 text-sm text-fg2",
          "focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent",
          props.invalid ? "border-bad" : "border-line-strong",
        )}
      >
        <Upload size={15} aria-hidden />
        {busy ? t("form.uploading") : t("form.dropFile")}
        <input
          {...wiring(props)}
          type="file"
          accept={field.kind === "image" ? "image/*" : undefined}
          disabled={disabled || busy}
          aria-describedby={clsx(props.describedBy, problem && problemId) || undefined}
          onChange={(event) => void take(event.target.files?.[0])}
          className="absolute inset-0 opacity-0"
        />
      </div>
      {problem && (
        <p id={problemId} role="alert" className="mt-1 text-xs text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}
