// A proposal opened over the canvas: what is chosen of it, what it would look like, and taking it over.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import {
  fetchProposal,
  noteAccepted,
  type ProposalView,
  previewProposal,
  refuseProposal,
} from "@/api/proposals";
import { type AgentTree, blocksOf, createEditor, type Editor } from "@/editor";
import { isOpen, marksOf, shownChanges, withNeeds, withoutOne } from "./proposal";
import { useSession } from "./session";

const route = getRouteApi("/agents/$id/edit");

/** An editor to look at: nothing can be changed in it. */
function readOnly(tree: AgentTree, specs: Parameters<typeof blocksOf>[0]): Editor {
  const editor = createEditor({ tree, blocks: blocksOf(specs) });
  return { ...editor, dispatch: () => false, undo: () => null, redo: () => null };
}

/** The proposal as it stands against what is stored, once everything here is. */
function useOpened(id: string | undefined) {
  const { autosave, agent } = useSession();
  return useQuery({
    queryKey: ["proposals", id, "opened", agent],
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      await autosave.flush();
      return fetchProposal(id ?? "");
    },
  });
}

function useChosen(proposal: ProposalView | undefined) {
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const changes = proposal?.changes ?? [];
  const open = changes.filter(isOpen).map((change) => change.id);
  useEffect(() => {
    setChosen(new Set(proposal?.changes.filter(isOpen).map((change) => change.id)));
  }, [proposal]);
  return {
    chosen,
    choose: (id: string, on: boolean) =>
      setChosen(on ? withNeeds(changes, [...chosen, id]) : withoutOne(changes, chosen, id)),
    all: () => setChosen(new Set(open)),
    none: () => setChosen(new Set()),
  };
}

export function useProposal() {
  const { editor, autosave, specs } = useSession();
  const { proposal: id } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const query = useOpened(id);
  const proposal = id !== undefined && query.data?.state === "open" ? query.data : undefined;
  const { chosen, choose, all, none } = useChosen(proposal);
  const drawn = useQuery({
    queryKey: ["proposals", id, "drawn", proposal?.updated_at],
    enabled: proposal !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => previewProposal(id ?? "", shownChanges(proposal?.changes ?? [])),
  });
  const shown = useMemo(
    () => (drawn.data ? readOnly(drawn.data.document as AgentTree, specs) : null),
    [drawn.data, specs],
  );
  const marks = useMemo(() => marksOf(proposal?.changes ?? [], chosen), [proposal, chosen]);
  const close = async () => {
    await navigate({ search: (before) => ({ ...before, proposal: undefined }), replace: true });
    client.removeQueries({ queryKey: ["proposals"] });
  };
  const apply = useMutation({
    mutationFn: async () => {
      const wanted = [...chosen];
      const { document, pulled } = await previewProposal(id ?? "", wanted);
      editor.dispatch({ type: "replace", tree: document as AgentTree, as: "proposal" });
      await autosave.flush();
      await noteAccepted(id ?? "", [...new Set([...wanted, ...pulled])]);
    },
    onSuccess: close,
  });
  const refuse = useMutation({ mutationFn: () => refuseProposal(id ?? ""), onSuccess: close });
  return {
    /** There is one to decide on. */
    proposal,
    /** One was asked for that was decided already, or is not there. */
    missing: id !== undefined && (query.isError || (query.isSuccess && !proposal)),
    shown,
    marks,
    chosen,
    choose,
    all,
    none,
    apply,
    refuse,
    close,
  };
}

export type OpenProposal = ReturnType<typeof useProposal>;
