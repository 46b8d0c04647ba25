/** When a buyer near the head of a line counts as absent, and what becomes of the place. All in ms. */
export interface Absence {
  /** Whoever has not asked for so long is passed over when the release comes to him. */
  absentMs: number
  /** A place passed over is kept for so long, and given back when its buyer asks; after that he has left. */
  graceMs: number
  /** The longest delay between two polls that the door tells who waits far from the head. */
  farPollMs: number
}

export const ABSENCE: Absence = { absentMs: 15_000, graceMs: 90_000, farPollMs: 20_000 }

/** The longest delay, before its jitter of a tenth, that a gateway tells who is near the head: he is seen in time. */
export const nearPollMs = ({ absentMs }: Pick<Absence, 'absentMs'>): number =>
  Math.min(10_000, absentMs * 0.6)

/** When so long nobody near the head asked, it is not the buyers who are away. */
export const silenceMs = ({ absentMs }: Pick<Absence, 'absentMs'>): number => absentMs * 0.8
