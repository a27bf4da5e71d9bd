// A node made for a version of its block that is gone: one click takes the version there is.
import { useTranslation } from "react-i18next";
import { blockIdOf, type Finding } from "@/editor";
import { Button } from "@/ui/Button";
import { useNode } from "./useNode";

export function AcceptVersion({ id, findings }: { id: string; findings: readonly Finding[] }) {
  const { t } = useTranslation();
  const { editor, node, path } = useNode(id);
  const gone = findings.find((each) => each.code === "block_version_gone" && each.node === path);
  if (!gone || !node.block) return null;
  const version = Number(gone.params.installed);
  const value = `${blockIdOf(node.block)}@${version}`;
  return (
    <Button
      className="mb-3"
      onClick={() => editor.dispatch({ type: "setNode", ids: [id], key: "block", value })}
    >
      {t("builder.useVersion", { version })}
    </Button>
  );
}
