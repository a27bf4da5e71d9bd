// What models cost, as people read it: what is unknown is never nothing.
import { useTranslation } from "react-i18next";

const SMALL = 0.1;

export function dollars(language: string, usd: number): string {
  return new Intl.NumberFormat(language, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: usd > 0 && usd < SMALL ? 4 : 2,
  }).format(usd);
}

export type Money = (usd: number | null | undefined, unpriced?: number) => string;

/** `$0.12`, `$0.12 + unknown`, or `unknown`. */
export function useMoney(): Money {
  const { t, i18n } = useTranslation();
  return (usd, unpriced = 0) => {
    if (usd === null || usd === undefined) return t("usage.unknown");
    const known = dollars(i18n.language, usd);
    return unpriced ? t("usage.partly", { known }) : known;
  };
}
