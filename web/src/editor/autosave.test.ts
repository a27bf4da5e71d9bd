import { describe, expect, it } from "vitest";
import { type Autosave, createAutosave, SaveConflict, SaveRefused } from "./autosave";
import type { AgentTree } from "./tree";

/** A server and a clock moved by hand. */
function world() {
  let now = 0;
  let timer: { at: number; call: () => void } | null = null;
  const answers: (Error | null)[] = [];
  const server = { tree: { name: "stored" } as AgentTree, revision: 1, saves: [] as AgentTree[] };
  const ports = {
    async save(tree: AgentTree, revision: number) {
      const answer = answers.shift();
      if (answer) throw answer;
      if (revision !== server.revision) throw new SaveConflict(server.revision);
      server.tree = tree;
      server.revision += 1;
      server.saves.push(tree);
      return { revision: server.revision };
    },
    fetch: async () => ({ tree: server.tree, revision: server.revision }),
    now: () => now,
    after(delay: number, call: () => void) {
      const mine = { at: now + delay, call };
      timer = mine;
      return () => {
        if (timer === mine) timer = null;
      };
    },
  };
  const autosave: Autosave = createAutosave(ports, 1);
  const pass = async (milliseconds: number): Promise<void> => {
    const until = now + milliseconds;
    while (timer && timer.at <= until) {
      const due = timer;
      timer = null;
      now = Math.max(now, due.at);
      due.call();
      await settled();
    }
    now = until;
  };
  return { autosave, server, answers, pass };
}

/** Lets every promise already resolved run on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const doc = (name: string) => () => ({ name });

describe("autosave", () => {
  it("waits for quiet, but no longer than two seconds", async () => {
    const { autosave, server, pass } = world();
    for (let change = 0; change < 10; change += 1) {
      autosave.changed(doc(`${change}`));
      await pass(300);
    }
    expect(server.saves.length).toBeGreaterThanOrEqual(1);
    await pass(2000);
    expect(server.tree).toEqual({ name: "9" });
    expect(autosave.state().status).toBe("saved");
  });

  it("keeps trying while the server is away and loses nothing", async () => {
    const { autosave, server, answers, pass } = world();
    answers.push(new Error("refused"), new Error("refused"));
    autosave.changed(doc("one"));
    await pass(701);
    expect(autosave.state().status).toBe("offline");
    autosave.changed(doc("two"));
    await pass(10_000);
    expect(server.tree).toEqual({ name: "two" });
    expect(autosave.state().status).toBe("saved");
  });

  it("stops at a conflict until somebody decides: mine", async () => {
    const { autosave, server, pass } = world();
    server.revision = 5;
    autosave.changed(doc("mine"));
    await pass(5000);
    expect(autosave.state().status).toBe("conflict");
    expect(server.tree).toEqual({ name: "stored" });
    await autosave.keepMine();
    expect(server.tree).toEqual({ name: "mine" });
    expect(autosave.state()).toMatchObject({ status: "saved", revision: 6 });
  });

  it("stops at a conflict until somebody decides: theirs", async () => {
    const { autosave, server, pass } = world();
    server.revision = 5;
    autosave.changed(doc("mine"));
    await pass(5000);
    expect(await autosave.takeTheirs()).toEqual({ name: "stored" });
    expect(autosave.state()).toMatchObject({ status: "saved", revision: 5 });
    expect(server.saves).toEqual([]);
  });

  it("says what the server refused and tries again at the next change", async () => {
    const { autosave, server, answers, pass } = world();
    answers.push(new SaveRefused("too large"));
    autosave.changed(doc("huge"));
    await pass(5000);
    expect(autosave.state()).toMatchObject({ status: "refused", problem: "too large" });
    autosave.changed(doc("small"));
    await pass(5000);
    expect(server.tree).toEqual({ name: "small" });
  });
});
