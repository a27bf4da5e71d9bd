// The files of a team: searched, sent, looked at in their versions, within the room there is.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Files, Upload } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Needs } from "@/access/Needs";
import { useMay } from "@/access/session";
import { filesQuery, type Place, type StoredFile } from "@/api/files";
import { Refusal } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { SearchInput, Select } from "@/ui/inputs";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { QueryState } from "@/ui/QueryState";
import { Empty } from "@/ui/states";
import { FileDialog } from "./FileDialogs";
import { type Doing, FileRow } from "./FileRow";
import { UsageBar } from "./UsageBar";
import { type Uploads, useUploads } from "./useUploads";

const route = getRouteApi("/files");
const TYPING_MS = 250;
const PLACES: readonly Place[] = ["all", "user", "loose"];

function useSearchText(): [string, (text: string) => void] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search.q ?? "");
  useEffect(() => {
    const wanted = typed.trim() || undefined;
    if (wanted === search.q) return;
    const timer = setTimeout(
      () => navigate({ search: { ...search, q: wanted, page: undefined }, replace: true }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [typed, search, navigate]);
  return [typed, setTyped];
}

function UploadButton({ uploads }: { uploads: Uploads }) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        look="primary"
        busy={uploads.current !== null}
        icon={<Upload size={15} aria-hidden />}
        onClick={() => picker.current?.click()}
      >
        {t("files.upload")}
      </Button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t("files.upload")}
        onChange={(event) => {
          void uploads.send([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}

/** What is on its way, and one sentence for each file that was refused. */
function Progress({ uploads }: { uploads: Uploads }) {
  const { t } = useTranslation();
  return (
    <div className="mb-3 flex flex-col gap-2 empty:hidden">
      {uploads.current !== null && (
        <p role="status" className="text-sm text-fg2">
          {t("files.uploading", { name: uploads.current })}
        </p>
      )}
      {uploads.refused.map(({ name, error }) => (
        <Refusal key={name} error={error} />
      ))}
      {uploads.refused.length > 0 && (
        <Button small look="quiet" className="self-start" onClick={uploads.forget}>
          {t("files.forget")}
        </Button>
      )}
    </div>
  );
}

function Table({
  files,
  onDo,
}: {
  files: StoredFile[];
  onDo: (file: StoredFile, what: Doing) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="overflow-x-auto rounded-card border border-line bg-surface">
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-xs text-fg3">
            <th scope="col" className="py-2 pr-3 pl-4 font-normal">
              {t("files.name")}
            </th>
            <th scope="col" className="px-3 py-2 font-normal max-sm:hidden">
              {t("files.place")}
            </th>
            <th scope="col" className="px-3 py-2 font-normal max-sm:hidden">
              {t("files.versionColumn")}
            </th>
            <th scope="col" className="px-3 py-2 font-normal">
              {t("files.size")}
            </th>
            <th scope="col" className="px-3 py-2 font-normal max-md:hidden">
              {t("files.stored")}
            </th>
            <th scope="col" className="px-3 py-2">
              <span className="sr-only">{t("library.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <FileRow key={file.id} file={file} onDo={(what) => onDo(file, what)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ uploads }: { uploads: Uploads }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [open, setOpen] = useState<{ file: StoredFile; what: Doing } | null>(null);
  const files = useQuery(
    filesQuery({ search: search.q, sort: search.sort, place: search.place, page: search.page }),
  );
  const narrowed = Boolean(search.q || search.place);
  return (
    <>
      <QueryState query={files} rows={6}>
        {(page) =>
          page.items.length ? (
            <>
              <Table files={page.items} onDo={(file, what) => setOpen({ file, what })} />
              <Pager
                label={t("nav.files")}
                page={page.page}
                pages={page.total_pages}
                onPage={(next) => navigate({ search: { ...search, page: next } })}
              />
            </>
          ) : (
            <Empty
              icon={<Files size={28} aria-hidden />}
              title={t(narrowed ? "files.nothing" : "files.none")}
              action={!narrowed && <UploadButton uploads={uploads} />}
            >
              {!narrowed && t("files.noneHint")}
            </Empty>
          )
        }
      </QueryState>
      {open && <FileDialog what={open.what} file={open.file} onClose={() => setOpen(null)} />}
    </>
  );
}

function Tools({ uploads }: { uploads: Uploads }) {
  const { t } = useTranslation();
  const may = useMay();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useSearchText();
  const choose = (place: Place) =>
    navigate({
      search: { ...search, place: place === "all" ? undefined : place, page: undefined },
    });
  return (
    <>
      <SearchInput
        label={t("files.search")}
        value={typed}
        onChange={setTyped}
        className="w-56 min-w-0 max-sm:w-32"
      />
      <Select
        aria-label={t("files.place")}
        value={search.place ?? "all"}
        onChange={(event) => choose(event.target.value as Place)}
        className="max-w-44 max-sm:hidden"
      >
        {PLACES.map((place) => (
          <option key={place} value={place}>
            {t(`files.in.${place}`)}
          </option>
        ))}
      </Select>
      {may("file.write") && <UploadButton uploads={uploads} />}
    </>
  );
}

export default function FilesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const uploads = useUploads();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (may("file.write")) void uploads.send([...event.dataTransfer.files]);
  };
  return (
    <Page title={t("nav.files")} actions={<Tools uploads={uploads} />}>
      <Needs permission="file.read">
        <section
          aria-label={t("nav.files")}
          className={clsx(
            "min-h-60 rounded-card",
            over && "outline-2 outline-accent outline-dashed",
          )}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <UsageBar />
          <Progress uploads={uploads} />
          <List uploads={uploads} />
        </section>
      </Needs>
    </Page>
  );
}
