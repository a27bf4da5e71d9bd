// Permissions in words, by the noun they are about.
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

export interface Group {
  noun: string;
  permissions: string[];
}

/** In the order in which they are given. */
export function grouped(permissions: readonly string[]): Group[] {
  const groups = new Map<string, string[]>();
  for (const permission of permissions) {
    const noun = permission.split(".")[0] ?? permission;
    groups.set(noun, [...(groups.get(noun) ?? []), permission]);
  }
  return [...groups].map(([noun, all]) => ({ noun, permissions: all }));
}

export function usePermissionWords() {
  // The names come from the server; what is not in the catalogue is said as it is called.
  const t = useTranslation().t as unknown as TFunction<"translation", undefined>;
  const say = t as unknown as (key: string, options: { defaultValue: string }) => string;
  return {
    noun: (noun: string) => say(`permission.${noun}.noun`, { defaultValue: noun }),
    permission: (name: string) => {
      const [noun = "", verb = ""] = name.split(".");
      return say(`permission.${noun}.${verb}`, { defaultValue: name });
    },
  };
}
