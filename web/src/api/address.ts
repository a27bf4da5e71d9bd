// Where the server is: beside the page, whatever path the app is mounted at.

export const BASE = new URL(document.baseURI).pathname.replace(/\/$/, "");
export const API = `${BASE}/api/v1`;

export function fileAddress(id: string): string {
  return `${API}/files/${encodeURIComponent(id)}/content`;
}

export function exportAddress(agent: string, format: "yaml" | "json"): string {
  return `${API}/agents/${encodeURIComponent(agent)}/export?format=${format}`;
}
