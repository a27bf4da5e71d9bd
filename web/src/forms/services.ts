// What a form asks of the world around it: storing a file, knowing the models.
import { createContext, useContext } from "react";
import type { FileReference, ModelView } from "@/api/types";

export interface FormServices {
  upload: (file: File) => Promise<FileReference>;
  models: ModelView[];
}

const Services = createContext<FormServices>({
  upload: () => Promise.reject(new Error("no upload here")),
  models: [],
});

export const FormServicesProvider = Services.Provider;
export const useFormServices = () => useContext(Services);
