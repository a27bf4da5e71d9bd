// A browser's long name for itself, as "Firefox · Linux".

const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/MicroMessenger\//, "WeChat"],
  [/Firefox\//, "Firefox"],
  [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, "HarmonyOS"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Mac OS X/, "macOS"],
  [/Windows/, "Windows"],
  [/Linux/, "Linux"],
];

const known = (among: [RegExp, string][], agent: string) =>
  among.find(([mark]) => mark.test(agent))?.[1];

/** Empty if nothing is said; other programs keep their own first word. */
export function browserName(agent: string): string {
  const browser = known(BROWSERS, agent);
  if (!browser) return agent.split(/[\s/]/)[0] ?? "";
  return [browser, known(SYSTEMS, agent)].filter(Boolean).join(" · ");
}
