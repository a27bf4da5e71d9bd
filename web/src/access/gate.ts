// The question at a gate: sign in again, or show once more who you are.
import { create } from "zustand";
import type { Gate } from "@/api/gates";

interface Asked {
  gate: Gate;
  settle: (passed: boolean) => void;
}

export const useGate = create<{ asked: Asked | null }>(() => ({ asked: null }));

/** Opens the dialog; answers whether the person did what it asks for. */
export function askPerson(gate: Gate): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (passed: boolean) => {
      useGate.setState({ asked: null });
      resolve(passed);
    };
    useGate.setState({ asked: { gate, settle } });
  });
}
