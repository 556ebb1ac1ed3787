/** A place in the order of creation, which no change of a delivery moves. */
export type CreatedPlace = { created_at: string; id: string };

export const BEFORE_ALL: CreatedPlace = {
  created_at: '-infinity',
  id: '00000000-0000-0000-0000-000000000000',
};
