// What the values of a fixed list are called: by their given titles, else by making words of them.

interface Titled {
  enum?: unknown[];
  "x-enum-titles"?: Record<string, string>;
  "x-choices-zh"?: Record<string, string>;
}

const LETTERS = new Set(["json", "html", "csv", "xml", "url", "id"]);

/** `whole_divide` as "Whole divide"; signs, short codes and what has capitals already stay as they are. */
export function humanised(value: string): string {
  if (!/^[a-z][a-z_ -]{2,}$/.test(value)) return value;
  if (LETTERS.has(value)) return value.toUpperCase();
  const words = value.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The title of one choice in a language, `undefined` if nothing says it. */
export function choiceTitle(schema: Titled, value: unknown, language: string): string | undefined {
  const key = typeof value === "string" ? value : JSON.stringify(value);
  const chinese = language.startsWith("zh") ? schema["x-choices-zh"]?.[key] : undefined;
  return chinese ?? schema["x-enum-titles"]?.[key];
}
