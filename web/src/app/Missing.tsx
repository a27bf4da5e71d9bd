import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "@/ui/Button";
import { useTitle } from "@/ui/Page";
import { Empty, Failure } from "@/ui/states";

export function Missing() {
  const { t } = useTranslation();
  useTitle(t("missing.title"));
  return (
    <main className="grid h-full place-items-center">
      <Empty
        icon={<Compass size={28} aria-hidden />}
        title={t("missing.title")}
        action={
          <Link to="/" className={buttonClass("primary")}>
            {t("missing.home")}
          </Link>
        }
      >
        {t("missing.text")}
      </Empty>
    </main>
  );
}

export function Crashed({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="mx-auto max-w-xl p-6">
      <Failure
        title={t("ui.crashed")}
        message={error instanceof Error ? error.message : String(error)}
        onRetry={reset}
      />
    </div>
  );
}
