import type { BlockLayout } from './facts.ts';

export interface ParameterRange {
  /** As the catalog spells it. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** The range that a parameter names, in any spelling and case. */
export function parameterRange(layout: BlockLayout, text: string): ParameterRange | undefined {
  const name = text.toUpperCase();
  for (const parameter of layout.parameters) {
    if ([parameter.name, ...parameter.aliases].some((spelling) => spelling.toUpperCase() === name)) return parameter;
  }
  const { mask } = layout;
  if (mask === undefined) return undefined;
  for (const prefix of [mask.parameter, ...mask.aliases]) {
    if (!name.startsWith(prefix.toUpperCase())) continue;
    const digits = name.slice(prefix.length);
    const group = Number(digits);
    if (!/^[1-9]\d*$/.test(digits) || group > mask.groups) return undefined;
    return { name: `${mask.parameter}${group}`, offset: mask.firstOffset + (group - 1) * mask.groupBytes, length: mask.groupBytes };
  }
  return undefined;
}

/** Every parameter of a layout, in the order of the block. */
export function parameterNames(layout: BlockLayout): readonly string[] {
  const named = layout.parameters.map(({ name }) => name);
  const { mask } = layout;
  return mask === undefined ? named : [...named, ...Array.from({ length: mask.groups }, (_, index) => `${mask.parameter}${index + 1}`)];
}

/** Whether a block of this length can be laid out so: a layout that says more than the block holds is another block's. */
export function layoutFits({ parameters, mask }: BlockLayout, blockLength: number): boolean {
  const maskEnd = mask === undefined ? 0 : mask.firstOffset + mask.groups * mask.groupBytes;
  return Math.max(maskEnd, ...parameters.map(({ offset, length }) => offset + length)) <= blockLength;
}
