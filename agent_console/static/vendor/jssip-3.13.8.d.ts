// What we use of JsSIP, as types: its own declarations lean on packages we do not vendor.
export interface Registrator {
  setExtraHeaders(headers: string[]): void;
}

export interface IncomingRequest {
  getHeader(name: string): string | undefined;
  from: { uri: { user: string | null } };
}

export interface CallEnd {
  originator: "local" | "remote" | "system";
  cause: string;
}

export interface CallOptions {
  mediaStream?: MediaStream;
  mediaConstraints?: MediaStreamConstraints;
  pcConfig?: RTCConfiguration;
  rtcOfferConstraints?: RTCOfferOptions;
  extraHeaders?: string[];
}

export interface Session {
  readonly id: string;
  readonly direction: "incoming" | "outgoing";
  readonly connection: RTCPeerConnection | null | undefined;
  readonly contact: string;
  isEstablished(): boolean;
  isEnded(): boolean;
  answer(options?: CallOptions): void;
  terminate(options?: { status_code?: number; reason_phrase?: string }): void;
  mute(what: { audio: boolean }): void;
  unmute(what: { audio: boolean }): void;
  sendDTMF(
    tones: string,
    options: { transportType: "RFC2833" | "INFO"; duration?: number; interToneGap?: number },
  ): void;
  renegotiate(options?: { rtcOfferConstraints?: RTCOfferOptions }, done?: () => void): boolean;
  on(event: string, handler: (data: any) => void): void;
}

export interface NewSession {
  originator: "local" | "remote";
  session: Session;
  request: IncomingRequest;
}

export interface Configuration {
  sockets: WebSocketInterface[];
  uri: string;
  authorization_user?: string;
  password?: string;
  register?: boolean;
  register_expires?: number;
  session_timers?: boolean;
  user_agent?: string;
  contact_uri?: string;
  connection_recovery_min_interval?: number;
  connection_recovery_max_interval?: number;
}

export interface UserAgent {
  start(): void;
  stop(): void;
  register(): void;
  unregister(options?: { all: boolean }): void;
  isConnected(): boolean;
  isRegistered(): boolean;
  set(parameter: string, value: string): boolean;
  call(target: string, options?: CallOptions): Session;
  on(event: string, handler: (data: any) => void): void;
}

export interface WebSocketInterface {
  via_transport: string;
  disconnect(): void;
  ondisconnect?: (error: boolean, code: number, reason: string) => void;
}

declare const JsSIP: {
  UA: new (configuration: Configuration) => UserAgent;
  WebSocketInterface: new (url: string) => WebSocketInterface;
  debug: { enable(namespaces: string): void; disable(): void };
};
export default JsSIP;
