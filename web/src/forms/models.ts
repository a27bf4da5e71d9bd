// Which models fit a field: those that can what it needs, as far as anybody said what they can.
import type { ModelView } from "@/api/types";

const OTHER = ["embeddings", "image_making"];

/** For a field without a wish: all that can be talked to. */
export function modelsThatCan(models: ModelView[], wanted: string | undefined): ModelView[] {
  return models.filter(({ capabilities = [], demo }) =>
    wanted
      ? !demo && (capabilities.length === 0 || capabilities.includes(wanted))
      : capabilities.length === 0 || capabilities.some((each) => !OTHER.includes(each)),
  );
}
