/** The shape of the words of an area: the groups and keys of French, each of the same kind, in every language. */
export type Said<French> = {
  readonly [Group in keyof French]: { readonly [Key in keyof French[Group]]: Same<French[Group][Key]> };
};

type Same<T> = T extends (...given: infer Given) => string ? (...given: Given) => string : string;
