import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const LATE_MS = 500;

interface Link {
  client: Socket;
  server: Socket;
}

/**
 * A network between a client and a server of this machine that can be slow, fall silent, break its
 * connections or refuse them.
 */
export class TcpProxy {
  /** Milliseconds that everything takes, in each direction. */
  latencyMs = 0;
  /**
   * Looks at what a client sends before it is passed on. `reset` breaks the connection instead;
   * `reset-behind` breaks it after having passed it on, so that nobody hears the answer; `reset-before`
   * breaks it for the client alone, and what it sent arrives half a second later.
   */
  inspect: (bytes: Buffer) => 'pass' | 'reset' | 'reset-behind' | 'reset-before' = () => 'pass';
  private readonly links = new Set<Link>();
  private readonly abandoned = new WeakSet<Link>();
  private isSilent = false;
  private isRefusing = false;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
    readonly port: number,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  /** Listens on a free port of 127.0.0.1 and leads to another one. */
  static async to(targetPort: number): Promise<TcpProxy> {
    // A half of a connection that is closed must not close the other half by itself.
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, targetPort, (server.address() as AddressInfo).port);
  }

  /** Connections that lead through at the moment. */
  get connections(): number {
    return this.links.size;
  }

  /** From now on everything that is sent gets lost, in both directions, and nobody is told. */
  swallow(): void {
    this.isSilent = true;
  }

  /** New connections are closed at once. */
  refuse(): void {
    this.isRefusing = true;
  }

  /** Breaks all connections, without a farewell (RST). */
  reset(): void {
    for (const link of this.links) this.break(link);
  }

  /**
   * Everything works again. What was swallowed stays lost: clients of before find their connections
   * broken, and the server is left with connections of which nobody will ever tell it that they ended.
   */
  heal(): void {
    for (const link of this.isSilent ? this.links : []) {
      this.abandoned.add(link);
      link.client.resetAndDestroy();
    }
    this.isSilent = false;
    this.isRefusing = false;
    this.latencyMs = 0;
    this.inspect = () => 'pass';
  }

  /** Ends it with all its connections. */
  async close(): Promise<void> {
    this.reset();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    if (this.isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const link = { client, server };
    this.links.add(link);
    this.lead(link, client, server, (bytes) => this.inspect(bytes));
    this.lead(link, server, client, () => 'pass');
  }

  private lead(
    link: Link,
    from: Socket,
    to: Socket,
    judge: (bytes: Buffer) => ReturnType<TcpProxy['inspect']>,
  ): void {
    const later = (act: () => void) => {
      if (this.latencyMs === 0) act();
      else setTimeout(act, this.latencyMs);
    };
    from.setNoDelay(true);
    from.on('data', (bytes: Buffer) => {
      if (this.isSilent || this.abandoned.has(link)) return;
      const judgement = judge(bytes);
      if (judgement === 'reset') this.break(link);
      else if (judgement === 'reset-before') this.deliverLate(link, bytes);
      else later(() => to.writable && to.write(bytes));
      if (judgement === 'reset-behind') this.breakUnheard(link);
    });
    from.on('end', () => {
      if (!this.isSilent && !this.abandoned.has(link)) later(() => to.end());
    });
    from.on('error', () => {
      if (!this.isSilent && !this.abandoned.has(link)) this.break(link);
    });
    from.on('close', () => {
      // The end of one side does not cross a network that swallows everything.
      if (this.isSilent || this.abandoned.has(link)) this.abandoned.add(link);
      else later(() => to.destroy());
      if (from.destroyed && to.destroyed) this.links.delete(link);
    });
  }

  private breakUnheard(link: Link): void {
    link.server.once('data', () => this.break(link));
    this.abandoned.add(link);
  }

  private deliverLate(link: Link, bytes: Buffer): void {
    this.abandoned.add(link);
    link.client.resetAndDestroy();
    setTimeout(() => link.server.write(bytes), LATE_MS);
    setTimeout(() => this.break(link), 2 * LATE_MS);
  }

  private break(link: Link): void {
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
    this.links.delete(link);
  }
}
