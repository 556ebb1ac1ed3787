import type { Adapter } from './adapter.ts';
import { outpost } from './adapters/outpost.ts';
import { postmand } from './adapters/postmand.ts';
import { svix } from './adapters/svix.ts';

/** By the name that the command line knows. */
export const ADAPTERS: Record<string, Adapter> = { postmand, outpost, svix };
