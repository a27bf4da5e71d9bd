// The page that every other leads to while nobody is signed in.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { localPath } from "@/access/back";
import { SignInSteps } from "@/access/SignInSteps";
import { useSignInError } from "@/access/useSignInError";
import { authStateQuery } from "@/api/people";
import { BarePage } from "@/ui/BarePage";
import { QueryState } from "@/ui/QueryState";
import { secondIn } from "./secondIn";
import { useArrival } from "./useArrival";

const route = getRouteApi("/sign-in");

export default function SignInPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const back = localPath(search.back);
  const state = useQuery(authStateQuery());
  const arrived = useArrival(back);
  const sayError = useSignInError();
  if (state.data?.first) return <Navigate to="/first" replace />;
  if (state.data && !state.data.required) return <Navigate to="/" replace />;
  return (
    <BarePage title={t("signIn.title")}>
      {search.error && (
        <p role="alert" className="mb-4 rounded-control bg-bad-soft px-3 py-2 text-sm text-bad">
          {sayError(search.error)}
        </p>
      )}
      <QueryState query={state} rows={4}>
        {(found) => (
          <SignInSteps
            second={secondIn(location.hash)}
            state={found}
            back={back}
            onDone={arrived}
            help={
              <Link to="/reset" className="min-h-6 self-center text-sm text-accent hover:underline">
                {t("signIn.forgotten")}
              </Link>
            }
          />
        )}
      </QueryState>
    </BarePage>
  );
}
