// A button with a list of actions: arrows, Home, End, first letters, Escape.
import { clsx } from "clsx";
import {
  type ComponentProps,
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useId,
  useRef,
  useState,
} from "react";

export interface MenuItem {
  id: string;
  label: string;
  icon?: ReactNode;
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Set for items of which one or more are chosen. */
  checked?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  /** Rendered as the trigger; gets the menu's wiring. */
  trigger: ReactElement<ComponentProps<"button">>;
  label: string;
  items: (MenuItem | null)[];
  align?: "start" | "end";
}

function place(popup: HTMLElement, trigger: HTMLElement, align: "start" | "end"): void {
  const at = trigger.getBoundingClientRect();
  const size = popup.getBoundingClientRect();
  const left = align === "end" ? at.right - size.width : at.left;
  const below = at.bottom + 4;
  const top = below + size.height > innerHeight - 8 ? at.top - size.height - 4 : below;
  popup.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
  popup.style.top = `${Math.max(8, top)}px`;
}

export function Menu({ trigger, label, items, align = "end" }: MenuProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const popup = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLButtonElement>(null);

  const rows = () => [
    ...(popup.current?.querySelectorAll<HTMLElement>("[data-row]:not(:disabled)") ?? []),
  ];
  const close = () => {
    popup.current?.hidePopover();
    anchor.current?.focus();
  };
  const show = () => {
    const [menu, button] = [popup.current, anchor.current];
    if (!menu || !button) return;
    menu.showPopover();
    place(menu, button, align);
    rows()[0]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = rows();
    const now = all.indexOf(document.activeElement as HTMLElement);
    const go = (to: number) => {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    };
    if (event.key === "ArrowDown") go(now + 1);
    else if (event.key === "ArrowUp") go(now - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(-1);
    else if (event.key === "Tab") close();
    else if (event.key.length === 1 && event.key !== " ") {
      const from = [...all.slice(now + 1), ...all];
      const letter = event.key.toLocaleLowerCase();
      from.find((row) => row.textContent?.toLocaleLowerCase().startsWith(letter))?.focus();
    }
    // What the menu answers must not reach the page's own shortcuts.
    event.stopPropagation();
  };

  return (
    <>
      {cloneElement(trigger, {
        ref: anchor,
        "aria-haspopup": "menu",
        "aria-expanded": open,
        "aria-controls": id,
        onClick: () => (open ? popup.current?.hidePopover() : show()),
      })}
      <div
        id={id}
        ref={popup}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        onKeyDown={onKeyDown}
        onToggle={(event) => setOpen(event.newState === "open")}
        className="fixed inset-auto m-0 max-h-[70vh] min-w-44 overflow-y-auto rounded-card border border-line bg-surface p-1 text-fg shadow-float"
      >
        {items.map((item, index) =>
          item ? (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: only radio items carry aria-checked
            <button
              key={item.id}
              type="button"
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              data-row=""
              tabIndex={-1}
              disabled={item.disabled}
              onClick={() => {
                close();
                item.onSelect();
              }}
              className={clsx(
                "flex h-8 w-full items-center gap-2 rounded-control px-2 text-left whitespace-nowrap outline-none",
                "hover:bg-surface2 focus:bg-surface2 disabled:opacity-50",
                item.danger ? "text-bad" : "text-fg",
                item.checked && "font-semibold text-accent",
              )}
            >
              <span className="grid w-4 shrink-0 place-items-center text-fg3">{item.icon}</span>
              <span className="grow">{item.label}</span>
              {item.hint && <span className="pl-4 text-xs text-fg3">{item.hint}</span>}
            </button>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: a rule between items has no other identity
            <hr key={`rule-${index}`} className="my-1 border-line" />
          ),
        )}
      </div>
    </>
  );
}
