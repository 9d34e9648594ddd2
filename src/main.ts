import 'reflect-metadata';
import { register } from 'node:module';
import { descriptorLimit } from './config/descriptor-limit.js';

// Node.js opens all files of what it imports at once: more than 300. Where that is too much, they take turns.
const ENOUGH_DESCRIPTORS = 1_024;
const TAKING_TURNS = `
  const AT_ONCE = 24;
  const waiting = [];
  let open = 0;
  export async function load(url, context, next) {
    if (open === AT_ONCE) await new Promise((resolve) => waiting.push(resolve));
    else open += 1;
    try {
      return await next(url, context);
    } finally {
      if (waiting.length > 0) waiting.shift()();
      else open -= 1;
    }
  }`;

if (descriptorLimit() < ENOUGH_DESCRIPTORS)
  register(`data:text/javascript,${encodeURIComponent(TAKING_TURNS)}`);
const { runService } = await import('./service.js');

await runService();
