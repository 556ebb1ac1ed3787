/**
 * What Node.js, its certificates, the C library and its resolver are told by the environment. The
 * rest of it is kept from a process that may be subverted by what it reads: it holds passwords.
 */
const PASSED_ON = [
  ...['PATH', 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'TZ'],
  ...[
    'NODE_OPTIONS',
    'NODE_COMPILE_CACHE',
    'NODE_EXTRA_CA_CERTS',
    'NODE_USE_SYSTEM_CA',
    'NODE_TLS_REJECT_UNAUTHORIZED',
  ],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'OPENSSL_CONF'],
  ...['LOCALDOMAIN', 'RES_OPTIONS', 'HOSTALIASES'],
];

/** For a process of a pool, whose name look-ups have `threads` threads. */
export function childEnvironment(threads: number): NodeJS.ProcessEnv {
  const kept = PASSED_ON.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  return {
    ...(Object.fromEntries(kept) as NodeJS.ProcessEnv),
    UV_THREADPOOL_SIZE: String(threads),
  };
}
