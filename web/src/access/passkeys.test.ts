import { expect, test } from "vitest";
import { creationOptions, fromBase64Url, requestOptions, toBase64Url } from "./passkeys";

test("bytes survive the way there and back, whatever their length", () => {
  for (const length of [0, 1, 2, 3, 32, 255]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + 251) % 256);
    const text = toBase64Url(bytes.buffer);
    expect(text).not.toMatch(/[+/=]/);
    expect(fromBase64Url(text)).toEqual(bytes);
  }
});

test("options are read plain and inside publicKey", () => {
  const plain = { challenge: "AQI", user: { id: "Aw", name: "a" }, rp: { name: "Luban" } };
  for (const options of [plain, { publicKey: plain }]) {
    const made = creationOptions(options);
    expect(made.challenge).toEqual(Uint8Array.of(1, 2));
    expect(made.user.id).toEqual(Uint8Array.of(3));
    expect(made.excludeCredentials).toEqual([]);
  }
  const asked = requestOptions({ challenge: "AQI", allowCredentials: [{ id: "Aw" }] });
  expect(asked.allowCredentials?.[0]?.id).toEqual(Uint8Array.of(3));
});
