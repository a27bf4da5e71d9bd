// Dialogs that several pages open, loaded with their words when they are first opened.
import { lazy } from "react";
import { withAccountWords } from "./words";

export const ShareDialog = lazy(withAccountWords(() => import("./ShareDialog")));
export const AddCredential = lazy(withAccountWords(() => import("./AddCredential")));
export const GateDialogs = lazy(withAccountWords(() => import("./GateDialogs")));
