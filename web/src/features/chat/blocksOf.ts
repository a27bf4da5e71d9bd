// Markdown cut into the parts that stand for themselves, so that a text that grows is not read anew as a whole.

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** The paragraphs, lists and fenced codes of a text; all but the last are complete. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let block: string[] = [];
  let fence = "";
  const close = () => {
    if (block.length) blocks.push(block.join("\n"));
    block = [];
  };
  for (const line of text.split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (!fence && line.trim() === "") {
      close();
      continue;
    }
    block.push(line);
    if (fence && mark?.startsWith(fence) && line.trim() === mark) fence = "";
    else if (!fence && mark) fence = mark;
  }
  close();
  return blocks;
}
