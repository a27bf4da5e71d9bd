// Two bars that hold each other without a nail.
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
      <rect x="3" y="12" width="26" height="8" rx="2" fill="var(--accent)" />
      <rect
        x="12"
        y="3"
        width="8"
        height="26"
        rx="2"
        fill="none"
        stroke="var(--fg)"
        strokeWidth="2.4"
      />
      <path d="M13.2 12h5.6v8h-5.6z" fill="var(--accent)" />
      <path
        d="M12 3.8v7.4M20 3.8v7.4M12 20.8v7.4M20 20.8v7.4"
        stroke="var(--fg)"
        strokeWidth="2.4"
      />
    </svg>
  );
}
