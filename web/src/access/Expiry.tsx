// Until when something works that is given away.
import { useTranslation } from "react-i18next";
import { ChoiceField } from "@/ui/Labeled";

const DAY_MS = 86_400_000;
const SPANS = [1, 7, 30, 90, 365, 0] as const;
export type Span = (typeof SPANS)[number];

/** The end of so many days from now, `null` for never. */
export function endOf(span: Span, now = Date.now()): string | null {
  return span === 0 ? null : new Date(now + span * DAY_MS).toISOString();
}

interface ExpiryProps {
  span: Span;
  onChoose: (span: Span) => void;
  least?: Span;
}

export function Expiry({ span, onChoose, least = 1 }: ExpiryProps) {
  const { t } = useTranslation();
  return (
    <ChoiceField
      label={t("expiry.label")}
      value={String(span)}
      choices={SPANS.filter((each) => each === 0 || each >= least).map((each) => ({
        id: String(each),
        title: each ? t("expiry.days", { count: each }) : t("expiry.never"),
      }))}
      onChoose={(id) => onChoose(SPANS.find((each) => String(each) === id) ?? 30)}
    />
  );
}
