// Working in another team: everything on the page is of the old one, so the app starts anew.
import { useMutation } from "@tanstack/react-query";
import { BASE } from "@/api/address";
import { chooseTeam } from "@/api/people";

export function useWorkIn() {
  return useMutation({
    mutationFn: chooseTeam,
    onSuccess: () => location.assign(`${BASE}/`),
  });
}
