// The shapes that travel over /api/v1. The one place the rest of the app takes them from.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type PinKind =
  | "text"
  | "number"
  | "boolean"
  | "object"
  | "list"
  | "file"
  | "image"
  | "message"
  | "tool"
  | "any"
  | "date";

export type Category =
  | "input"
  | "output"
  | "text"
  | "data"
  | "logic"
  | "maths"
  | "time"
  | "web"
  | "file"
  | "ai";

export type Widget =
  | "textarea"
  | "code"
  | "password"
  | "file"
  | "model"
  | "table"
  | "color"
  | "slider"
  | "template"
  | "date"
  | "datetime";

export interface JsonSchema {
  type?: string | string[];
  title?: string;
  title_zh?: string;
  description?: string;
  description_zh?: string;
  default?: Json;
  enum?: Json[];
  const?: Json;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  examples?: Json[];
  "x-widget"?: Widget;
  "x-enum-titles"?: Record<string, string>;
  "x-enum-titles-zh"?: Record<string, string>;
  "x-placeholder"?: string;
  nullable?: boolean;
}

export interface PinSpec {
  name: string;
  kind: PinKind;
  item_kind: PinKind | null;
  title: string;
  title_zh: string;
  description: string;
  description_zh: string;
  schema: JsonSchema;
}

export interface InputPinSpec extends PinSpec {
  required: boolean;
  default: Json;
  gather: boolean;
  advanced: boolean;
  secret: boolean;
  hidden: boolean;
}

export interface OutputPinSpec extends PinSpec {
  many: boolean;
  main: boolean;
}

export interface BlockSpec {
  id: string;
  version: number;
  title: string;
  title_zh: string;
  description: string;
  description_zh: string;
  category: Category;
  effect: "none" | "idempotent" | "once";
  icon: string;
  keywords: string[];
  aliases: string[];
  demo: boolean;
  source: string;
  inputs: InputPinSpec[];
  outputs: OutputPinSpec[];
  examples: { inputs: Record<string, Json>; outputs: Record<string, Json> }[];
}

export interface BrokenBlock {
  path: string;
  line: number | null;
  message: string;
  message_zh?: string;
}

// The agent document: one tree for file, canvas and database. Unknown keys survive, hence the index signatures.

export interface RetryPolicy {
  attempts?: number;
  delay?: number;
  factor?: number;
  max_delay?: number;
  on?: string[];
}

export interface DocumentBody {
  mode: "map" | "loop";
  over?: string;
  parallel?: number;
  until?: string;
  max?: number;
  nodes: Record<string, DocumentNode>;
  links?: DocumentLink[];
  [key: string]: unknown;
}

export interface DocumentNode {
  block?: string;
  body?: DocumentBody;
  with?: Record<string, Json>;
  retry?: RetryPolicy;
  timeout?: number;
  order?: "firing" | "any";
  parallel?: number;
  at?: [number, number];
  size?: [number, number];
  title?: string;
  note?: string;
  disabled?: boolean;
  color?: string;
  collapsed?: boolean;
  [key: string]: unknown;
}

/** Short form "a.value -> add.a", or the long form with its options. */
export type DocumentLink =
  | string
  | { from: string; to: string; sticky?: boolean; [key: string]: unknown };

export interface RunLimits {
  steps?: number;
  seconds?: number;
  tokens?: number;
  usd?: number;
}

export interface AgentDocument {
  luban: number;
  name?: string;
  description?: string;
  nodes: Record<string, DocumentNode>;
  links?: DocumentLink[];
  settings?: { on_error?: "fail" | "continue"; limits?: RunLimits; [key: string]: unknown };
  [key: string]: unknown;
}

export interface Finding {
  code: string;
  severity: "error" | "warning";
  node: string | null;
  pin: string | null;
  link: string | null;
  message: string;
  message_zh?: string;
  repair?: string | null;
  repair_zh?: string | null;
  params?: Record<string, Json>;
}

export interface Page<T> {
  items: T[];
  total: number;
  page: number;
  page_size: number;
  total_pages: number;
}

export interface AgentInput {
  name: string;
  title: string | null;
  description: string | null;
  kind: PinKind;
  required: boolean;
  default: Json;
  schema: JsonSchema;
  title_zh?: string | null;
  description_zh?: string | null;
}

export interface AgentView {
  id: string;
  name: string;
  description: string;
  revision: number;
  document: AgentDocument;
  published_version: number | null;
  latest_version: number | null;
  created_at: string;
  updated_at: string;
  inputs: AgentInput[];
  last_run: RunView | null;
  findings_count: number;
}

export interface VersionView {
  version: number;
  label: string | null;
  created_at: string;
  published: boolean;
  nodes: number;
  document?: AgentDocument;
}

export type RunStatus = "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled";
export type StepStatus = "running" | "completed" | "failed" | "cancelled";

export interface StoredError {
  code: string;
  message: string;
  message_zh?: string;
  node?: string | null;
  pin?: string | null;
  inputs?: Record<string, Json> | null;
  [key: string]: unknown;
}

export interface RunView {
  id: string;
  agent_id: string | null;
  agent_name: string;
  version: number | null;
  status: RunStatus;
  trigger: string;
  inputs: Record<string, Json>;
  outputs: Record<string, Json>;
  error: StoredError | null;
  starved: { node: string; pin: string; held: number }[];
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  steps: number;
  waiting_for: { kind: "limit"; limit: keyof RunLimits; value: number } | null;
  document?: AgentDocument | null;
}

export interface AttemptView {
  number: number;
  status: StepStatus;
  started_at: string | null;
  duration: number | null;
  error: StoredError | null;
}

export interface StepView {
  node: string;
  iteration: number;
  block: string;
  status: StepStatus;
  attempts: AttemptView[];
  inputs: Record<string, Json>;
  outputs: [string, Json][];
  started_at: string | null;
  duration: number | null;
  error: StoredError | null;
}

export interface FileReference {
  $file: string;
  name: string;
  type: string;
  size: number;
}

export interface FileView {
  id: string;
  name: string;
  type: string;
  size: number;
  created_at: string;
  ref: FileReference;
}

export interface TemplateView {
  id: string;
  name: string;
  name_zh: string;
  description: string;
  description_zh: string;
  document: AgentDocument;
  inputs: AgentInput[];
}

export interface ModelView {
  id: string;
  title: string;
  demo: boolean;
  provider: string;
  default: boolean;
}

export interface MeView {
  id: string;
  name: string;
  local: boolean;
}

export interface SettingsView {
  data_dir: string;
  version: string;
  [key: string]: unknown;
}

// Live events of a run. `id` is the journal id; events without one are not stored and come once.

export interface RunEvents {
  run_started: { run: string };
  run_paused: { run: string; waiting_for?: RunView["waiting_for"] };
  run_resumed: { run: string };
  run_ended: {
    run: string;
    status: RunStatus;
    outputs: Record<string, Json>;
    error: StoredError | null;
    starved: RunView["starved"];
  };
  step_started: { run: string; node: string; iteration: number; inputs?: Record<string, Json> };
  step_progress: {
    run: string;
    node: string;
    iteration: number;
    done: number | null;
    total: number | null;
    text: string | null;
  };
  step_delta: { run: string; node: string; iteration: number; pin: string; text: string };
  step_emitted: {
    run: string;
    node: string;
    iteration: number;
    number: number;
    pin: string;
    value: Json;
  };
  step_finished: {
    run: string;
    node: string;
    iteration: number;
    attempt: number;
    emissions: [string, Json][];
    started_at: string | null;
    duration: number | null;
  };
  attempt_failed: {
    run: string;
    node: string;
    iteration: number;
    attempt: number;
    error: StoredError;
    retry_in: number | null;
  };
  step_failed: { run: string; node: string; iteration: number; error: StoredError };
}

export type RunEventKind = keyof RunEvents;
export type RunEvent = {
  [K in RunEventKind]: { kind: K; id: number | null; data: RunEvents[K] };
}[RunEventKind];
