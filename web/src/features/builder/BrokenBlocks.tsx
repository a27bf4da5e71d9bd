// Files of blocks that cannot be used, below the palette: where each is wrong, how, and what is missing for it.
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { watchedBrokenBlocksQuery } from "@/api/catalogue";
import { useFormats } from "@/ui/format";

export function BrokenBlocks() {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const broken = useQuery(watchedBrokenBlocksQuery()).data ?? [];
  if (broken.length === 0) return null;
  return (
    <section
      aria-label={t("builder.brokenBlocks")}
      className="max-h-1/2 shrink-0 overflow-y-auto border-line border-t px-3 py-2"
    >
      <h3 className="flex items-center gap-1.5 text-xs font-semibold text-bad">
        <TriangleAlert size={14} aria-hidden /> {t("builder.brokenBlocks")}
      </h3>
      <ul className="m-0 list-none p-0">
        {broken.map(({ path, line, message, message_zh, blocks }) => (
          <li key={`${path}:${line}:${message}`} className="pt-1.5 text-xs">
            <p className="truncate text-fg2" data-tip={path} data-tip-side="right">
              <code className="font-mono">{path.split(/[\\/]/).pop()}</code>
              {line !== null && <> · {t("settings.line", { number: line })}</>}
            </p>
            <p className="break-words">{pick(message, message_zh ?? "")}</p>
            {!!blocks?.length && (
              <p className="break-words text-fg3">
                {t("builder.missingBlocks", { blocks: blocks.join(", ") })}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
