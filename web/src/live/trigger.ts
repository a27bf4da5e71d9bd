import type { TFunction } from "i18next";

const KNOWN = [
  "manual",
  "cli",
  "api",
  "python",
  "retry",
  "fork",
  "chat",
  "openai",
  "mcp",
  "proposal",
  "agent",
] as const;

/** What started a run, in words; a name we do not know stands for itself. */
export function triggerWord(trigger: string, t: TFunction): string {
  const known = KNOWN.find((each) => each === trigger);
  return known ? t(`trigger.${known}`) : trigger;
}
