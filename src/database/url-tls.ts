import { DatabaseUrlError } from './url-error.ts';
import type { Parameters } from './url-parameters.ts';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
type TlsVersion = (typeof TLS_VERSIONS)[number];

/** What a database URL says about TLS. */
export type UrlTls = {
  sslmode: SslMode | undefined;
  sslnegotiation: 'postgres' | 'direct';
  /** Files. */
  sslrootcert: string | undefined;
  sslcert: string | undefined;
  sslkey: string | undefined;
  sslpassword: string | undefined;
  tlsMinVersion: TlsVersion | undefined;
  channelBinding: boolean;
};

/** A `caFile` goes before an `sslrootcert` of the URL. @throws DatabaseUrlError */
export function tlsOf(parameters: Parameters, caFile: string | undefined): UrlTls {
  const mode = modeOf(parameters);
  const given = caFile ?? parameters.take('sslrootcert');
  const bySystem = given === 'system' && caFile === undefined;
  const [sslmode, sslrootcert] = bySystem ? [mode ?? 'verify-full', undefined] : [mode, given];
  const sslnegotiation =
    parameters.takeOneOf('sslnegotiation', ['postgres', 'direct']) ?? 'postgres';
  const [sslcert, sslkey] = [parameters.take('sslcert'), parameters.take('sslkey')];
  if (sslmode === 'verify-ca' && sslrootcert === undefined)
    throw new DatabaseUrlError(
      'has sslmode=verify-ca, which needs a CA file: set POSTMAND_DATABASE_CA_FILE',
    );
  if (bySystem && sslmode !== 'verify-full')
    throw new DatabaseUrlError('has sslrootcert=system, which needs sslmode=verify-full');
  if (sslnegotiation === 'direct' && !/^(require|verify-)/.test(sslmode ?? ''))
    throw new DatabaseUrlError(
      'has sslnegotiation=direct, which needs sslmode=require, verify-ca or verify-full',
    );
  if ((sslcert === undefined) !== (sslkey === undefined))
    throw new DatabaseUrlError('must have both of sslcert and sslkey, or neither');
  return {
    ...{
      sslmode,
      sslnegotiation,
      sslrootcert,
      sslcert,
      sslkey,
      sslpassword: parameters.take('sslpassword'),
    },
    tlsMinVersion: parameters.takeOneOf('ssl_min_protocol_version', TLS_VERSIONS),
    channelBinding: /^(prefer|require)$/.test(
      parameters.takeOneOf('channel_binding', ['disable', 'prefer', 'require']) ?? '',
    ),
  };
}

/** `ssl` is what other drivers call it: true has always meant a certificate that is checked. */
function modeOf(parameters: Parameters): SslMode | undefined {
  const ssl = parameters.takeOneOf('ssl', ['true', '1', 'false', '0']);
  parameters.take('uselibpqcompat');
  const mode = parameters.takeOneOf('sslmode', SSL_MODES);
  if (mode !== undefined || ssl === undefined) return mode;
  return ssl === 'true' || ssl === '1' ? 'verify-full' : 'disable';
}
