// Joins two blocks without a drag: choose an output, choose where it goes.
import { Link2 } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { canConnect, declaredPins, type Endpoint, titleOf } from "@/editor";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { nodeTitle } from "./nodeWords";
import { useSession } from "./session";

interface Target {
  value: string;
  label: string;
  end: Endpoint;
}

export function ConnectDialog({ from, onClose }: { from: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const { editor } = useSession();
  const names = { output: useId(), target: useId() };
  const graph = editor.graph();
  const blocks = editor.blocks();
  const node = graph.nodes[from];
  const outputs = node ? declaredPins(node, blocks).outputs : [];
  const [pin, setPin] = useState(outputs[0]?.name ?? "");
  const [to, setTo] = useState("");

  const targets = useMemo<Target[]>(() => {
    const start: Endpoint = { node: from, pin, path: "" };
    return graph.nodeOrder.flatMap((id) => {
      const other = graph.nodes[id];
      if (!other) return [];
      return declaredPins(other, blocks)
        .inputs.filter((input) => !input.hidden)
        .map((input) => ({ node: id, pin: input.name, path: "", input }))
        .filter(({ input: _input, ...end }) => canConnect(graph, blocks, start, end).ok)
        .map(({ input, ...end }) => ({
          value: `${id}.${end.pin}`,
          label: `${nodeTitle(id, graph, blocks, language)} · ${titleOf(input, language)}`,
          end,
        }));
    });
  }, [from, pin, graph, blocks, language]);

  const chosen = targets.find((target) => target.value === to) ?? targets[0];
  const join = () => {
    if (!chosen) return;
    editor.dispatch({ type: "link", from: { node: from, pin, path: "" }, to: chosen.end });
    onClose();
  };
  return (
    <Dialog
      open
      title={t("builder.connectTitle", { name: nodeTitle(from, graph, blocks, language) })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button
            look="primary"
            disabled={!chosen}
            icon={<Link2 size={14} aria-hidden />}
            onClick={join}
          >
            {t("builder.connect")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div>
          <label htmlFor={names.output} className="mb-1 block text-sm text-fg2">
            {t("builder.connectOutput")}
          </label>
          <Select id={names.output} value={pin} onChange={(event) => setPin(event.target.value)}>
            {outputs.map((output) => (
              <option key={output.name} value={output.name}>
                {titleOf(output, language)}
              </option>
            ))}
          </Select>
        </div>
        <div>
          <label htmlFor={names.target} className="mb-1 block text-sm text-fg2">
            {t("builder.connectInput")}
          </label>
          <Select
            id={names.target}
            value={chosen?.value ?? ""}
            disabled={targets.length === 0}
            onChange={(event) => setTo(event.target.value)}
          >
            {targets.length === 0 && <option value="">{t("builder.connectNone")}</option>}
            {targets.map((target) => (
              <option key={target.value} value={target.value}>
                {target.label}
              </option>
            ))}
          </Select>
        </div>
      </div>
    </Dialog>
  );
}
