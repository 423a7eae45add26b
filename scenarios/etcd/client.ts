//! etcd's calls by @grpc/grpc-js, as its protos have them and nothing on top: what is sent and what comes back.
import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { method } from './protos.ts';

// biome-ignore lint/suspicious/noExplicitAny: messages as their protos say, which no type here repeats
export type Fields = Record<string, any>;
export type Answer =
  | { readonly ok: true; readonly reply: Fields }
  | { readonly ok: false; readonly code: number; readonly message: string };

const DEADLINE_MS = 20_000;

export class EtcdClient {
  readonly #client: Client;
  readonly #metadata: Readonly<Record<string, string>>;

  /** `127.0.0.1:port`, plain text. `metadata` goes with every call. */
  constructor(address: string, metadata: Readonly<Record<string, string>> = {}) {
    this.#metadata = metadata;
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 200,
      'grpc.max_receive_message_length': -1,
    });
  }

  call(service: string, name: string, request: Fields): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = method(service, name);
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize as (value: Fields) => Buffer,
        responseDeserialize as (bytes: Buffer) => Fields,
        request,
        this.#sent(),
        { deadline: Date.now() + DEADLINE_MS },
        (error: ServiceError | null, reply?: Fields) => {
          if (error) resolve({ ok: false, code: error.code, message: error.details });
          else resolve({ ok: true, reply: reply! });
        },
      );
    });
  }

  stream(service: string, name: string): ClientDuplexStream<Fields, Fields> {
    const { path, requestSerialize, responseDeserialize } = method(service, name);
    return this.#client.makeBidiStreamRequest(
      path,
      requestSerialize as (value: Fields) => Buffer,
      responseDeserialize as (bytes: Buffer) => Fields,
      this.#sent(),
    );
  }

  #sent(): Metadata {
    const metadata = new Metadata({ waitForReady: true });
    for (const [name, value] of Object.entries(this.#metadata)) metadata.set(name, value);
    return metadata;
  }
  close(): void {
    this.#client.close();
  }
}
