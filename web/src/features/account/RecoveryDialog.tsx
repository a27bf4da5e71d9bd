// Codes on paper for the day the phone is lost: shown this once, to copy, download or print.
import { Download, Printer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { CopyButton } from "@/ui/ShownOnce";

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

export function RecoveryDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const text = `${codes.join("\n")}\n`;
  return (
    <Dialog
      open
      title={t("factor.recoveryTitle")}
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          {t("factor.kept")}
        </Button>
      }
    >
      <div data-print="" className="flex flex-col gap-3">
        <p className="text-fg2">{t("factor.recoveryHint")}</p>
        <ol className="m-0 grid list-none grid-cols-2 gap-x-6 gap-y-1 rounded-control bg-surface2 p-4 font-mono">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
      </div>
      <div className="mt-3 flex flex-wrap gap-2">
        <CopyButton text={text} />
        <Button
          icon={<Download size={14} aria-hidden />}
          onClick={() => download("luban-recovery-codes.txt", text)}
        >
          {t("factor.download")}
        </Button>
        <Button icon={<Printer size={14} aria-hidden />} onClick={() => window.print()}>
          {t("factor.print")}
        </Button>
      </div>
    </Dialog>
  );
}
