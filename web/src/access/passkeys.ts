// Between the JSON that servers speak about passkeys and the bytes that browsers want.

type Tree = { [key: string]: unknown };

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function toBase64Url(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const bytes = (value: unknown) => fromBase64Url(String(value));

const described = (list: unknown) =>
  (Array.isArray(list) ? (list as Tree[]) : []).map((each) => ({ ...each, id: bytes(each.id) }));

/** Options come plain or inside `publicKey`. */
const inner = (options: object) => ((options as Tree).publicKey ?? options) as Tree;

export function creationOptions(options: object): PublicKeyCredentialCreationOptions {
  const given = inner(options);
  const user = given.user as Tree;
  return {
    ...given,
    challenge: bytes(given.challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: described(given.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
}

export function requestOptions(options: object): PublicKeyCredentialRequestOptions {
  const given = inner(options);
  return {
    ...given,
    challenge: bytes(given.challenge),
    allowCredentials: described(given.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
}

export function credentialJson(credential: PublicKeyCredential): object {
  const { response } = credential;
  const parts: Tree = {};
  for (const name of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    const value = (response as unknown as Tree)[name];
    if (value instanceof ArrayBuffer) parts[name] = toBase64Url(value);
  }
  const { getTransports } = response as Partial<AuthenticatorAttestationResponse>;
  if (getTransports) parts.transports = getTransports.call(response);
  return {
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: parts,
  };
}

/** Browsers keep passkeys to pages that came over https, or from this machine. */
export const passkeysWork = () => typeof PublicKeyCredential !== "undefined" && isSecureContext;

export async function makePasskey(options: object): Promise<object> {
  const made = await navigator.credentials.create({ publicKey: creationOptions(options) });
  return credentialJson(made as PublicKeyCredential);
}

export async function showPasskey(options: object): Promise<object> {
  const shown = await navigator.credentials.get({ publicKey: requestOptions(options) });
  return credentialJson(shown as PublicKeyCredential);
}

/** Whether the person closed the browser's window, which needs no words. */
export const gaveUp = (error: unknown) =>
  error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
