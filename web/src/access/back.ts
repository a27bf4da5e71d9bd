// Where to go after signing in: a page of this app, never another site.

const HERE = "http://here.invalid";

/** The path if it is one of ours, else the start page. `//host`, `\\host` and full addresses are not. */
export function localPath(wanted: unknown): string {
  if (typeof wanted !== "string" || !wanted.startsWith("/") || /[\\\p{Cc}]/u.test(wanted))
    return "/";
  const address = new URL(wanted, HERE);
  if (address.origin !== HERE) return "/";
  const path = address.pathname + address.search + address.hash;
  return path.startsWith("//") || path.startsWith("/sign-in") ? "/" : path;
}
