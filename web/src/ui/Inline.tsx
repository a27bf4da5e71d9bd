// A sentence in which `marked` parts are code, as descriptions and findings write them.

export function Inline({ text }: { text: string }) {
  if (!text.includes("`")) return text;
  return text.split("`").map((part, index) =>
    index % 2 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have only their place
      <code key={index} className="rounded-sm bg-surface2 px-1 font-mono text-[0.92em]">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
