// What follows when somebody signed in: whatever was known before is forgotten, and the way goes on.
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { announceSignIn } from "@/access/session";
import { BASE } from "@/api/address";

export function useArrival(back = "/"): () => void {
  const client = useQueryClient();
  const router = useRouter();
  return () => {
    announceSignIn();
    client.clear();
    router.history.push(BASE + back);
  };
}
