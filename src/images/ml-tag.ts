/** What a photograph is for in machine learning. */
export const ML_TAGS = ['TRAIN', 'TEST', 'LIVE'] as const;
export type MlTag = (typeof ML_TAGS)[number];
