/** The picture of a block: its icon on a tile in the colour of its category. */

import {
  ArrowLeftRight,
  Bot,
  Box,
  Braces,
  Brackets,
  Calculator,
  Calendar,
  CalendarClock,
  CaseSensitive,
  CircleHelp,
  Clock,
  Code,
  Columns3,
  Database,
  File,
  FileInput,
  FileOutput,
  FileText,
  Filter,
  Fingerprint,
  FolderOpen,
  GitBranch,
  GitMerge,
  Globe,
  Hash,
  Image,
  KeyRound,
  Layers,
  Link,
  List,
  ListChecks,
  ListFilter,
  ListOrdered,
  ListPlus,
  LogIn,
  LogOut,
  type LucideIcon,
  Mail,
  MessageSquare,
  Pilcrow,
  Quote,
  Regex,
  Repeat,
  Replace,
  Rss,
  Scissors,
  Search,
  Send,
  Shuffle,
  Sigma,
  SlidersHorizontal,
  Sparkles,
  Split,
  SquareCheck,
  SquarePen,
  StickyNote,
  Table,
  TextCursorInput,
  Timer,
  ToggleLeft,
  Type,
  Webhook,
  Wrench,
} from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  "arrow-left-right": ArrowLeftRight,
  bot: Bot,
  box: Box,
  braces: Braces,
  brackets: Brackets,
  calculator: Calculator,
  calendar: Calendar,
  "calendar-clock": CalendarClock,
  "case-sensitive": CaseSensitive,
  "circle-help": CircleHelp,
  clock: Clock,
  code: Code,
  "columns-3": Columns3,
  database: Database,
  file: File,
  "file-input": FileInput,
  "file-output": FileOutput,
  "file-text": FileText,
  filter: Filter,
  fingerprint: Fingerprint,
  "folder-open": FolderOpen,
  "git-branch": GitBranch,
  "git-merge": GitMerge,
  globe: Globe,
  hash: Hash,
  image: Image,
  "key-round": KeyRound,
  layers: Layers,
  link: Link,
  list: List,
  "list-checks": ListChecks,
  "list-filter": ListFilter,
  "list-ordered": ListOrdered,
  "list-plus": ListPlus,
  "log-in": LogIn,
  "log-out": LogOut,
  mail: Mail,
  "message-square": MessageSquare,
  pilcrow: Pilcrow,
  quote: Quote,
  regex: Regex,
  repeat: Repeat,
  replace: Replace,
  rss: Rss,
  scissors: Scissors,
  search: Search,
  send: Send,
  shuffle: Shuffle,
  sigma: Sigma,
  "sliders-horizontal": SlidersHorizontal,
  sparkles: Sparkles,
  split: Split,
  "square-check": SquareCheck,
  "square-pen": SquarePen,
  "sticky-note": StickyNote,
  table: Table,
  "text-cursor-input": TextCursorInput,
  timer: Timer,
  "toggle-left": ToggleLeft,
  type: Type,
  webhook: Webhook,
  wrench: Wrench,
};

/** The token each category is painted with. */
const TINTS: Record<string, string> = {
  input: "ok",
  output: "ok",
  text: "accent",
  data: "kind-number",
  logic: "warn",
  maths: "kind-object",
  time: "kind-image",
  web: "run",
  file: "kind-file",
  ai: "wait",
};

export const categoryColor = (category: string | undefined): string =>
  `var(--${TINTS[category ?? ""] ?? "fg3"})`;

interface BlockIconProps {
  icon: string | undefined;
  category: string | undefined;
  size?: number;
}

export function BlockIcon({ icon, category, size = 26 }: BlockIconProps) {
  const Icon = ICONS[icon ?? ""] ?? Box;
  const color = categoryColor(category);
  return (
    <span
      aria-hidden
      className="grid shrink-0 place-items-center rounded-control"
      style={{
        width: size,
        height: size,
        color,
        background: `color-mix(in srgb, ${color} 12%, var(--surface))`,
      }}
    >
      <Icon size={size * 0.6} strokeWidth={1.9} />
    </span>
  );
}
