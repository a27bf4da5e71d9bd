// Keeps a crash inside its region: an exploding panel must not take the page with it.
import { Component, type ErrorInfo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { Failure } from "./states";

interface BoundaryProps {
  /** Named in the report, e.g. "inspector". */
  region: string;
  children: ReactNode;
}

interface Crash {
  error: Error;
  where: string;
}

function report(region: string, { error, where }: Crash): string {
  const { name, message, stack } = error;
  return JSON.stringify({ region, name, message, stack, where, at: location.href }, null, 2);
}

function Crashed({
  region,
  crash,
  onReset,
}: {
  region: string;
  crash: Crash;
  onReset: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="p-4">
      <Failure title={t("ui.crashed")} message={crash.error.message} onRetry={onReset} />
      <Button
        small
        look="quiet"
        className="mt-2"
        onClick={() => navigator.clipboard?.writeText(report(region, crash))}
      >
        {t("ui.copyReport")}
      </Button>
    </div>
  );
}

export class Boundary extends Component<BoundaryProps, { crash: Crash | null }> {
  override state: { crash: Crash | null } = { crash: null };

  static getDerivedStateFromError(error: Error) {
    return { crash: { error, where: "" } };
  }

  override componentDidCatch(error: Error, details: ErrorInfo): void {
    this.setState({ crash: { error, where: details.componentStack ?? "" } });
  }

  override render(): ReactNode {
    const { crash } = this.state;
    if (!crash) return this.props.children;
    return (
      <Crashed
        region={this.props.region}
        crash={crash}
        onReset={() => this.setState({ crash: null })}
      />
    );
  }
}
