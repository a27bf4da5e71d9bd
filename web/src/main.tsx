import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./app/styles.css";

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode>{null}</StrictMode>);
