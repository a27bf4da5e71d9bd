/** Runs the careful layout off the main thread. */

import { type TidyJob, tidy } from "./tidy";

self.onmessage = (event: MessageEvent<TidyJob>) => {
  self.postMessage(tidy(event.data));
};
