import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSettingsSisters } from "@/access/sisters";
import { brokenBlocksQuery, settingsQuery } from "@/api/catalogue";
import type { BrokenBlock } from "@/api/types";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { DENSITIES, LANGUAGES, setPreference, THEMES, usePreferences } from "@/ui/preferences";
import { QueryState } from "@/ui/QueryState";
import { Row, Section } from "@/ui/Section";
import { SisterPage } from "@/ui/Sections";
import { showToast } from "@/ui/toasts";

function Preferences() {
  const { t } = useTranslation();
  const now = usePreferences();
  const choose = (key: "language" | "theme" | "density", value: string) => {
    const before = now[key];
    setPreference(key, value as never);
    // Said after the switch, so that a new language says it already.
    setTimeout(() =>
      showToast({
        tone: "ok",
        text: t("settings.saved"),
        action: { label: t("settings.undo"), run: () => setPreference(key, before as never) },
      }),
    );
  };
  return (
    <Section title={t("settings.general")}>
      <Row label={t("settings.language")}>
        {(id) => (
          <Select
            id={id}
            value={now.language}
            onChange={(event) => choose("language", event.target.value)}
          >
            {LANGUAGES.map((each) => (
              <option key={each} value={each} lang={each}>
                {t(`language.${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Row>
      <Row label={t("settings.theme")}>
        {(id) => (
          <Select
            id={id}
            value={now.theme}
            onChange={(event) => choose("theme", event.target.value)}
          >
            {THEMES.map((each) => (
              <option key={each} value={each}>
                {t(`theme.${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Row>
      <Row label={t("settings.density")} hint={t("settings.densityHint")}>
        {(id) => (
          <Select
            id={id}
            value={now.density}
            onChange={(event) => choose("density", event.target.value)}
          >
            {DENSITIES.map((each) => (
              <option key={each} value={each}>
                {t(`density.${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Row>
    </Section>
  );
}

function BrokenRow({ file }: { file: BrokenBlock }) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  return (
    <li className="border-line px-4 py-2.5 not-first:border-t">
      <code className="font-mono text-xs break-all">{file.path}</code>
      {file.line !== null && (
        <span className="ml-2 text-xs text-fg3">{t("settings.line", { number: file.line })}</span>
      )}
      <p className="text-sm text-bad">{pick(file.message, file.message_zh)}</p>
    </li>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation();
  const sisters = useSettingsSisters();
  const broken = useQuery(brokenBlocksQuery());
  const about = useQuery(settingsQuery());
  return (
    <SisterPage label={t("settings.title")} sisters={sisters} title={t("settings.title")}>
      <Preferences />
      {!!broken.data?.length && (
        <Section title={t("settings.blocks")} hint={t("settings.blocksHint")}>
          <ul className="m-0 list-none p-0">
            {broken.data.map((file) => (
              <BrokenRow key={`${file.path}:${file.line}`} file={file} />
            ))}
          </ul>
        </Section>
      )}
      <Section title={t("settings.about")}>
        <QueryState query={about}>
          {({ version, data_dir }) => (
            <dl className="m-0 grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 px-4 py-3">
              <dt className="text-fg2">{t("settings.version")}</dt>
              <dd className="m-0 tabular-nums">{version}</dd>
              <dt className="text-fg2">{t("settings.dataDir")}</dt>
              <dd className="m-0 min-w-0">
                <code className="font-mono text-xs break-all">{data_dir}</code>
              </dd>
            </dl>
          )}
        </QueryState>
      </Section>
    </SisterPage>
  );
}
