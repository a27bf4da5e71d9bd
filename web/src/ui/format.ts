// Dates, durations, sizes and numbers the way the chosen language writes them.
import { useTranslation } from "react-i18next";

export interface Formats {
  language: string;
  /** The text of the current language where both came along. */
  pick: (en: string | null | undefined, zh: string | null | undefined) => string;
  number: (value: number) => string;
  date: (iso: string) => string;
  time: (iso: string) => string;
  /** The time of day, with its date unless that is today. */
  moment: (iso: string) => string;
  ago: (iso: string, now?: number) => string;
  seconds: (value: number) => string;
  bytes: (value: number) => string;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

function ago(language: string, seconds: number): string {
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (seconds < MINUTE) return relative.format(0, "second");
  if (seconds < HOUR) return relative.format(-Math.floor(seconds / MINUTE), "minute");
  if (seconds < DAY) return relative.format(-Math.floor(seconds / HOUR), "hour");
  return relative.format(-Math.floor(seconds / DAY), "day");
}

function lasted(language: string, value: number): string {
  const unit = (amount: number, name: string, digits = 0) =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit: name,
      unitDisplay: "narrow",
      maximumFractionDigits: digits,
    }).format(amount);
  if (value < 0.001) return `< ${unit(1, "millisecond")}`;
  if (value < 1) return unit(Math.round(value * 1000), "millisecond");
  if (value < MINUTE) return unit(value, "second", value < 10 ? 2 : 1);
  const [minutes, rest] = [Math.floor(value / MINUTE), Math.round(value % MINUTE)];
  if (value < HOUR) return `${unit(minutes, "minute")} ${unit(rest, "second")}`;
  return `${unit(Math.floor(value / HOUR), "hour")} ${unit(Math.floor((value % HOUR) / MINUTE), "minute")}`;
}

function bytes(language: string, value: number): string {
  const names = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let amount = value;
  let step = 0;
  while (amount >= 1000 && step < names.length - 1) {
    amount /= 1000;
    step += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: names[step],
    unitDisplay: step ? "short" : "long",
    maximumFractionDigits: amount < 10 && step ? 1 : 0,
  }).format(amount);
}

const cache = new Map<string, Formats>();

export function formats(language: string): Formats {
  const known = cache.get(language);
  if (known) return known;
  const chinese = language.startsWith("zh");
  const whole = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const exact = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  const count = new Intl.NumberFormat(language);
  const made: Formats = {
    language,
    pick: (en, zh) => (chinese ? zh || en : en || zh) ?? "",
    number: (value) => count.format(value),
    date: (iso) => whole.format(new Date(iso)),
    time: (iso) => clock.format(new Date(iso)),
    moment: (iso) => {
      const at = new Date(iso);
      const today = at.toDateString() === new Date().toDateString();
      return (today ? exact : whole).format(at);
    },
    ago: (iso, now = Date.now()) => ago(language, Math.max(0, (now - Date.parse(iso)) / 1000)),
    seconds: (value) => lasted(language, value),
    bytes: (value) => bytes(language, value),
  };
  cache.set(language, made);
  return made;
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return formats(i18n.language);
}
