// Where the link in the letter to a new address leads: it is confirmed by a click, not by being looked at.
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { confirmEmail } from "@/api/people";
import { Refusal } from "@/ui/Asking";
import { BarePage } from "@/ui/BarePage";
import { Button, buttonClass } from "@/ui/Button";

const route = getRouteApi("/confirm-email");

export default function EmailPage() {
  const { t } = useTranslation();
  const { token = "" } = route.useSearch();
  const confirm = useMutation({ mutationFn: () => confirmEmail(token), meta: { silent: true } });
  return (
    <BarePage title={t("email.title")}>
      <div className="flex flex-col gap-3.5">
        {confirm.isSuccess ? (
          <>
            <p role="status">{t("email.done")}</p>
            <Link to="/" className={buttonClass("primary")}>
              {t("email.goOn")}
            </Link>
          </>
        ) : (
          <>
            <p className="text-fg2">{t("email.hint")}</p>
            <Refusal error={confirm.error} />
            <Button look="primary" busy={confirm.isPending} onClick={() => confirm.mutate()}>
              {t("email.confirm")}
            </Button>
          </>
        )}
      </div>
    </BarePage>
  );
}
