// Proposals: agents and changes of agents that a run drafted and a person decides on.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { components } from "./schema";
import type { AgentDocument } from "./types";

type Wire = components["schemas"];

export type ProposalView = Wire["ProposalView"];
export type ChangeView = Wire["ChangeView"];

interface Preview {
  document: AgentDocument;
  pulled: string[];
}

const PROPOSAL = "/api/v1/proposals/{proposal_id}";
const at = (id: string) => ({ params: { path: { proposal_id: id } } });

export const fetchProposal = (id: string) => answer<ProposalView>(api.GET(PROPOSAL, at(id)));

export const proposalQuery = (id: string) =>
  queryOptions({ queryKey: ["proposals", id], queryFn: () => fetchProposal(id) });

/** Starts the run that drafts a new agent, or changes of the one that is named. */
export const makeProposal = (message: string, agent: string) =>
  answer<ProposalView>(
    api.POST("/api/v1/proposals", { body: { message, agent, model: "", messages: [] } }),
  );

/** Makes the empty agent that a proposal for a new one is for. */
export const openProposal = (id: string) =>
  answer<ProposalView>(api.POST(`${PROPOSAL}/open`, at(id)));

/** The agent's draft as it would be with these changes. */
export const previewProposal = (id: string, changes: string[]) =>
  answer<Preview>(api.POST(`${PROPOSAL}/preview`, { ...at(id), body: { changes } }));

/** Notes which changes were accepted; the draft has them already. */
export const noteAccepted = (id: string, changes: string[]) =>
  answer<ProposalView>(
    api.POST(`${PROPOSAL}/accept`, { ...at(id), body: { changes, in_draft: true } }),
  );

export const refuseProposal = (id: string) =>
  answer<ProposalView>(api.POST(`${PROPOSAL}/refuse`, at(id)));
