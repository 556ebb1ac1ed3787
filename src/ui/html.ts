import htm from 'htm';
import { h, type VNode } from 'preact';

/** What a component gives back. */
export type View = VNode | null;

/** Templates of HTML. Each has one element outermost, so that it is one node and no list. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
