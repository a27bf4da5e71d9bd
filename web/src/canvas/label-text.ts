/** A step of the history as a sentence. */

import { useTranslation } from "react-i18next";
import type { Label } from "@/editor";

export function useLabelText(): (label: Label) => string {
  const { t } = useTranslation();
  // Commands name keys of the catalogue; a test holds the two together.
  return ({ key, params }) => t(key as "canvas.did.tidy", { count: 0, ...params });
}
