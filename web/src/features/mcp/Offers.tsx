// What a server offers, in its own words: foreign text, shown as text and nothing else.
import { useTranslation } from "react-i18next";
import type { ToolServer } from "@/api/toolServers";

interface OfferProps {
  name: string;
  about: string;
  use: string;
}

function Offer({ name, about, use }: OfferProps) {
  return (
    <li className="min-w-0 py-1.5">
      <code className="font-mono text-xs break-all">{use}</code>
      {name !== use && <span className="ml-2 text-sm">{name}</span>}
      {about && <p className="m-0 text-sm break-words whitespace-pre-line text-fg2">{about}</p>}
    </li>
  );
}

export function Offers({ server }: { server: ToolServer }) {
  const { t } = useTranslation();
  const lists = [
    {
      title: t("mcp.tools"),
      items: server.tools.map((tool) => ({
        use: `mcp:${server.name}/${tool.name}`,
        name: tool.title,
        about: tool.description,
      })),
    },
    {
      title: t("mcp.resources"),
      items: server.resources.map((each) => ({
        use: each.uri,
        name: each.name,
        about: each.description,
      })),
    },
    {
      title: t("mcp.prompts"),
      items: server.prompts.map((each) => ({
        use: each.name,
        name: each.title,
        about: each.description,
      })),
    },
  ];
  return (
    <div className="border-t border-line px-4 py-2">
      {lists
        .filter(({ items }) => items.length > 0)
        .map(({ title, items }) => (
          <section key={title}>
            <h3 className="m-0 mt-2 text-sm font-medium">{title}</h3>
            <ul className="m-0 list-none p-0">
              {items.map((each) => (
                <Offer key={each.use} {...each} />
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}
