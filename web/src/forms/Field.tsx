// One labelled input: its title, what it is for, what is wrong with it, or where its value comes from.
import { clsx } from "clsx";
import { ArrowLeft, Unlink } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Inline } from "@/ui/Inline";
import { Control } from "./Control";
import type { Fault, Faults } from "./check";
import { controlOf, type FieldSpec } from "./fields";

export interface LinkedSource {
  /** E.g. "Prompt · result". */
  label: string;
  onShow?: () => void;
  onUnlink?: () => void;
}

export interface FieldProps {
  field: FieldSpec;
  /** Unique on the page: ids are made of it. */
  scope: string;
  path?: string;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  faults?: Faults;
  /** Sentences from elsewhere that belong to this field. */
  notes?: string[];
  /** Where the whole value comes from; hides the input. */
  linked?: LinkedSource[] | undefined;
  /** Where parts of it come from, beside what is typed in. */
  partly?: LinkedSource[] | undefined;
  disabled?: boolean;
}

function Linked({ sources, title }: { sources: LinkedSource[]; title: string }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-1">
      {sources.map((source) => (
        <div
          key={source.label}
          className="flex min-h-8 items-center gap-2 rounded-control border border-dashed border-line-strong pr-1 pl-2.5 text-sm text-fg2"
        >
          <ArrowLeft size={14} aria-hidden className="shrink-0" />
          <span className="sr-only">{t("form.comesFrom", { title })}</span>
          {source.onShow ? (
            <button
              type="button"
              onClick={source.onShow}
              className="min-h-6 min-w-0 truncate rounded-sm bg-accent-soft px-1.5 text-accent hover:underline"
            >
              {source.label}
            </button>
          ) : (
            <span className="truncate rounded-sm bg-accent-soft px-1.5 text-accent">
              {source.label}
            </span>
          )}
          <span className="grow" />
          {source.onUnlink && (
            <IconButton small look="quiet" label={t("form.unlink")} onClick={source.onUnlink}>
              <Unlink size={14} />
            </IconButton>
          )}
        </div>
      ))}
    </div>
  );
}

export function FaultText({ id, fault }: { id?: string; fault: Fault }) {
  const { t } = useTranslation();
  return (
    <p id={id} className="text-xs text-bad">
      {t(`form.fault.${fault.key}`, fault.params ?? {})}
    </p>
  );
}

const GROUPS = new Set(["group", "list", "map", "table"]);

export function Field(props: FieldProps) {
  const {
    field,
    scope,
    value,
    onChange,
    faults = {},
    notes = [],
    linked,
    partly,
    disabled,
  } = props;
  const { t } = useTranslation();
  const { pick } = useFormats();
  const path = props.path ?? field.name;
  const id = `${scope}-${path}`.replace(/[^\p{L}\p{N}_-]/gu, "-");
  const title = pick(field.title, field.title_zh);
  const description = pick(field.description, field.description_zh);
  const control = controlOf(field);
  const fault = faults[path];
  const isLinked = !!linked?.length;
  const described = [description && `${id}-about`, (fault || notes.length > 0) && `${id}-fault`]
    .filter(Boolean)
    .join(" ");
  // A group of inputs is named by its legend; one input by its label.
  const grouped = GROUPS.has(control) && !isLinked;
  const Name = grouped || isLinked ? "span" : "label";
  return (
    <div
      className={clsx(
        "min-w-0 gap-1",
        control === "boolean" && !isLinked
          ? "grid grid-cols-[1fr_auto] items-center *:not-[:first-child,input]:col-span-2"
          : "flex flex-col",
      )}
      {...(grouped ? { role: "group", "aria-labelledby": `${id}-name` } : {})}
      data-field={path}
    >
      <div className="flex items-baseline gap-1 text-sm text-fg2">
        <Name id={`${id}-name`} {...(Name === "label" ? { htmlFor: id } : {})}>
          {title}
        </Name>
        {field.required && (
          <span
            className="text-bad"
            role="img"
            aria-label={t("form.required")}
            data-tip={t("form.required")}
          >
            *
          </span>
        )}
      </div>
      {isLinked ? (
        <Linked sources={linked} title={title} />
      ) : (
        <Control
          id={id}
          field={field}
          path={path}
          value={value}
          onChange={onChange}
          faults={faults}
          invalid={!!fault}
          describedBy={described || undefined}
          disabled={disabled}
        />
      )}
      {!isLinked && !!partly?.length && <Linked sources={partly} title={title} />}
      {(fault || notes.length > 0) && (
        <div id={`${id}-fault`}>
          {fault && <FaultText fault={fault} />}
          {notes.map((note) => (
            <p key={note} className="text-xs text-bad">
              <Inline text={note} />
            </p>
          ))}
        </div>
      )}
      {description && !isLinked && (
        <p id={`${id}-about`} className="text-xs text-fg3">
          <Inline text={description} />
        </p>
      )}
    </div>
  );
}
