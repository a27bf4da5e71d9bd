// The shapes that travel over /api/v1. The one place the rest of the app takes them from: generated from the
// server's description, made narrower where that says only "an object".
import type { components } from "./schema";

type Wire = components["schemas"];
type With<T, Changes> = Omit<T, keyof Changes> & Changes;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type PinKind = Wire["PinKind"];

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
  | "media"
  | "storage"
  | "code"
  | "message"
  | "ai"
  | "flow";

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
  | "json"
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
  /** What a model that is chosen here must be able to do. */
  "x-can"?: string;
  "x-enum-titles"?: Record<string, string>;
  "x-choices-zh"?: Record<string, string>;
  "x-placeholder"?: string;
  nullable?: boolean;
}

export type InputPinSpec = With<Wire["InputPin"], { default: Json; schema: JsonSchema }>;
export type OutputPinSpec = With<Wire["OutputPin"], { schema: JsonSchema }>;

export type BlockSpec = With<
  Wire["BlockSpec"],
  { category: Category; inputs: InputPinSpec[]; outputs: OutputPinSpec[] }
>;

export type BrokenBlock = Wire["BrokenBlockView"];

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

export type RunLimits = Partial<Record<"steps" | "seconds" | "tokens" | "usd", number>>;

export interface AgentDocument {
  luban: number;
  name?: string;
  description?: string;
  nodes: Record<string, DocumentNode>;
  links?: DocumentLink[];
  settings?: { on_error?: "fail" | "continue"; limits?: RunLimits; [key: string]: unknown };
  [key: string]: unknown;
}

export type Finding = Wire["Finding"];

export interface Page<T> {
  items: T[];
  total: number;
  page: number;
  page_size: number;
  total_pages: number;
}

export type AgentInput = With<
  Wire["AgentInputView"],
  { kind: PinKind; default: Json; schema: JsonSchema }
>;

export type AgentView = With<
  Wire["AgentView"],
  { document: AgentDocument; inputs: AgentInput[]; last_run: RunView | null }
>;

export type VersionView = With<Wire["VersionView"], { document?: AgentDocument | null }>;

export type RunStatus = Wire["RunStatus"];
export type StepStatus = "running" | "waiting" | "completed" | "failed" | "cancelled";

export type WaitKind = Wire["WaitKind"];

/** One thing a run waits for; times are Unix seconds. */
export interface Wait {
  kind: WaitKind;
  /** Empty when the run as a whole waits. */
  node: string;
  iteration: number;
  key: string;
  since: number;
  until: number | null;
  details: Record<string, Json>;
}

export type Approval = With<Wire["ApprovalView"], { details: Record<string, Json> }>;

export interface StoredError {
  code: string;
  message: string;
  message_zh?: string;
  node?: string | null;
  pin?: string | null;
  inputs?: Record<string, Json> | null;
  [key: string]: unknown;
}

export type RunView = With<
  Wire["RunView"],
  {
    inputs: Record<string, Json>;
    outputs: Record<string, Json>;
    error: StoredError | null;
    waiting_for: Wait[];
    document?: AgentDocument | null;
  }
>;

export type AttemptView = With<
  Wire["AttemptView"],
  { status: StepStatus; error: StoredError | null }
>;

export type StepView = With<
  Wire["StepView"],
  {
    status: StepStatus;
    waiting_for: Wait[];
    attempts: AttemptView[];
    inputs: Record<string, Json>;
    outputs: [string, Json][];
    error: StoredError | null;
  }
>;

export interface FileReference {
  $file: string;
  name: string;
  type: string;
  size: number;
}

export type FileView = With<Wire["FileView"], { ref: FileReference }>;

export type TemplateView = With<
  Wire["TemplateView"],
  { document: AgentDocument; inputs: AgentInput[] }
>;

export type ModelView = Wire["ModelView"];
export type SettingsView = Wire["SettingsView"];

// Live events of a run. `id` is the journal id; events without one are not stored and come once.

interface ChildData {
  run: string;
  node: string;
  iteration: number;
  /** Tells what one step asks for apart. */
  key: string;
  verb: string;
  name: string;
}

export interface RunEvents {
  run_started: { run: string };
  run_paused: { run: string; waiting_for?: Wait[] };
  run_resumed: { run: string };
  /** Everything in it waits, and it left its worker. */
  run_waiting: { run: string };
  run_woken: { run: string };
  run_ended: {
    run: string;
    status: RunStatus;
    outputs: Record<string, Json>;
    error: StoredError | null;
    starved: RunView["starved"];
  };
  step_started: {
    run: string;
    node: string;
    iteration: number;
    attempt?: number;
    claim?: number;
    inputs?: Record<string, Json>;
  };
  step_progress: {
    run: string;
    node: string;
    iteration: number;
    done: number | null;
    total: number | null;
    text: string | null;
  };
  step_delta: {
    run: string;
    node: string;
    iteration: number;
    pin: string;
    text: string;
    /** Which attempt writes, and after how many characters of it this piece begins. */
    attempt?: number;
    claim?: number;
    offset?: number;
  };
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
  child_started: ChildData & { data: Record<string, Json>; at: string };
  /** A node begins to be used as a tool; its end is that of the child of the same key. */
  tool_started: Omit<ChildData, "verb"> & { at: string };
  child_finished: ChildData & { result: Json; duration: number };
  child_failed: ChildData & { error: StoredError; duration: number };
}

export type RunEventKind = keyof RunEvents;
export type RunEvent = {
  [K in RunEventKind]: { kind: K; id: number | null; data: RunEvents[K] };
}[RunEventKind];
