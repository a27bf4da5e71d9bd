/** Runs the careful layout off the main thread. */

import { type TidyRequest, tidy } from "./tidy";

self.onmessage = (event: MessageEvent<TidyRequest>) => {
  self.postMessage(tidy(event.data));
};
