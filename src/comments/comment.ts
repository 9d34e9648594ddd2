/** What a client says to make a comment. */
export interface CommentDraft {
  text: string;
  /** Null: about the whole image. */
  annotationIndex: number | null;
}

/** What is to be changed of a comment; what is undefined stays. */
export interface CommentChange {
  text?: string;
  resolved?: boolean;
}

/** Which comments of an image a list shows. */
export interface CommentFilter {
  resolved?: boolean;
  /** About one of these annotations. */
  annotationIndexes?: number[];
}
