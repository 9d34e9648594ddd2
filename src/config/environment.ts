import { UpkeepSettings } from './settings/upkeep.settings.js';

/**
 * Every setting of the service, in the order of `.env.example`. A property is read from the environment variable of its name in
 * capitals (`maxUploadBytes` from MAX_UPLOAD_BYTES); its initial value is the default.
 */
export class Environment extends UpkeepSettings {}
