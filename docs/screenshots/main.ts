// npm run screenshots: makes the pictures of the guides anew, in docs/images/. It runs Postmand as
// `npm start` does, with a PostgreSQL of its own that is gone afterwards, and needs a Chromium.
import { createCleanup } from '../../bench/cleanup.ts';
import { withoutChromium } from '../../test/setup/chromium.ts';
import { addPast } from './past.ts';
import { takePictures } from './pictures.ts';
import { startReceiver } from './receiver.ts';
import { startPostmand } from './server.ts';
import { openShop } from './shop.ts';
import { trade } from './traffic.ts';

if (withoutChromium) throw new Error(withoutChromium);

const cleanup = createCleanup();
const t = {
  after: (step: unknown) => void cleanup.add(async () => void (await (step as () => unknown)())),
};
try {
  const receiver = await startReceiver(t);
  const server = await startPostmand(t);
  const shop = await openShop(server.api, receiver);
  const told = await trade(server.api, shop);
  await addPast(server.databaseUrl, shop);
  await takePictures(t, server.url, told);
} finally {
  await cleanup.run();
}
