import type { Catalog, Model, OwnerReport, Recipe } from '../../catalog/index.ts';
import type { Vin } from '../../core/index.ts';
import { seriesFamily, typeKeyOfVin } from '../../vehicle/index.ts';

/** What is known of a recipe for a car of which there is only the VIN. */
export interface VinCheck {
  readonly recipe: Recipe;
  readonly answer: 'supported' | 'unknown' | 'no';
  /** As the catalog's table has them; undefined where it does not know the VIN's type key. */
  readonly series: string | undefined;
  readonly model: string | undefined;
  /** What owners of such cars told, by outcome. */
  readonly worked: readonly OwnerReport[];
  readonly absent: readonly OwnerReport[];
  readonly unanswered: readonly OwnerReport[];
  readonly reason: string;
}

/** Judges by the table from VIN to series alone, never by a name that somebody gives the car; the car itself decides in the end. */
export function checkVin(catalog: Catalog, recipe: Recipe, vin: Vin): VinCheck {
  const typeKey = typeKeyOfVin(vin);
  const model = typeKey === undefined ? undefined : catalog.model(typeKey);
  const told = recipe.reports.filter((report) => model !== undefined && isAbout(report, model));
  const of = (outcome: OwnerReport['outcome']) => told.filter((report) => report.outcome === outcome);
  const check = {
    recipe,
    series: model?.series,
    model: model?.model,
    worked: of('worked'),
    absent: of('absent'),
    unanswered: of('unanswered'),
  };
  if (model === undefined)
    return {
      ...check,
      answer: 'unknown',
      reason: `no table that is used here has the type key of this VIN${typeKey === undefined ? '' : ` (${typeKey})`}`,
    };
  const { series } = model;
  if (seriesFamily(series) === 'E')
    return {
      ...check,
      answer: 'no',
      reason: `${series} is an E-series car: its units speak KWP2000 and have other blocks${named(check.absent, 'looked and found none')}`,
    };
  if (check.worked.length > 0) return { ...check, answer: 'supported', reason: `${owners(check.worked)} of such cars told that it works` };
  const published = recipe.variants.filter((variant) => variant.evidence !== 'synthetic' && variant.series.includes(series));
  if (published.length > 0)
    return {
      ...check,
      answer: 'supported',
      reason: `published for ${series}, by no owner; whether its units hold the coding data, the car tells`,
    };
  return {
    ...check,
    answer: 'unknown',
    reason: `nobody told that it works on ${series}${named(check.absent, 'looked and found no such block')}${named(check.unanswered, 'asked and got no answer')}`,
  };
}

function isAbout({ series, model }: OwnerReport, car: Model): boolean {
  return series.includes(car.series) && (model === undefined || car.model.startsWith(model));
}

function named(reports: readonly OwnerReport[], what: string): string {
  return reports.length === 0 ? '' : `; ${owners(reports)} ${what}`;
}

function owners(reports: readonly OwnerReport[]): string {
  return `${reports.length} ${reports.length === 1 ? 'owner' : 'owners'} (${reports.map(({ who, car }) => `${who}, ${car}`).join('; ')})`;
}
