/** The command as one would type it. URLs hold passwords, so they are left out. */
export function commandLine(program: string, argv: string[]): string {
  return [program, '--', ...argv.map(quoted)].join(' ');
}

function quoted(argument: string): string {
  const url = /^(--[\w-]+=)?(postgres|postgresql|rediss?|amqps?):/.exec(argument);
  if (url !== null) return `${url[1] ?? ''}URL`;
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`;
}
