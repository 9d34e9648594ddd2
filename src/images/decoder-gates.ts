import { DecodeGate, type Gate } from './decode-gate.js';
import type { ImageLimits } from './picture.js';

/** Headers are read in threads of the same pool as decodes, of which files need some too. */
const HEADERS_AT_ONCE = 2;
/** What headers may take of DECODE_MEMORY at most, beside the decodes. */
const HEADER_SHARE = 0.25;

export type GateName = 'decodes' | 'largeFiles' | 'headers';
export type DecoderGates<G extends Gate = Gate> = Readonly<Record<GateName, G>>;
export type TurnLimits = Pick<
  ImageLimits,
  'decodes' | 'decodeMemory' | 'decodeQueue' | 'renditionTimeoutMs'
>;

/** Bytes of memory that headers being read may take together. */
export function headerBytes({ decodeMemory }: TurnLimits): number {
  return decodeMemory * HEADER_SHARE;
}

/** The gates that all work with libvips passes; the service has each of them once. */
export function decoderGates(limits: TurnLimits): DecoderGates<DecodeGate> {
  const { decodes, decodeMemory, decodeQueue: queue } = limits;
  return {
    decodes: new DecodeGate({ places: decodes, bytes: decodeMemory, queue }),
    // In front of the other: libvips maps files into memory, of which there shall be one large one at a time.
    largeFiles: new DecodeGate({ places: 1, bytes: Infinity, queue }),
    // Apart from the other: bombs are refused at once, however many decodes go on. Headers take milliseconds:
    // whoever waits for one is not worth refusing.
    headers: new DecodeGate({
      places: HEADERS_AT_ONCE,
      bytes: headerBytes(limits),
      queue: Infinity,
    }),
  };
}
