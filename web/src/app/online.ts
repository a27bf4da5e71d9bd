// Whether the server answered the last time it was asked.
import { create } from "zustand";

export const useOnline = create(() => ({ online: true }));

export function reportAnswer(online: boolean): void {
  if (useOnline.getState().online !== online) useOnline.setState({ online });
}
