// Tools of servers that were added, ready to be put on the canvas: the block that uses them, with server and tool filled in.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type ToolServer, toolServersQuery } from "@/api/toolServers";
import { BlockIcon } from "@/canvas";
import type { Fields } from "./panes";

export const MCP_BLOCK = "mcp.call";

interface McpToolsProps {
  text: string;
  onAdd: (block: string, fields: Fields) => void;
}

type Tool = ToolServer["tools"][number];

/** Every argument that must be given, with what the server says is usual. */
function argumentsOf(tool: Tool): Record<string, unknown> {
  const { properties = {}, required = [] } = tool.parameters as {
    properties?: Record<string, { default?: unknown }>;
    required?: string[];
  };
  return Object.fromEntries(required.map((name) => [name, properties[name]?.default ?? ""]));
}

export function McpTools({ text, onAdd }: McpToolsProps) {
  const { t } = useTranslation();
  const servers = useQuery(toolServersQuery());
  const wanted = text.trim().toLowerCase();
  const found = (servers.data ?? [])
    .filter((server) => !server.changed)
    .flatMap((server) => server.tools.map((tool) => ({ server: server.name, tool })))
    .filter(({ server, tool }) =>
      `${server} ${tool.name} ${tool.title} ${tool.description}`.toLowerCase().includes(wanted),
    )
    .slice(0, 50);
  if (found.length === 0) return null;
  return (
    <section aria-label={t("mcp.palette")}>
      <h3 className="px-2 pt-2.5 pb-1 text-xs font-normal text-fg3">{t("mcp.palette")}</h3>
      <ul className="m-0 list-none p-0">
        {found.map(({ server, tool }) => (
          <li key={`${server}/${tool.name}`}>
            <button
              type="button"
              data-block=""
              onClick={() =>
                onAdd(MCP_BLOCK, { server, tool: tool.name, arguments: argumentsOf(tool) })
              }
              className="flex w-full items-center gap-2.5 rounded-control px-2 py-1 text-left hover:bg-surface2 focus-visible:bg-surface2"
            >
              <BlockIcon icon="plug" category="ai" />
              <span className="min-w-0 grow">
                <span className="block truncate">{tool.title}</span>
                <span className="block truncate text-xs text-fg3">
                  {server}: {tool.description}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
