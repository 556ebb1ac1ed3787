/** A place in the order of creation, of deliveries or of attempts, which no change moves. */
export type CreatedPlace = { created_at: string; id: string };

export const BEFORE_ALL: CreatedPlace = {
  created_at: '-infinity',
  id: '00000000-0000-0000-0000-000000000000',
};
