// The door: tells where a film lies, for a while, and how far this learner is.

const PATIENCE = 20_000;
const TOKEN = /\/play\/[^/]+\//;

/** The door said no, or could not say; `text` is for people, where it has one. */
export class Closed extends Error {
  constructor(status, text = "") {
    super(`door: ${status}`);
    Object.assign(this, { status, text });
  }
}

/** Asks; `fresh_ms` is how long the addresses of the answer are good, by the server's clock alone. */
export async function ask(url) {
  const response = await fetch(url, {
    headers: { Accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const json = response.headers.get("Content-Type")?.includes("json");
  const answer = json ? await response.json() : {};
  // Signed out meanwhile: the door led to the sign-in page.
  if (!response.ok || !json) throw new Closed(response.ok ? 403 : response.status, answer.error);
  const served = Date.parse(response.headers.get("Date") ?? "") || Date.now();
  return { ...answer, fresh_ms: Date.parse(answer.expires_at) - served };
}

/** `uri` with the token of a newer `address`, where both are ours. */
export function withToken(uri, address) {
  const token = address?.match(TOKEN)?.[0];
  return token ? uri.replace(TOKEN, token) : uri;
}

/** Whether an address is one that this site signed, with a token in its path. */
export const isOurs = (address) => TOKEN.test(address ?? "");
