// What the list says of a model under its name.
import { useTranslation } from "react-i18next";
import type { ModelView } from "@/api/types";
import { useFormats } from "@/ui/format";

/** Provider, window, price and source, as far as they are known. */
export function useModelFacts(model: ModelView): string[] {
  const { t } = useTranslation();
  const { number } = useFormats();
  if (model.demo) return [t("settings.demoHint")];
  const { context, input_usd: given, output_usd: taken, lacks } = model;
  const priced = typeof given === "number" && typeof taken === "number";
  return [
    model.provider_title || model.provider,
    context ? t("models.window", { count: context, shown: number(context) }) : "",
    priced
      ? t("models.price", { given: number(given), taken: number(taken) })
      : t("models.priceUnknown"),
    lacks ? t("models.needs", { variable: lacks }) : t(`models.source.${model.source}`),
  ].filter(Boolean);
}
