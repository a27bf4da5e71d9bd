/** A finding as a sentence in the person's language; local ones carry only a code and its values. */

import { useTranslation } from "react-i18next";
import type { Finding } from "@/editor";

type LocalCode = "missing_input" | "unknown_block" | "unknown_node" | "unknown_pin";

export function useFindingText(): (finding: Finding) => string {
  const { t, i18n } = useTranslation();
  const zh = i18n.language.startsWith("zh");
  return (finding) => {
    const said = (zh ? finding.message_zh : finding.message) || finding.message;
    // Only codes of the quick pass come without a sentence.
    const params = { node: "", pin: "", block: "", ...finding.params };
    return said || t(`canvas.finding.${finding.code as LocalCode}`, params);
  };
}
