// The inputs a provider asks for, each with its help.
import type { ProviderKind } from "@/api/credentials";
import { useFormats } from "@/ui/format";
import { TextArea } from "@/ui/inputs";
import { ChoiceField, Labeled, PasswordField, TextField } from "@/ui/Labeled";

interface CredentialFieldsProps {
  kind: ProviderKind;
  values: Record<string, string>;
  onChange: (name: string, value: string) => void;
  /** What is stored stays unless something is typed. */
  changing?: boolean;
}

export function CredentialFields({ kind, values, onChange, changing }: CredentialFieldsProps) {
  const { pick } = useFormats();
  return kind.fields.map((field) => {
    const value = values[field.name] ?? "";
    const label = pick(field.title, field.title_zh) || field.name;
    const hint = pick(field.help, field.help_zh);
    const about = { label, hint };
    const set = (text: string) => onChange(field.name, text);
    if (field.choices.length)
      return (
        <ChoiceField
          key={field.name}
          {...about}
          value={value || field.default}
          choices={["", ...field.choices].map((each) => ({ id: each, title: each || "–" }))}
          onChoose={set}
        />
      );
    // A key of a service account is a whole file of JSON.
    if (kind.kind === "service_account" && field.secret)
      return (
        <Labeled key={field.name} {...about}>
          {(wiring) => (
            <TextArea
              {...wiring}
              rows={4}
              className="font-mono text-xs"
              value={value}
              onChange={(event) => set(event.target.value)}
            />
          )}
        </Labeled>
      );
    const Chosen = field.secret ? PasswordField : TextField;
    return (
      <Chosen
        key={field.name}
        {...about}
        required={field.required && !field.default && !changing}
        placeholder={changing && field.secret ? "••••••••" : field.default}
        value={value}
        onText={set}
        autoComplete={field.secret ? "new-password" : "off"}
      />
    );
  });
}
