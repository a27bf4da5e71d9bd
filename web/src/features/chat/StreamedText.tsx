// Text as it is written: what is complete keeps still, only the last part is drawn again.
import { lazy, memo, Suspense } from "react";
import { blocksOf } from "./blocksOf";

const Markdown = memo(lazy(() => import("@/values/Markdown")));

export function StreamedText({ text }: { text: string }) {
  return (
    <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
      <div className="flex flex-col gap-2">
        {blocksOf(text).map((block, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts only grow at the end
          <Markdown key={at} text={block} />
        ))}
      </div>
    </Suspense>
  );
}
