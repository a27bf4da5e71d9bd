// Puts the app on the page: language first, then the router inside its providers.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import i18next from "i18next";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { askPerson } from "@/access/gate";
import { ApiError } from "@/api/errors";
import { setGate } from "@/api/gates";
import { meQuery } from "@/api/people";
import { watchComposition } from "@/ui/ime";
import { showToast } from "@/ui/toasts";
import { startTranslation } from "./i18n";
import { reportAnswer } from "./online";
import { reloadOnceOnStaleChunk } from "./reload";
import { createAppRouter } from "./router";
import "./styles.css";

function sentence(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.offline) return i18next.t("ui.unreachable");
  return (i18next.language.startsWith("zh") && error.messageZh) || error.message;
}

function createClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onSuccess: () => reportAnswer(true),
      onError: (error) => reportAnswer(!(error instanceof ApiError && error.offline)),
    }),
    mutationCache: new MutationCache({
      // A mutation that shows its own error at the field says so in its meta.
      onError: (error, _variables, _context, mutation) => {
        if (!mutation.meta?.silent) showToast({ tone: "bad", text: sentence(error) });
      },
    }),
    defaultOptions: {
      queries: {
        networkMode: "always",
        staleTime: 1000,
        retry: (count, error) => count < 2 && error instanceof ApiError && error.offline,
      },
      mutations: { networkMode: "always" },
    },
  });
}

export async function start(): Promise<void> {
  reloadOnceOnStaleChunk();
  watchComposition(document);
  const client = createClient();
  const router = createAppRouter(client);
  // Only whose work would be lost is asked on the spot; everybody else comes by the sign-in page.
  const known = () => client.getQueryData(meQuery().queryKey) !== undefined;
  setGate("signIn", async () => known() && askPerson("signIn"));
  setGate("confirm", () => askPerson("confirm"));
  // The page's own code comes while the catalogue does.
  await Promise.all([startTranslation(), router.load()]);
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
