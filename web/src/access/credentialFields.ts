// What a provider asks for: which ways there are, and what of a filled-in form is sent.
import type { Provider, ProviderKind } from "@/api/credentials";

type Words = Record<string, string>;

/** A connected account first, else in the provider's order. */
export function kindsOf(provider: Provider): ProviderKind[] {
  const { kinds } = provider;
  return [...kinds.filter(({ connect }) => connect), ...kinds.filter(({ connect }) => !connect)];
}

/** Required fields that are empty and have no default. */
export function missing(kind: ProviderKind, values: Words): string[] {
  return kind.fields
    .filter((field) => field.required && !field.default && !values[field.name]?.trim())
    .map((field) => field.name);
}

/** Filled-in values, those that are secret apart from those that may be shown again. */
export function parted(kind: ProviderKind, values: Words): { secret: Words; settings: Words } {
  const secret: Words = {};
  const settings: Words = {};
  for (const field of kind.fields) {
    const value = values[field.name]?.trim();
    if (value) (field.secret ? secret : settings)[field.name] = value;
  }
  return { secret, settings };
}

/** Found by its name in either language, or its id. */
export function matching(providers: Provider[], wanted: string): Provider[] {
  const words = wanted.trim().toLocaleLowerCase();
  return providers.filter((each) =>
    [each.title, each.title_zh, each.id].some((name) => name?.toLocaleLowerCase().includes(words)),
  );
}
