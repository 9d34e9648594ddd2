import type { Worker } from 'node:cluster';

type Message = Readonly<Record<string, unknown>>;
interface Connection {
  close(): void;
}

/**
 * Closes the connections that a worker was given and had not yet taken when it ended. Node.js closes its own end
 * of one only when the worker says that it has it: the client of a worker that dies in between would wait for ever.
 */
export function closeWhatIsNotTaken(worker: Worker): void {
  const child = worker.process;
  const given = new Map<unknown, Connection>();
  const send = child.send.bind(child) as (...parameters: unknown[]) => boolean;
  child.send = (...parameters: unknown[]) => {
    const [message, handle] = parameters as [Message, Connection | undefined];
    if (message.act === 'newconn' && handle) given.set(message.seq, handle);
    return send(...parameters);
  };
  child.on('internalMessage', ({ ack }: Message) => {
    given.delete(ack);
  });
  worker.once('exit', () => {
    for (const connection of given.values()) connection.close();
    given.clear();
  });
}
