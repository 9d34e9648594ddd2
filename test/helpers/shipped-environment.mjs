import { TestEnvironment } from 'jest-environment-node';
// Ahead of all others, as in the service: what is decorated before it comes has no types.
import 'reflect-metadata';

/**
 * jest's environment for Node.js, with a way to the modules that Node.js itself has loaded, once for all specs of a
 * process: jest would read and compile the whole service and its packages anew for each spec, two to three seconds.
 */
export default class ShippedEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global.importShipped = (url) => import(url);
  }
}
