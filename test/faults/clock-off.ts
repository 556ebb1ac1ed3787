/** Preloaded with --import: from here on this process's clock is off by CLOCK_OFFSET_MS. */
const offset = Number(process.env['CLOCK_OFFSET_MS']);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(
      target,
      args.length === 0 ? [RealDate.now() + offset] : args,
      newTarget,
    ) as object,
  apply: () => new Date().toString(),
  get: (target, property, receiver) =>
    (property === 'now'
      ? () => RealDate.now() + offset
      : Reflect.get(target, property, receiver)) as unknown,
});
