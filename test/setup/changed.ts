/** `thing` with some of its methods replaced. The others run on `thing` itself, as they are. */
export function changed<Thing extends object>(thing: Thing, methods: Partial<Thing>): Thing {
  return new Proxy(thing, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      // Private fields are the thing's alone.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
