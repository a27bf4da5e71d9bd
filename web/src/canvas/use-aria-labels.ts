/** The library's own words for screen readers, in the person's language. */

import type { AriaLabelConfig } from "@xyflow/react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

export function useAriaLabels(): Partial<AriaLabelConfig> {
  const { t } = useTranslation();
  return useMemo(
    () => ({
      "node.a11yDescription.default": t("canvas.aria.node"),
      "node.a11yDescription.keyboardDisabled": t("canvas.aria.node"),
      "edge.a11yDescription.default": t("canvas.aria.link"),
      "handle.ariaLabel": t("canvas.aria.pin"),
      "controls.ariaLabel": t("canvas.more"),
      "minimap.ariaLabel": t("canvas.minimap"),
    }),
    [t],
  );
}
