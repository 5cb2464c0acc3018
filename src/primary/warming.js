/** How long a standby may take over what a trial found harmless, in ms. */
const PATIENCE = 20_000;
export function openWarming({ send, onLate }) {
  const awaited = new Map();
  let last = 0;
  function forget(standby) {
    clearTimeout(awaited.get(standby)?.timer);
    awaited.delete(standby);
  }
  return {
    begin(standby, plan) {
      forget(standby);
      const number = (last += 1);
      const timer = setTimeout(() => {
        forget(standby);
        onLate(standby);
      }, PATIENCE);
      awaited.set(standby, { number, timer });
      send(standby, number, plan);
    },
    done(standby, number) {
      if (awaited.get(standby)?.number === number) forget(standby);
    },
    forget,
    atRest: () => awaited.size === 0,
    close() {
      for (const standby of awaited.keys()) forget(standby);
    },
  };
}
