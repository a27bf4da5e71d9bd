import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "@/ui/inputs";
import { usePartners } from "./partners";

interface PartnerPickProps {
  value: string;
  disabled?: boolean;
  onChoose: (choice: string) => void;
}

export function PartnerPick({ value, disabled, onChoose }: PartnerPickProps) {
  const { t } = useTranslation();
  const id = useId();
  const { agents, models } = usePartners();
  const known = !value || [...agents, ...models].some((each) => each.id === value);
  const options = (choices: typeof agents) =>
    choices.map((each) => (
      <option key={each.id} value={each.id}>
        {each.title}
      </option>
    ));
  return (
    <div className="w-56 max-w-[45vw]">
      <label htmlFor={id} className="sr-only">
        {t("chat.partner")}
      </label>
      <Select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChoose(event.target.value)}
      >
        <option value="">{t("chat.defaultModel")}</option>
        {!known && <option value={value}>{value.replace(/^\w+:/, "")}</option>}
        {agents.length > 0 && <optgroup label={t("chat.agents")}>{options(agents)}</optgroup>}
        {models.length > 0 && <optgroup label={t("chat.models")}>{options(models)}</optgroup>}
      </Select>
    </div>
  );
}
