// Ctrl K: pages, agents and a few actions in one list, driven by the keyboard.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import {
  Files,
  House,
  Languages,
  MessageCircleQuestion,
  Moon,
  Play,
  Plus,
  Settings,
  Workflow,
} from "lucide-react";
import { type KeyboardEvent, type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { agentsQuery } from "@/api/agents";
import { Dialog } from "@/ui/Dialog";
import { isImeKey } from "@/ui/ime";
import { INPUT } from "@/ui/inputs";
import { setPreference, usePreferences } from "@/ui/preferences";

interface Command {
  id: string;
  label: string;
  icon: ReactNode;
  run: () => void;
}

function useCommands(): Command[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { language, theme } = usePreferences();
  const { data } = useQuery(agentsQuery());
  return useMemo(() => {
    const dark =
      theme === "dark" ||
      (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    const fixed: Command[] = [
      {
        id: "home",
        label: t("nav.home"),
        icon: <House size={15} />,
        run: () => navigate({ to: "/" }),
      },
      {
        id: "agents",
        label: t("nav.agents"),
        icon: <Workflow size={15} />,
        run: () => navigate({ to: "/agents" }),
      },
      {
        id: "runs",
        label: t("nav.runs"),
        icon: <Play size={15} />,
        run: () => navigate({ to: "/runs" }),
      },
      {
        id: "approvals",
        label: t("nav.approvals"),
        icon: <MessageCircleQuestion size={15} />,
        run: () => navigate({ to: "/approvals" }),
      },
      {
        id: "files",
        label: t("nav.files"),
        icon: <Files size={15} />,
        run: () => navigate({ to: "/files" }),
      },
      {
        id: "settings",
        label: t("nav.settings"),
        icon: <Settings size={15} />,
        run: () => navigate({ to: "/settings" }),
      },
      {
        id: "new",
        label: t("command.newAgent"),
        icon: <Plus size={15} />,
        run: () => navigate({ to: "/agents", search: { new: true } }),
      },
      {
        id: "theme",
        label: t("command.toggleTheme"),
        icon: <Moon size={15} />,
        run: () => setPreference("theme", dark ? "light" : "dark"),
      },
      {
        id: "language",
        label: t("command.toggleLanguage"),
        icon: <Languages size={15} />,
        run: () => setPreference("language", language === "en" ? "zh-CN" : "en"),
      },
    ];
    const agents = (data?.items ?? []).map((agent) => ({
      id: agent.id,
      label: agent.name,
      icon: <Workflow size={15} />,
      run: () => navigate({ to: "/agents/$id/edit", params: { id: agent.id } }),
    }));
    return [...fixed, ...agents];
  }, [t, navigate, language, theme, data]);
}

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands();
  const wanted = typed.trim().toLocaleLowerCase();
  const found = commands.filter((command) => command.label.toLocaleLowerCase().includes(wanted));
  const active = found[Math.min(at, found.length - 1)];

  const choose = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event)) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault();
      setAt(
        (now) =>
          (Math.min(now, found.length - 1) + step + found.length) % Math.max(1, found.length),
      );
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(active);
    }
  };

  return (
    <Dialog open title={t("command.title")} onClose={onClose}>
      <input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="command-list"
        aria-activedescendant={active ? `command-${active.id}` : undefined}
        aria-label={t("command.placeholder")}
        placeholder={t("command.placeholder")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className={clsx(INPUT, "mb-2")}
      />
      <div
        id="command-list"
        role="listbox"
        aria-label={t("command.title")}
        className="max-h-80 overflow-y-auto"
      >
        {found.map((command) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keyboard
          <div
            key={command.id}
            id={`command-${command.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === active}
            onClick={() => choose(command)}
            className={clsx(
              "flex h-9 items-center gap-2.5 rounded-control px-2.5",
              command === active ? "bg-accent-soft text-accent" : "hover:bg-surface2",
            )}
          >
            {command.icon}
            <span className="truncate">{command.label}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="py-4 text-center text-fg3">{t("command.none")}</p>}
    </Dialog>
  );
}
