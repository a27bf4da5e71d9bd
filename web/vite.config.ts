import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./build/precompress.ts";

const server = process.env.LUBAN_SERVER ?? "http://127.0.0.1:8123";

const VENDOR =
  /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack\/(?!react-virtual|virtual-core)[^/]+|i18next|react-i18next|zustand|clsx|openapi-fetch)\//;
const BASE =
  /src\/(ui|api|app|access\/(session|gate|sisters|words|dialogs|useWorkIn)\.|live\/(Status|runSeconds|trigger|state|MakeForm)|forms\/(fields|services|RunInputs))|node_modules\/lucide-react\/dist\/esm\/(Icon|createLucideIcon|defaultAttributes|context|shared|icons\/sparkles)/;

export default defineConfig({
  // Relative addresses: the app works under any sub-path; index.html carries the <base>.
  base: "./",
  plugins: [react(), tailwindcss(), precompress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: fileURLToPath(new URL("./dist", import.meta.url)),
    target: "es2023",
    // Inlined data: addresses would only duplicate what the cache already holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs comes in two files instead of twenty.
        codeSplitting: {
          groups: [
            { name: "vendor", test: VENDOR },
            { name: "base", test: BASE },
          ],
        },
      },
    },
  },
  server: { port: 5173, proxy: { "/api": server, "/health": server, "/docs": server } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.ts"],
    setupFiles: ["./tests/setup.ts"],
    restoreMocks: true,
    benchmark: { include: ["bench/**/*.bench.ts"] },
  },
});
